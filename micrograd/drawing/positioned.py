"""Positioned: DOT text with a place for each node, for graphs that Graphviz would take too much for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from math import sqrt

from micrograd.drawing.layers import (
    CROWDED,
    FAR,
    FARTHEST,
    LARGE,
    LARGEST,
    LESS_EFFORT,
    crowd,
    folded,
    layered,
    ranks,
    span,
)

_PIXELS, _LONGEST = 3e6, 12_000  # of a picture in pixels, and of its longer side
EDGES_IN_PIXELS = 8_000  # a picture in pixels takes long for each
_GAP = (40.0, 18.0)  # points between columns and rows
_LETTER, _EDGES, _LINE = 7.4, 18.0, 23.0  # how wide a letter is, what is around a field, how tall a field is
_ID = r'("(?:[^"\\]|\\.)*"|[^\s"\[\]{};,:=>-]+)(?::[^\s\[]+)?'
_NODE = re.compile(rf"^\s*{_ID}(?:\s*\[(.*)\])?\s*$", re.DOTALL)
_EDGE = re.compile(rf"^\s*{_ID}\s*->\s*{_ID}", re.DOTALL)
_LABEL = re.compile(r'label=("(?:[^"\\]|\\.)*"|[^\s"\]]+)', re.DOTALL)
_KEYWORDS = ("node", "edge", "graph", "subgraph", "digraph", "strict")


class Drawn:
    """The nodes and edges of a graph as the lines of its body have them, which the package graphviz wrote."""

    def __init__(self, lines: Iterable[str], rankdir: str) -> None:
        self._rankdir = rankdir
        self._down = rankdir in ("TB", "BT")
        labels: dict[str, str] = {}
        edges: list[tuple[str, str]] = []
        for line in lines:
            if (edge := _EDGE.match(line)) is not None:
                edges.append((edge[1], edge[2]))
                for name in edge.groups():
                    labels.setdefault(name, name)
            elif (node := _NODE.match(line)) is not None and node[1] not in _KEYWORDS:
                label = _LABEL.search(node[2] or "")
                labels[node[1]] = label[1] if label is not None else node[1]
        before: dict[str, list[str]] = {name: [] for name in labels}
        for tail, head in edges:
            if tail != head:
                before[head].append(tail)
        self._labels, self._edges = labels, edges
        self._names = _in_order(before)
        at = {name: number for number, name in enumerate(self._names)}
        self._inputs: list[list[int]] = [
            [at[tail] for tail in before[name] if at[tail] < at[name]] for name in self._names
        ]

    @cached_property
    def _far(self) -> int:
        return span(self._inputs)

    @property
    def is_too_much(self) -> bool:
        """Whether Graphviz would take minutes or gigabytes to lay it out."""
        many = len(self._names) > LARGEST or self._far > FARTHEST
        return many or crowd(self._inputs) > CROWDED

    @property
    def effort(self) -> list[str]:
        """What is said to Graphviz so that it takes seconds, where the graph does not say it."""
        if len(self._names) <= LARGE and self._far <= FAR:
            return []
        return [f"-G{name}={value}" for name, value in LESS_EFFORT.items()]

    def places(self, *, pixels: bool) -> list[str]:
        """Lines of DOT that say where each node stands, and of ``pixels`` how small the whole becomes."""
        sizes = [self._size(self._labels[name]) for name in self._names]
        turned = [size[::-1] if self._down else size for size in sizes]
        corners = folded(layered(self._inputs, turned, _GAP), turned, _GAP)
        lines = []
        for name, (wide, tall), (x, y) in zip(self._names, sizes, corners, strict=True):
            x, y = (y, x) if self._down else (x, y)
            x, y = x + wide / 2, -y - tall / 2
            x, y = (-x, y) if self._rankdir == "RL" else (x, -y) if self._rankdir == "BT" else (x, y)
            lines.append(f'\t{name} [pos="{x:.1f},{y:.1f}"]\n')
        return [_within(corners, sizes), *lines] if pixels else lines

    @property
    def left_out(self) -> int:
        """How many of its edges a picture in pixels has no time for."""
        return max(0, len(self._edges) - EDGES_IN_PIXELS)

    def nearest(self, lines: Iterable[str]) -> list[str]:
        """The lines with all edges but the shortest ones hidden, where there are too many."""
        if not self.left_out:
            return list(lines)
        at = dict(zip(self._names, ranks(self._inputs), strict=True))
        lengths = [abs(at[head] - at[tail]) for tail, head in self._edges]
        seen = set(sorted(range(len(lengths)), key=lengths.__getitem__)[:EDGES_IN_PIXELS])
        number, made = -1, []
        for line in lines:
            number += (is_edge := _EDGE.match(line) is not None)
            made.append(line if not is_edge or number in seen else f"{line.rstrip()} [style=invis]\n")
        return made

    def _size(self, label: str) -> tuple[float, float]:
        """About as large as Graphviz makes a node of that label, and not less: it measures letters."""
        if "|" not in label:
            return max(54.0, _LETTER * len(label) + _EDGES), 36.0
        fields = label.split("|")
        if self._down:
            return _LETTER * max(map(len, fields)) + _EDGES, _LINE * len(fields)
        return sum(_LETTER * len(field) + _EDGES for field in fields), 36.0


def _in_order(before: dict[str, list[str]]) -> list[str]:
    """Each name after those before it; as they came, where they go round in a circle."""
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError:
        return list(before)


def _within(corners: list[tuple[float, float]], sizes: list[tuple[float, float]]) -> str:
    """The line of DOT that keeps a picture in pixels within bounds."""
    wide = 96 / 72 * (max(x for x, _ in corners) + max(size[0] for size in sizes))
    tall = 96 / 72 * (max(y for _, y in corners) + max(size[1] for size in sizes))
    longest = min(_LONGEST, max(wide, tall) * min(1.0, sqrt(_PIXELS / (wide * tall)))) / 96
    return f'\tgraph [size="{longest:.2f},{longest:.2f}"]\n'


def positioned(lines: Iterable[str], drawn: Drawn, *, pixels: bool) -> str:
    """The text with all that Graphviz need only draw: straight edges, behind nodes in their places."""
    head, *body, tail = lines
    if pixels:
        body = drawn.nearest(body)
    front = "\tgraph [splines=line outputorder=edgesfirst]\n\tnode [style=filled fillcolor=white]\n"
    return "".join([head, front, *body, *drawn.places(pixels=pixels), tail])
