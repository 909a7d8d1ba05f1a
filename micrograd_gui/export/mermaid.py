"""Graph → Mermaid: a flowchart for pages that draw such text themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import runs, written
from micrograd_gui.figures.moments import Options
from micrograd_gui.figures.notebook_style import StandIns
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.parts import End, label_of, symbol_of
from micrograd_gui.session.trace import Frame, Step

_NOTHING: Mapping[Any, Any] = MappingProxyType({})
MOST_TEXT, MOST_EDGES = 50_000, 500  # what Mermaid draws as it comes
TOO_LARGE = "%% Mermaid draws as much as this only where the page raises its maxTextSize and maxEdges."


def mermaid(
    drawn: StandIns,
    frame: Frame,
    step: Step | None,
    options: Options,
    palette: Palette,
    said: str = "",
    *,
    words: Mapping[End, tuple[str, ...]] = _NOTHING,
    grads: Mapping[NodeId, str] = _NOTHING,
) -> bytes:
    """The moment as a flowchart: a box for each node, a circle for each op, a style for what acts.

    ``said`` is a line of words on the whole, in a box that is not seen; ``words`` are lines on wires, by
    where these end; ``grads`` are what gradients are called.
    """
    graph = drawn.graph
    lines: list[str] = []
    for number in graph.order:
        lines.append(f'    n{number}["{_label(drawn, number, frame, options, grads)}"]')
        if not graph.nodes[number].is_leaf:
            lines.append(f'    n{number}op(("{escape(symbol_of(graph.nodes[number]))}"))')
            lines.append(f"    n{number}op --> n{number}")
    for node in graph:
        for port, source in enumerate(node.inputs):
            if source is not None:
                on = "<br/>".join(escape(line) for line in words.get((node.id, port), ()) if line)
                arrow = f'-->|"{on}"|' if on else "-->"
                lines.append(f"    n{source} {arrow} n{node.id}op")
    lines += _styles(drawn, frame, step, palette)
    if said:
        lines.append(f'    said["{escape(said)}"]')
        lines.append(f"    style said fill:none,stroke:none,color:{palette.muted}")
    edges = sum(" -->" in line for line in lines)
    large = sum(map(len, lines)) > MOST_TEXT or edges > MOST_EDGES
    lines = [f"flowchart {options.rankdir}", *([f"    {TOO_LARGE}"] if large else []), *lines]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def escape(text: str) -> str:
    """Text that Mermaid shows as it is: signs of its own, of Markdown and of HTML become entity codes.

    An index is a low one.
    """
    text = text.replace("$$", "$\u200b$").replace("$$", "$\u200b$")  # two of them would begin a formula
    return "".join(f"<sub>{_plain(part)}</sub>" if low else _plain(part) for part, low in runs(text))


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() or c in " .,−×²³√" else f"#{ord(c)};" for c in text)


def _label(
    drawn: StandIns, number: NodeId, frame: Frame, options: Options, grads: Mapping[NodeId, str]
) -> str:
    parts = [f"<b>{escape(label)}</b>"] if (label := label_of(drawn.graph.nodes[number])) else []
    if number in drawn.silent:
        return "<br/>".join(parts)
    fields = [("data", frame.data)] + ([("grad", frame.grad)] if options.gradients else [])
    for name, numbers in fields:
        shown = escape(written(numbers.get(number), options.digits))
        word = escape(grads.get(number, name)) if name == "grad" else name
        parts.append(f"{word} <s>{shown}</s>" if (number, name) in frame.stale else f"{word} {shown}")
    return "<br/>".join(parts)


def _styles(drawn: StandIns, frame: Frame, step: Step | None, palette: Palette) -> Iterator[str]:
    graph = drawn.graph
    of_card = f"fill:{palette.box},stroke:{palette.line}"
    yield f"    classDef default {of_card},color:{palette.text}"
    yield f"    classDef ahead {of_card},color:{palette.muted},stroke-dasharray:4 3"
    of_acting = f"fill:{palette.accent_fill},stroke:{palette.accent},color:{palette.text}"
    yield f"    classDef acting {of_acting},stroke-width:{palette.strong:g}px"
    ahead = [number for number in graph.order if frame.data and number not in frame.data]
    if ahead:
        yield f"    class {','.join(f'n{number}' for number in ahead)} ahead"
    if step is None or step.node is None:
        return
    acting = drawn.stands_for.get(step.node, step.node)
    if acting in graph.nodes:
        through = not graph.nodes[acting].is_leaf and step.kind != "seed"
        yield f"    class n{acting}{f',n{acting}op' if through else ''} acting"
