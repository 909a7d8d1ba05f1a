"""Positioned: DOT text with a place for each node, for graphs that Graphviz would take too much for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from io import BytesIO
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
from micrograd.drawing.plain_svg import ends_of, plain_svg

_PIXELS, _LONGEST = 3e6, 12_000  # of a picture in pixels, and of its longer side
EDGES_IN_PIXELS = 8_000  # a picture in pixels takes long for each
_READ = 0.3  # of its size: smaller letters have some three pixels
_PALE = 170  # of 255: edges, where there are tens of thousands
_FINER = 3  # lines are drawn three times as large, or a box of two pixels would be black
VAST = 40_000  # nodes and edges
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

    @property
    def is_vast(self) -> bool:
        """Whether Graphviz would need long merely to draw it, with a place for each node."""
        return len(self._names) + len(self._edges) > VAST

    @cached_property
    def _boxes(self) -> list[tuple[float, float, float, float]]:
        """Left, top, width and height of each node in points, y downwards."""
        sizes = [self._size(self._labels[name]) for name in self._names]
        turned = [size[::-1] if self._down else size for size in sizes]
        corners = folded(layered(self._inputs, turned, _GAP), turned, _GAP)
        boxes = []
        for (wide, tall), (x, y) in zip(sizes, corners, strict=True):
            x, y = (y, x) if self._down else (x, y)
            x, y = (-x - wide, y) if self._rankdir == "RL" else (x, -y - tall if self._rankdir == "BT" else y)
            boxes.append((x, y, wide, tall))
        return boxes

    def places(self, *, pixels: bool) -> list[str]:
        """Lines of DOT that say where each node stands, and of ``pixels`` how small the whole becomes.

        Where that is so small that nobody could read a letter there are none: each takes long to draw.
        """
        size, smaller = _within(self._boxes)
        lines = [size] if pixels else []
        for name, (x, y, wide, tall) in zip(self._names, self._boxes, strict=True):
            more = ""
            if pixels and smaller < _READ:
                more = f' shape=box label="" fixedsize=true width={wide / 72:.2f} height={tall / 72:.2f}'
            lines.append(f'\t{name} [pos="{x + wide / 2:.1f},{-y - tall / 2:.1f}"{more}]\n')
        return lines

    def as_svg(self) -> str:
        """The graph as SVG without Graphviz: at once, however large it is."""
        return plain_svg(self._labels, dict(zip(self._names, self._boxes, strict=True)), self._edges,
                         self._rankdir)

    def as_png(self) -> bytes:
        """The graph as a picture in pixels without Graphviz: boxes and edges; letters would be too small."""
        from PIL import Image, ImageDraw

        boxes = self._boxes
        scale = _within(boxes)[1] * 96 / 72 * _FINER
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
        picture = Image.new("L", (round((right - left) * scale) + 1, round((bottom - top) * scale) + 1), 255)
        pen = ImageDraw.Draw(picture)

        def at(x: float, y: float) -> tuple[float, float]:
            return (x - left) * scale, (y - top) * scale

        ends = dict(zip(self._names, (ends_of(box, self._rankdir) for box in boxes), strict=True))
        for tail, head in self._edges:
            pen.line([at(*ends[tail][1]), at(*ends[head][0])], fill=_PALE)
        for x, y, wide, tall in boxes:
            pen.rectangle([at(x, y), at(x + wide, y + tall)], fill=255, outline=0)
        written = BytesIO()
        picture.reduce(_FINER).save(written, "PNG")
        return written.getvalue()

    @property
    def left_out(self) -> int:
        """How many of its edges a picture in pixels has no time for."""
        return max(0, len(self._edges) - EDGES_IN_PIXELS)

    def nearest(self, lines: Iterable[str]) -> list[str]:
        """The lines without all edges but the shortest ones, where there are too many."""
        if not self.left_out:
            return list(lines)
        at = dict(zip(self._names, ranks(self._inputs), strict=True))
        lengths = [abs(at[head] - at[tail]) for tail, head in self._edges]
        seen = set(sorted(range(len(lengths)), key=lengths.__getitem__)[:EDGES_IN_PIXELS])
        number, made = -1, []
        for line in lines:
            number += (is_edge := _EDGE.match(line) is not None)
            if not is_edge or number in seen:
                made.append(line)
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


def _within(boxes: list[tuple[float, float, float, float]]) -> tuple[str, float]:
    """The line of DOT that keeps a picture in pixels within bounds; by how much it becomes smaller."""
    (left, right), (top, bottom) = ((min(box[axis] for box in boxes), max(box[axis] + box[axis + 2]
                                    for box in boxes)) for axis in (0, 1))
    wide, tall = 96 / 72 * (right - left), 96 / 72 * (bottom - top)
    longest = min(_LONGEST, max(wide, tall) * min(1.0, sqrt(_PIXELS / (wide * tall))))
    line = f'\tgraph [size="{longest / 96:.2f},{longest / 96:.2f}"]\n'
    return line, longest / max(wide, tall)


def positioned(lines: Iterable[str], drawn: Drawn, *, pixels: bool) -> str:
    """The text with all that Graphviz need only draw: straight edges, behind nodes in their places."""
    head, *body, tail = lines
    if pixels:
        body = drawn.nearest(body)
    front = "\tgraph [splines=line outputorder=edgesfirst]\n\tnode [style=filled fillcolor=white]\n"
    return "".join([head, front, *body, *drawn.places(pixels=pixels), tail])
