"""Plain SVG: nodes in their places, and straight edges, for graphs that Graphviz cannot even draw in time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape, unescape

Box = tuple[float, float, float, float]  # left, top, wide, tall

_FIELDS = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_HEAD = ('<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
         '<svg width="{wide:.0f}pt" height="{tall:.0f}pt" viewBox="{left:.0f} {top:.0f} {wide:.0f} '
         '{tall:.0f}" xmlns="http://www.w3.org/2000/svg">\n'
         '<defs><marker id="head" viewBox="0 0 10 7" refX="10" refY="3.5" markerWidth="10" markerHeight="7"'
         ' orient="auto" markerUnits="userSpaceOnUse"><path d="M0,0L10,3.5L0,7Z"/></marker></defs>\n'
         '<g class="graph" fill="white" stroke="black" font-family="Times,serif" font-size="14">\n'
         '<rect x="{left:.0f}" y="{top:.0f}" width="{wide:.0f}" height="{tall:.0f}" stroke="none"/>\n')


def plain_svg(labels: Mapping[str, str], boxes: Mapping[str, Box], edges: Iterable[tuple[str, str]],
              rankdir: str = "LR") -> str:
    """The graph as SVG, at a cost by nodes and edges: records as boxes of fields, all others as ovals.

    Labels and names are as DOT has them, boxes in points, y downwards. Edges lie behind the nodes.
    """
    margin = 4.0
    left, top = (min((box[axis] for box in boxes.values()), default=0.0) - margin for axis in (0, 1))
    right, bottom = (max((box[axis] + box[axis + 2] for box in boxes.values()), default=0.0) + margin
                     for axis in (0, 1))
    parts = [_HEAD.format(left=left, top=top, wide=right - left, tall=bottom - top)]
    ends = {name: ends_of(box, rankdir) for name, box in boxes.items()}
    for tail, head in edges:
        (x, y), (to_x, to_y) = ends[tail][1], ends[head][0]
        line = f"M{x:.1f},{y:.1f}L{to_x:.1f},{to_y:.1f}"
        parts.append(f'<g class="edge"><path marker-end="url(#head)" d="{line}"/></g>\n')
    parts += (_node(label, boxes[name], rankdir in ("TB", "BT")) for name, label in labels.items())
    return "".join([*parts, "</g>\n</svg>\n"])


def ends_of(box: Box, rankdir: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where edges come in and go out: on the sides that the direction says."""
    left, top, wide, tall = box
    if rankdir in ("LR", "RL"):
        sides = (left, top + tall / 2), (left + wide, top + tall / 2)
    else:
        sides = (left + wide / 2, top), (left + wide / 2, top + tall)
    return sides if rankdir in ("LR", "TB") else sides[::-1]


def _node(label: str, box: Box, down: bool) -> str:
    left, top, wide, tall = box
    text = label[1:-1].replace('\\"', '"') if label.startswith('"') else label
    fields = _fields(text)
    middle = left + wide / 2, top + tall / 2
    if len(fields) == 1 and not text.startswith("{"):
        shape = (f'<ellipse cx="{middle[0]:.1f}" cy="{middle[1]:.1f}" rx="{wide / 2:.1f}" '
                 f'ry="{tall / 2:.1f}"/>')
        return f'<g class="node">{shape}{_text(fields[0], *middle)}</g>\n'
    parts = [f'<g class="node"><rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}"/>']
    whole = sum(len(field) + 2.4 for field in fields)
    at = top if down else left
    for number, field in enumerate(fields):
        size = tall / len(fields) if down else wide * (len(field) + 2.4) / whole
        if number:
            line = f"M{left:.1f},{at:.1f}h{wide:.1f}" if down else f"M{at:.1f},{top:.1f}v{tall:.1f}"
            parts.append(f'<path d="{line}"/>')
        parts.append(_text(field, *((middle[0], at + size / 2) if down else (at + size / 2, middle[1]))))
        at += size
    return "".join([*parts, "</g>\n"])


def _fields(text: str) -> Sequence[str]:
    """What stands in the fields of a label, its escapes undone."""
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    return [unescape(_ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], field)).strip()
            for field in _FIELDS.split(inner)]


def _text(words: str, x: float, y: float) -> str:
    return (f'<text x="{x:.1f}" y="{y + 4.2:.1f}" text-anchor="middle" fill="black" stroke="none">'
            f"{escape(words, quote=False)}</text>")
