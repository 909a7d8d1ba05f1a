"""Detours: a wire that would pass behind the card of another node goes round it: there it seems to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Point = tuple[float, float]
Rect = tuple[float, float, float, float]  # left, top, width, height

_SAMPLES = 24  # points of a curve that are looked at
_EDGE = 1.5  # how far a wire may be in a card, as where it touches its corner
_GAPS = (5.0, 9.0, 14.0)  # between a card and what goes round it
_LEAD = 11.0  # how far before a card the wire has its height, and how far behind it
_BESIDE = 4.0  # between two wires that go round the same cards
_MOST_CARDS = 60  # of a graph that is larger nobody follows a wire by eye
_MOST_TRIED = 150  # ways for all wires together: some hundredths of a second
_LONGEST = 3  # how often cards on the way round are gone round, too
_SHARES = [  # of a curve's start, handles and end in each of its points that are looked at
    ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3)
    for t in (number / _SAMPLES for number in range(_SAMPLES + 1))
]


class Detours:
    """Finds the way round cards for one wire after the other.

    Attributes:
        cards: what is gone round, each by its key.
        down: the wires go downwards: all is turned, so that there is one way to do it.
    """

    def __init__(self, cards: Sequence[tuple[object, Rect]], down: bool) -> None:
        self.down = down
        self.cards = [(key, _turned_rect(rect) if down else rect) for key, rect in cards]
        self._left = _MOST_TRIED if len(cards) <= _MOST_CARDS else 0
        self._taken: list[tuple[float, float, float, object]] = []

    def around(self, points: Sequence[Point], source: object, target: object) -> Sequence[Point]:
        """The curve, or one of three pieces that passes behind no card; where none is found, itself."""
        if not self._left:
            return points
        curve = [(y, x) for x, y in points] if self.down else points
        ends = (source, target)
        near = _near(curve, (rect for key, rect in self.cards if key not in ends))
        if not near or curve[-1][0] - curve[0][0] < 2 * _LEAD:
            return points
        hit = _in_the_way(curve, near)
        if not hit:
            return points
        others = [rect for key, rect in self.cards if key not in ends]
        for _ in range(_LONGEST):
            further: list[Rect] = []
            for made, level in self._ways(curve, hit):
                if not self._left:
                    return points
                self._left -= 1
                in_the_way = _in_the_way(made, _near(made, others))
                if in_the_way:
                    further += [rect for rect in in_the_way if rect not in hit and rect not in further]
                elif self._is_free(level, made, ends):
                    self._taken.append((level, made[3][0], made[6][0], ends))
                    return [(y, x) for x, y in made] if self.down else made
            if not further:
                break
            hit += further[:1]
        return points

    def _ways(self, curve: Sequence[Point], hit: Sequence[Rect]) -> Iterator[tuple[list[Point], float]]:
        """The ways over and below those cards, the shortest first."""
        (x1, y1), (x2, y2) = curve[0], curve[-1]
        left = max(x1 + _LEAD / 2, min(x for x, _, _, _ in hit) - _LEAD)
        right = min(x2 - _LEAD / 2, max(x + wide for x, _, wide, _ in hit) + _LEAD)
        if left >= right:
            return
        levels = [y - gap for _, y, _, _ in hit for gap in _GAPS]
        levels += [y + tall + gap for _, y, _, tall in hit for gap in _GAPS]
        for level in sorted(levels, key=lambda level: abs(level - y1) + abs(level - y2)):
            third = (right - left) / 3
            flat = [(left + third, level), (right - third, level), (right, level)]
            yield [(x1, y1), *_bent((x1, y1), (left, level)), *flat, *_bent((right, level), (x2, y2))], level

    def _is_free(self, level: float, made: Sequence[Point], ends: tuple[object, object]) -> bool:
        """Whether no other wire has that height there; those of one node to several may go together."""
        left, right = made[3][0], made[6][0]
        return all(
            abs(level - other) >= _BESIDE or right <= start or end <= left or _together(ends, whose)
            for other, start, end, whose in self._taken
        )


def _together(ends: tuple[object, object], whose: object) -> bool:
    return isinstance(whose, tuple) and ends[0] == whose[0] and ends[1] != whose[1]


def _turned_rect(rect: Rect) -> Rect:
    x, y, wide, tall = rect
    return y, x, tall, wide


def _bent(start: Point, end: Point) -> list[Point]:
    """The handles of a curve that leaves and arrives level, and its end."""
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2
    return [(middle, y1), (middle, y2), end]


def _near(curve: Sequence[Point], cards: Iterable[Rect]) -> list[Rect]:
    """The cards that some of the curve may be in: it stays between its handles."""
    xs, ys = zip(*curve, strict=True)
    left, right, top, bottom = min(xs) + _EDGE, max(xs) - _EDGE, min(ys) + _EDGE, max(ys) - _EDGE
    return [
        (x, y, wide, tall)
        for x, y, wide, tall in cards
        if x < right and x + wide > left and y < bottom and y + tall > top
    ]


def _in_the_way(curve: Sequence[Point], cards: Sequence[Rect]) -> list[Rect]:
    """Those of the cards that the curve passes behind."""
    inner = [(x + _EDGE, x + wide - _EDGE, y + _EDGE, y + tall - _EDGE) for x, y, wide, tall in cards]
    points = _sampled(curve) if cards else []
    return [
        card
        for card, (left, right, top, bottom) in zip(cards, inner, strict=True)
        if any(left < x < right and top < y < bottom for x, y in points)
    ]


def _sampled(curve: Sequence[Point]) -> list[Point]:
    """Points of it, close to one another."""
    found = []
    for at in range(0, len(curve) - 1, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve[at : at + 4]
        found += [
            (a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy) for a, b, c, d in _SHARES
        ]
    return found
