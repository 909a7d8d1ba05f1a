"""Layers: places for the nodes of a graph at a cost that is bounded beforehand, whatever its wires are.

Graphviz draws better, but for a node that is used hundreds of times, far away, it needs time and memory by
the square of that. Here every wire is looked at a few times, and no wire has points of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, islice
from math import ceil, sqrt
from operator import gt

Size = tuple[float, float]
Place = tuple[float, float]
_Pull = tuple[int, float, float]  # another node, how far below it, how much that counts

# Graphviz needs a point on each wire in each column that it crosses, and time and memory by more than that.
FARTHEST = 12_000  # columns that all wires cross together
LARGEST = 12_000  # nodes
# Which of the wires between two columns cross it counts by wires times nodes, again and again: at 40 million
# the notebook's picture takes it more than ten seconds, at eight million three.
CROWDED = 20_000_000
# Large graphs: a tenth of the usual effort takes a quarter of the time and looks nearly the same.
LARGE, FAR = 300, 1_500
LESS_EFFORT = {"nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.1"}
_SWEEPS = 6
_SWEEPS_OF_MANY = 2
_MANY = 20_000  # nodes and wires
_AT_LEAST = 48  # so many stand one below the other before a column is broken
_AROUND = 8  # columns on either side: over so many the drift of a column is told
_WIDEST = 12  # times as wide as tall
_FEW = 24  # columns
_BETWEEN_BANDS = 2  # gaps
_SLANT = 0.25  # of a node's height, from one operand to the next


def ranks(inputs: Sequence[Sequence[int]]) -> list[int]:
    """The column of each node, behind those of its operands, and no farther from its users than need be.

    Nodes are numbered from 0, each after its operands.
    """
    found = [0] * len(inputs)
    first_user = [-1] * len(inputs)
    for node, operands in enumerate(inputs):
        if operands:
            found[node] = 1 + max([found[operand] for operand in operands])
        for operand in operands:
            first_user[operand] = node if first_user[operand] < 0 else -2  # -2: it has several
    users = users_of(inputs)
    for node in range(len(inputs) - 1, -1, -1):
        if not users[node]:
            continue
        held = [operand for operand in inputs[node] if first_user[operand] == -2]
        if len(held) <= len(users[node]) or len(set(held)) <= len(users[node]):  # its others come along
            found[node] = min([found[user] for user in users[node]]) - 1
    return found


def users_of(inputs: Sequence[Sequence[int]]) -> list[list[int]]:
    """For each node those that take it as an operand, once for each time."""
    users: list[list[int]] = [[] for _ in inputs]
    for node, operands in enumerate(inputs):
        for operand in operands:
            users[operand].append(node)
    return users


def span(inputs: Sequence[Sequence[int]]) -> int:
    """How many columns all wires cross together: by as much does the cost for Graphviz grow, and faster."""
    at = ranks(inputs)
    return sum(at[node] - at[operand] for node, operands in enumerate(inputs) for operand in operands)


def crowd(inputs: Sequence[Sequence[int]]) -> int:
    """Wires into a column times what stands in it or crosses it, over all columns: see ``CROWDED``."""
    at = ranks(inputs)
    columns = max(at, default=0) + 1
    begun, ended, standing = [0] * columns, [0] * columns, [0] * columns
    for node, operands in enumerate(inputs):
        standing[at[node]] += 1
        ended[at[node]] += len(operands)
        for operand in operands:
            begun[at[operand]] += 1
    total = into = 0
    for column in range(columns):
        total += into * (standing[column] + into - ended[column])
        into += begun[column] - ended[column]
    return total


def layered(inputs: Sequence[Sequence[int]], sizes: Sequence[Size], gap: Size,
            at: Sequence[int] | None = None) -> list[Place]:
    """The top left corner of each node, y downwards: operands left of it, and one operand below the other.

    No two nodes cover each other. Nodes are numbered from 0, each after its operands. ``at`` are their ranks,
    where somebody knows them. The cost grows as n log n by nodes and wires.
    """
    if not inputs:
        return []
    at = ranks(inputs) if at is None else at
    columns: list[list[int]] = [[] for _ in range(max(at) + 1)]
    for node, rank in enumerate(at):
        columns[rank].append(node)
    tallest = _tallest(sizes, gap)
    middles = _Middles(inputs, sizes, gap[1], at, tallest)
    wires = sum(map(len, inputs))
    for sweep in range(_SWEEPS if len(inputs) + wires <= _MANY else _SWEEPS_OF_MANY):
        from_left = sweep % 2 == 0
        for rank in range(len(columns)) if from_left else range(len(columns) - 1, -1, -1):
            columns[rank] = middles.settle(columns[rank], from_left)
    middles.level(columns)
    places: list[Place] = [(0.0, 0.0)] * len(inputs)
    top = min(y - sizes[node][1] / 2 for node, y in enumerate(middles.y))
    left = 0.0
    for column in columns:
        for piece in _pieces(column, tallest):
            widest = max([sizes[node][0] for node in piece])
            for node in piece:
                wide, tall = sizes[node]
                places[node] = left + (widest - wide) / 2, middles.y[node] - tall / 2 - top
            left += widest + gap[0]
    return places


def folded(
    places: Sequence[Place], sizes: Sequence[Size], gap: Size, few: int = _FEW, widest: int = _WIDEST
) -> list[Place]:
    """The same; but columns of what is so wide that it would be seen as a line stand in bands, like text.

    A line is more than ``few`` columns that are more than ``widest`` times as wide as they are tall.
    """
    columns: list[tuple[float, list[int]]] = []  # by where their middles are
    for node in sorted(range(len(places)), key=lambda node: places[node][0] + sizes[node][0] / 2):
        middle = places[node][0] + sizes[node][0] / 2
        if not columns or middle - columns[-1][0] > 0.1:
            columns.append((middle, []))
        columns[-1][1].append(node)
    rects = [_around(column, places, sizes) for _, column in columns]
    wide = max((right for _, _, right, _ in rects), default=0.0)
    tall = max((bottom for _, _, _, bottom in rects), default=0.0)
    if len(columns) <= few or wide <= widest * tall:
        return list(places)
    area = sum((right - left + gap[0]) * (bottom - top + gap[1]) for left, top, right, bottom in rects)
    most = sqrt(2 * area)
    made, begin, bottom_so_far = list(places), 0, 0.0
    while begin < len(columns):
        end, left = begin + 1, rects[begin][0]
        while end < len(columns) and rects[end][2] - left <= most:
            end += 1
        top = min(rect[1] for rect in rects[begin:end])
        for _, column in columns[begin:end]:
            for node in column:
                made[node] = places[node][0] - left, places[node][1] - top + bottom_so_far
        bottom_so_far += max(rect[3] for rect in rects[begin:end]) - top + _BETWEEN_BANDS * gap[1]
        begin = end
    return made


def _around(
    column: Sequence[int], places: Sequence[Place], sizes: Sequence[Size]
) -> tuple[float, float, float, float]:
    return (
        min(places[node][0] for node in column),
        min(places[node][1] for node in column),
        max(places[node][0] + sizes[node][0] for node in column),
        max(places[node][1] + sizes[node][1] for node in column),
    )


def _tallest(sizes: Sequence[Size], gap: Size) -> int:
    """So many nodes may stand one below the other that a graph of one column becomes about a square."""
    wide = gap[0] + sum(size[0] for size in sizes) / len(sizes)
    tall = gap[1] + sum(size[1] for size in sizes) / len(sizes)
    return max(_AT_LEAST, ceil(sqrt(len(sizes) * wide / max(tall, 1e-9))))


def _pieces(column: Sequence[int], tallest: int) -> Iterable[Sequence[int]]:
    if len(column) <= tallest:
        return (column,)
    return (column[first : first + tallest] for first in range(0, len(column), tallest))


def _sum_of(pulls: Sequence[_Pull]) -> float:
    """How much they count together, one after the other: from Python 3.12 on `sum` rounds otherwise."""
    total = 0.0
    for _, _, nearness in pulls:
        total += nearness
    return total


class _Middles:
    """How high the middle of each node is so far."""

    def __init__(self, inputs: Sequence[Sequence[int]], sizes: Sequence[Size], gap: float, at: Sequence[int],
                 tallest: int) -> None:
        self.tallest = tallest
        self.y = [0.0] * len(inputs)
        self.tall = [size[1] for size in sizes]
        self.stride = [tall + gap for tall in self.tall]
        # What each node is drawn to, how far below that, and how much it counts: the nearer, the more.
        self.before: list[list[_Pull]] = [[] for _ in inputs]
        self.behind: list[list[_Pull]] = [[] for _ in inputs]
        for node, operands in enumerate(inputs):
            step = _SLANT * sizes[node][1]
            for port, operand in enumerate(operands):
                nearness = 1.0 / (at[node] - at[operand])
                self.before[node].append((operand, 0.0, nearness))
                self.behind[operand].append((node, (port - (len(operands) - 1) / 2) * step, nearness))
        self.weights = [[_sum_of(pulls) for pulls in way] for way in (self.before, self.behind)]

    def settle(self, column: list[int], from_left: bool) -> list[int]:
        """The column in the order in which its nodes wish to stand, each as near to that as there is room."""
        y = self.y
        pulls, weights = (self.before, self.weights[0]) if from_left else (self.behind, self.weights[1])
        wishes, drawn = [], False
        for node in column:
            weight = weights[node]
            if not weight:
                wishes.append(y[node])
                continue
            drawn, total = True, 0.0
            for other, below, nearness in pulls[node]:
                total += nearness * (y[other] + below)
            wishes.append(total / weight)
        if len(column) == 1:
            y[column[0]] = wishes[0]
        elif drawn:  # else nothing draws it anywhere
            mean = sum(wishes) / len(column)
            if any(map(gt, wishes, islice(wishes, 1, None))):
                order = sorted(range(len(column)), key=wishes.__getitem__)
                column = [column[at] for at in order]
                wishes = [wishes[at] for at in order]
            if len(column) > self.tallest:  # its pieces stand side by side
                wishes = [mean] * self.tallest
                for piece in _pieces(column, self.tallest):
                    self._spread(piece, wishes)
            else:
                self._spread(column, wishes)
        return column

    def level(self, columns: Sequence[Sequence[int]]) -> None:
        """What drifts up or down from column to column, as a long sum does, goes on at one height."""
        centres = []
        for column in columns:
            edges = [self.y[node] for node in column]
            centres.append((min(edges) + max(edges)) / 2)
        sums = [0.0, *accumulate(centres)]
        for at, column in enumerate(columns):
            around = min(_AROUND, at, len(columns) - 1 - at)
            drift = (sums[at + around + 1] - sums[at - around]) / (2 * around + 1)
            for node in column:
                self.y[node] -= drift

    def _spread(self, piece: Sequence[int], wishes: Sequence[float]) -> None:
        """As near to the wishes as can be (least squares), in that order, with a gap between any two."""
        y, tall, stride = self.y, self.tall, self.stride
        reach = 0.0
        runs: list[tuple[float, float, int]] = []  # of nodes that touch: where on average, the sum, how many
        for node, wish in zip(piece, wishes, strict=False):
            total = mean = wish - (reach + tall[node] / 2)
            count = 1
            reach += stride[node]
            while runs and runs[-1][0] >= mean:
                _, before, many = runs.pop()
                total, count = total + before, count + many
                mean = total / count
            runs.append((mean, total, count))
        nodes, reach = iter(piece), 0.0
        for mean, _, count in runs:
            for node in islice(nodes, count):
                y[node] = mean + (reach + tall[node] / 2)
                reach += stride[node]
