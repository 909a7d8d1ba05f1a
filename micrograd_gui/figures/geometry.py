"""The one geometry of a card: its measures, what stands on it and where; of ports, frames, wires and chips.

The window's painter and the figures both draw from here and decide nothing of this kind themselves. All
lengths are in scene units, in which a card is ``WIDTH`` by ``HEIGHT``; y points downwards. Points, rectangles
and circles are plain tuples, so that a painter may ask for them at every paint.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, NamedTuple

from msgspec import Struct

from micrograd_gui.document.graph import Graph, Node, NodeId, Place

Size = tuple[float, float]  # width, height
Point = tuple[float, float]
Line = tuple[Point, Point]
Rect = tuple[float, float, float, float]  # left, top, width, height
Circle = tuple[float, float, float]  # x and y of the centre, radius
Sign = Literal["input", "parameter", "target"]  # what a mark at the right of a title says

# A card, and the box of a collapsed block ------------------------------------------------------------
WIDTH = 144.0
HEIGHT = 60.0
RADIUS = 8.0  # of the corners
TITLE = 24.0  # the height of the part with the badge and the name
EDGE = 8.0  # between the edge of a box and what stands in its title
MIDDLE = 13.5  # the middle of badge, name and marks, below the top of the card
PORT = 4.5  # the radius of a port
FOOT = 20.0  # the line below the numbers of a collapsed block, with its parameters
BLOCK_WIDTH = 196.0
STACK = 5.0  # how far the sheets behind a collapsed block stand out of it
SIDE_PORT = 0.82  # how far down a collapsed block wires leave that do not come from its output
FOLD_MARK = 16.0  # the side of the square within which one clicks to open or collapse a block
# A frame around an open block ------------------------------------------------------------------------
FRAME, FRAME_TITLE = 16.0, 36.0  # between the frame and what it holds; above is its title
FRAME_RADIUS = RADIUS + 6
FRAME_NAME_LEFT, FRAME_NAME_MIDDLE = 30.0, 17.0  # where its title begins, and its middle
FRAME_NAME_EDGES = 40.0  # what of the frame's width its title may not take
# A wire ----------------------------------------------------------------------------------------------
BOW = 26.0  # how far the wires of a * a bend away from each other
# Text: sizes in scene units, as a card is seen from near ---------------------------------------------
NAME_SIZE = 13.0  # bold
UNNAMED_SIZE = 12.0  # italic
NUMBER_SIZE = 13.0  # bold
WORD_SIZE = 9.0  # of the words data and grad, and of those beside marks
BADGE_SIZE, BADGE_WORD_SIZE = 13.0, 12.0  # an op's sign of one character, and of several; bold
COUNT_SIZE, FOOT_SIZE = 13.0, 11.0  # of what a collapsed block says of itself
FRAME_NAME_SIZE = 14.0  # bold
INDEX, LOWER = 0.72, 0.17  # of the size of a text: that of an index, how far below the baseline it stands
STRIKE = 1.5  # how thick the line through a number is, and how far it stands out of it
RULE_SIZE, AMOUNT_SIZE = 10.0, 11.0  # on a wire's chip; the amount is bold


class CardForm(Struct, frozen=True):
    """What cards show and how large: the sizes of a card, of its title and of its texts.

    ``numbers``: data and grad, or the one that matters at the moment. ``words``: whether data and grad are
    written beside them; where they are not, data is the upper one. ``chips``: how large the chips of
    contributions are drawn, the largest first; empty where that depends on the zoom.
    """

    width: float
    height: float
    title: float
    name: float
    number: float
    word: float
    numbers: int = 2
    words: bool = True
    port: float = PORT
    chips: tuple[float, ...] = ()

    def rows(self, corner: Place) -> tuple[Rect, ...]:
        """The fields of the numbers, one above the other."""
        tall = (self.height - self.title) / self.numbers
        top = corner[1] + self.title
        return tuple((corner[0], top + at * tall, self.width, tall) for at in range(self.numbers))


WIDE = CardForm(WIDTH, HEIGHT, TITLE, NAME_SIZE, NUMBER_SIZE, WORD_SIZE)  # of the window and of figures
# In a hall lengths are pixels of a screen 1080 high; the richest comes first.
TALL = CardForm(236.0, 102.0, 36.0, 25.0, 29.0, 20.0, port=6.5, chips=(2.0, 1.9))
SLIM = CardForm(166.0, 102.0, 36.0, 22.0, 28.5, 20.0, words=False, port=6.0, chips=(2.0, 1.9))
ONE = CardForm(200.0, 70.0, 32.0, 21.0, 28.5, 20.0, numbers=1, port=6.0, chips=(1.9,))
HALL_FORMS = (TALL, SLIM, ONE)


class Bezier(NamedTuple):
    """A cubic: where it starts, its two handles, where it ends."""

    x1: float
    y1: float
    hx1: float
    hy1: float
    hx2: float
    hy2: float
    x2: float
    y2: float

    def at(self, t: float) -> tuple[float, float]:
        """The point that lies at ``t`` (0 … 1) along the curve."""
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        return (
            a * self.x1 + b * self.hx1 + c * self.hx2 + d * self.x2,
            a * self.y1 + b * self.hy1 + c * self.hy2 + d * self.y2,
        )

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a rectangle that holds the curve."""
        xs, ys = self[0::2], self[1::2]
        return min(xs), min(ys), max(xs), max(ys)


class Joined(NamedTuple):
    """Cubics of which each begins where the one before ends: the curve of a wire that goes round cards."""

    pieces: tuple[Bezier, ...]

    @property
    def x1(self) -> float:
        """Where it starts, across."""
        return self.pieces[0].x1

    @property
    def y1(self) -> float:
        """Where it starts, downwards."""
        return self.pieces[0].y1

    @property
    def x2(self) -> float:
        """Where it ends, across."""
        return self.pieces[-1].x2

    @property
    def y2(self) -> float:
        """Where it ends, downwards."""
        return self.pieces[-1].y2

    def at(self, t: float) -> tuple[float, float]:
        """The point that lies at ``t`` (0 … 1) along the curve; no piece counts more than another."""
        number = min(int(t * len(self.pieces)), len(self.pieces) - 1)
        return self.pieces[number].at(t * len(self.pieces) - number)

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a rectangle that holds the curve."""
        lefts, tops, rights, bottoms = zip(*(each.bounds() for each in self.pieces), strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


Through = Bezier | Joined


def through(points: Sequence[Point]) -> Through:
    """The curve of a start, then three points for each cubic."""
    parts = [points[at : at + 4] for at in range(0, len(points) - 3, 3)]
    pieces = [Bezier(*(each for point in part for each in point)) for part in parts]
    return pieces[0] if len(pieces) == 1 else Joined(tuple(pieces))


def node_sizes(graph: Graph) -> dict[NodeId, Size]:
    """Width and height of every node's box, for whoever lays them out. They never change with numbers."""
    return dict.fromkeys(graph.nodes, (WIDTH, HEIGHT))


def in_port(place: Place, port: int, arity: int, form: CardForm = WIDE) -> Place:
    """The middle of an input port; the first operand is the upper one."""
    if arity == 1:
        return place[0], place[1] + form.height / 2
    return place[0], place[1] + form.height * (0.2 + 0.36 * port / (arity - 1))  # clear of the number


def out_port(place: Place, form: CardForm = WIDE) -> Place:
    """The middle of the output port of the card at that place."""
    return place[0] + form.width, place[1] + form.height / 2


def curve(start: Place, end: Place, bow: float = 0.0, form: CardForm = WIDE) -> Bezier:
    """The wire from an output port to an input port of cards of that form."""
    (x1, y1), (x2, y2) = start, end
    near = 48 if form.words else 20  # where cards stand no further apart a wire swings out to be seen
    reach = (x2 - x1) / 2 if x2 - x1 > near else near / 2 + min(120.0, (near - (x2 - x1)) / 3)
    return Bezier(x1, y1, x1 + reach, y1 + bow, x2 - reach, y2 + bow, x2, y2)


def bow(node: Node, port: int) -> float:
    """How far the wire on that port bends: the two of ``a * a`` must be seen as two."""
    inputs: Sequence[NodeId | None] = node.inputs
    return BOW * (2 * port - len(inputs) + 1) if inputs.count(inputs[port]) > 1 else 0.0


# What stands on a card -------------------------------------------------------------------------------

_BADGE = 18.0  # the height of a badge, and its least width
_BADGE_SIDES = 10.0  # between the ends of a badge and its sign, together
_ARM = 4.2  # of a diamond, and half the height of an arrow
_SIGN_TO_WORD = {"input": 11.0, "parameter": 11.0, "target": 14.0}  # from a sign's right edge to its word
_MARK_GAP = 2.0  # between the word of a mark and what stands left of it
_WORD_MIDDLE, _NUMBER_MIDDLE = 8.5, 24.0  # of data and grad, and of their numbers, below the top of a field
_NUMBER_EDGE = {"data": 4.0, "grad": 7.0}  # from a number to the end of its field, where grad has the port
NUMBER_PAD = 3.0  # the same for a number that needs the whole field
_FOLD_ARM = 3.4  # of a plus or minus


def badge(corner: Place, sign: float) -> Rect:
    """Where an op's badge stands on the card with that left top corner, its sign being so wide.

    Its corners are round by half its height.
    """
    return corner[0] + EDGE, corner[1] + MIDDLE - _BADGE / 2, max(_BADGE, sign + _BADGE_SIDES), _BADGE


def badge_size(sign: str) -> float:
    """The size of text in which an op's sign is written in its badge."""
    return BADGE_SIZE if len(sign) == 1 else BADGE_WORD_SIZE


def name_left(left: float, badge: Rect | None = None, *, folds: bool = False) -> float:
    """Where the name begins on a card with that left edge: behind its badge, or the mark that opens it."""
    if badge is not None:
        return badge[0] + badge[2] + 5
    return left + EDGE + (FOLD_MARK + 6 if folds else 1)


def name_room(left: float, right: float) -> float:
    """How wide a name may be that begins at ``left``, where what is right of it begins at ``right``."""
    return max(0.0, right - left - 3)


def sign_outline(role: Literal["input", "parameter"], right: float, middle: float) -> tuple[Point, ...]:
    """The corners of the filled sign of a role, which ends at ``right``: an input's arrow, else a diamond."""
    if role == "input":
        return (right, middle), (right - 6.5, middle - _ARM), (right - 6.5, middle + _ARM)
    x = right - 4.0
    return (x - _ARM, middle), (x, middle - _ARM), (x + _ARM, middle), (x, middle + _ARM)


def target_rings(right: float, middle: float) -> tuple[Circle, Circle]:
    """The sign of the target, which ends at ``right``: a ring, and the filled point in its middle."""
    x = right - 5.2
    return (x, middle, 5.2), (x, middle, 2.6)


def word_end(sign: Sign, right: float) -> float:
    """Where the word beside that sign ends, the sign ending at ``right``."""
    return right - _SIGN_TO_WORD[sign]


def before_mark(sign: Sign, right: float, word: float | None) -> float:
    """Where what stands left of that mark may end; its word is so wide (None: it has none)."""
    end = word_end(sign, right)
    return end if word is None else end - word - _MARK_GAP


def dividers(card: Rect, *, numbers: int = 2, foot: bool = False) -> tuple[Line, ...]:
    """The lines between the fields of a card: with two numbers, one or none, and perhaps with a foot."""
    x, y, width, _ = card
    left, right = x + 2, x + width - 2
    lines: list[Line] = []
    if numbers:
        lines.append(((left, y + TITLE), (right, y + TITLE)))
    if numbers == 2:
        lines.append(((x + width / 2, y + TITLE), (x + width / 2, y + HEIGHT - 2.5)))
    if foot:
        lines.append(((left, y + HEIGHT), (right, y + HEIGHT)))
    return tuple(lines)


def number_fields(corner: Place, width: float = WIDTH, *, numbers: int = 2) -> tuple[Rect, ...]:
    """The fields of data and grad side by side on a card so wide, or that of data alone."""
    x, y = corner
    wide, tall = width / numbers, HEIGHT - TITLE
    return tuple((x + at * wide, y + TITLE, wide, tall) for at in range(numbers))


LIT_RADIUS = 5.0  # of the corners of a field that is lit up


def lit_field(field: Rect) -> Rect:
    """What is filled of a field whose number the step wrote."""
    x, y, width, height = field
    return x + 2, y + 1.5, width - 4, height - 3.5


def word_middle(field: Rect) -> Point:
    """The middle of the word data or grad in its field."""
    return field[0] + field[2] / 2, field[1] + _WORD_MIDDLE


def number_end(field: Rect, role: Literal["data", "grad"], number: float) -> Point:
    """Where a number so wide ends in that field, and its middle.

    Its last digit stays where it is while the number changes, unless it needs the whole field; it gets no
    more room than ``number_room``.
    """
    edge = _NUMBER_EDGE[role]
    if number > field[2] - edge - NUMBER_PAD:
        edge = NUMBER_PAD
    return field[0] + field[2] - edge, field[1] + _NUMBER_MIDDLE


def number_room(field: Rect) -> float:
    """The most that a number may take of the width of its field."""
    return field[2] - 2 * NUMBER_PAD


def unknown_dot(field: Rect) -> Circle:
    """The dot in place of a number that is not computed yet."""
    return field[0] + field[2] / 2, field[1] + _NUMBER_MIDDLE, 2.2


def port_radius(wired: bool) -> float:
    """The radius of an input port: an empty one is larger, to be dropped on."""
    return PORT if wired else PORT + 1.5


# A collapsed block, and the frame of an open one -----------------------------------------------------

SIDE_PORT_RADIUS = 2.5  # of the port at which wires leave a block that do not come from its output


def sheet_behind(box: Rect) -> Rect:
    """The sheet that shows behind the box of a collapsed block: there is more in it than one node."""
    x, y, width, height = box
    return x + 6, y + 6, width - 12, height - 6 + STACK


def block_port_radius(ports: int, height: float) -> float:
    """The radius of the input ports of a collapsed block: small where it has too many for its height."""
    return PORT if ports <= height / 10 else 2.0


def count_middle(box: Rect) -> Point:
    """The middle of the words that a collapsed block with several outputs shows in place of numbers."""
    return box[0] + box[2] / 2, box[1] + (TITLE + HEIGHT) / 2


def foot_middle(box: Rect) -> Point:
    """The middle of the line in which a collapsed block says how much it hides."""
    return box[0] + box[2] / 2, box[1] + box[3] - FOOT / 2


def fold_mark(box: Rect, *, opens: bool) -> Rect:
    """Where one clicks to open the collapsed block with that box, or to collapse the one in that frame."""
    x, y = box[0], box[1]
    if opens:
        return x + EDGE, y + (TITLE - FOLD_MARK) / 2 + 1, FOLD_MARK, FOLD_MARK
    return x + 10, y + (FRAME_TITLE - FOLD_MARK) / 2 - 1, FOLD_MARK, FOLD_MARK


FOLD_RADIUS = 3.0  # of the corners of the square that is seen of a fold mark


def fold_sign(mark: Rect, *, opens: bool) -> tuple[Rect, tuple[Line, ...]]:
    """What is seen of a fold mark: a square, and in it the lines of a plus that opens, or of a minus."""
    x, y, width, height = mark
    square = x + 2, y + 2, width - 4, height - 4
    x, y = x + width / 2, y + height / 2
    minus = (x - _FOLD_ARM, y), (x + _FOLD_ARM, y)
    return square, (minus, ((x, y - _FOLD_ARM), (x, y + _FOLD_ARM))) if opens else (minus,)


# A chip on a wire ------------------------------------------------------------------------------------

CHIP_RADIUS = 6.0
_CHIP_SIDES, _CHIP_TOP, _CHIP_BOTTOM = 12.0, 2.5, 2.0
_CHIP_AIR = 3.0  # above, between and below its two lines, which may be nearer than usual


def chip_size(rule: Size, amount: Size) -> Size:
    """The size of a chip with a rule above and an amount below, by the sizes of these lines of text."""
    return max(rule[0], amount[0]) + _CHIP_SIDES, rule[1] + amount[1] + _CHIP_AIR


def chip_middles(height: float, rule: float, amount: float) -> tuple[float, float]:
    """The middles of the two lines of a chip so high, below its top, by the heights of these lines."""
    return _CHIP_TOP + rule / 2, height - _CHIP_BOTTOM - amount / 2


def chip_tail(anchor: Point, chip: Rect) -> Line | None:
    """The line from the wire that a chip is about to the chip; None where the chip stands on its wire."""
    x, y, width, height = chip
    near = min(max(anchor[0], x), x + width), min(max(anchor[1], y), y + height)
    return None if near == anchor else (anchor, near)


# Where a chip has room -------------------------------------------------------------------------------

_MARGIN = 4.0
_ALONG = (0.5, 0.3, 0.7, 0.15, 0.85)  # where along a wire; of a long wire only where this near to its end:
_LONG = 400.0
_FURTHEST_X, _FURTHEST_Y = 100, 104


@cache
def _candidates(downwards: bool) -> list[tuple[int, int, int]]:
    """Where to look, nearest first: which point of the wire, and how far from it across and down."""

    def cost(at: tuple[int, int, int]) -> float:
        rank, dx, dy = at
        wrong_way = 4.0 if dy and (dy > 0) != downwards else 0.0
        return math.hypot(dx * 1.2, dy) + 2.0 * rank + wrong_way

    across, down = range(-_FURTHEST_X, _FURTHEST_X + 1, 20), range(-_FURTHEST_Y, _FURTHEST_Y + 1, 8)
    return sorted(((rank, dx, dy) for rank in range(len(_ALONG)) for dx in across for dy in down), key=cost)


def points_of(curve: Through) -> list[Point]:
    """The points of a wire that a chip may be about, the best first."""
    length = math.hypot(curve.x2 - curve.x1, curve.y2 - curve.y1)
    part = min(1.0, _LONG / length) if length else 1.0
    return [curve.at(1 - part * (1 - t)) for t in _ALONG]


def around(points: Sequence[Point], width: float, height: float, reach: float = 1.0) -> Rect:
    """Where a chip of that size may come to stand; ``reach`` is how many times further than usual."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    far_x, far_y = _FURTHEST_X * reach, _FURTHEST_Y * reach
    left, top = min(xs) - width / 2 - far_x, min(ys) - height / 2 - far_y
    right, bottom = max(xs) + width / 2 + far_x, max(ys) + height / 2 + far_y
    return left, top, right - left, bottom - top


def room(
    points: Sequence[Point],
    width: float,
    height: float,
    obstacles: Iterable[Rect],
    *,
    downwards: bool,
    reach: float = 1.0,
) -> tuple[Point, Point, bool]:
    """The left top corner nearest to the wire at which a chip covers no obstacle, and the point it is about.

    Where there is none, the one at which it covers least; whether it is free comes last.
    """
    obstacles = list(obstacles)
    walls = [
        (x - _MARGIN, y - _MARGIN, x + wide + _MARGIN, y + tall + _MARGIN) for x, y, wide, tall in obstacles
    ]
    for rank, dx, dy in _candidates(downwards):
        px, py = points[rank]
        x, y = px + dx * reach - width / 2, py + dy * reach - height / 2
        x_end, y_end = x + width, y + height
        for x1, y1, x2, y2 in walls:
            if x < x2 and x_end > x1 and y < y2 and y_end > y1:
                break
        else:
            return (x, y), (px, py), True

    def covered(point: Point) -> float:
        x, y = point[0] - width / 2, point[1] - height / 2
        return sum(
            max(0.0, min(x + width, left + wide) - max(x, left))
            * max(0.0, min(y + height, top + tall) - max(y, top))
            for left, top, wide, tall in obstacles
        )

    px, py = min(points, key=covered)
    return (px - width / 2, py - height / 2), (px, py), False
