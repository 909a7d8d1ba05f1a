"""Detours: a wire that would pass behind the card of another node goes round it: there it seems to end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
        curve = [(y, x) for x, y in points] if self.down else list(points)
        others = [rect for key, rect in self.cards if key not in (source, target)]
        hit = [rect for rect in others if _behind(curve, rect)]
        if not hit or curve[-1][0] - curve[0][0] < 2 * _LEAD:
            return points
        for _ in range(_LONGEST):
            further: list[Rect] = []
            for made, level in self._ways(curve, hit):
                if not self._left:
                    return points
                self._left -= 1
                in_the_way = [rect for rect in others if _behind(made, rect)]
                if in_the_way:
                    further += [rect for rect in in_the_way if rect not in hit and rect not in further]
                elif self._is_free(level, made, (source, target)):
                    self._taken.append((level, made[3][0], made[6][0], (source, target)))
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


def _behind(curve: Sequence[Point], rect: Rect) -> bool:
    """Whether some of the curve is within the card."""
    x, y, wide, tall = rect
    left, right, top, bottom = x + _EDGE, x + wide - _EDGE, y + _EDGE, y + tall - _EDGE
    for at in range(0, len(curve) - 1, 3):
        piece = curve[at : at + 4]
        xs, ys = [p[0] for p in piece], [p[1] for p in piece]
        if max(xs) < left or min(xs) > right or max(ys) < top or min(ys) > bottom:
            continue  # a curve stays between its handles
        for number in range(_SAMPLES + 1):
            t = number / _SAMPLES
            u = 1 - t
            shares = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
            px = sum(share * each for share, each in zip(shares, xs, strict=True))
            py = sum(share * each for share, each in zip(shares, ys, strict=True))
            if left < px < right and top < py < bottom:
                return True
    return False
