"""Tips: what the canvas says about a thing under the pointer, and to a screen reader."""

from __future__ import annotations

from collections.abc import Mapping

from micrograd.language import again, tr, trn
from micrograd_gui.document.block import Key, block_of, is_block
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import exact
from micrograd_gui.session.explain.formulas import Naming, naming_of
from micrograd_gui.session.measure import Nudge
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Field, Frame
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.picture import CanvasFrame


def tip(picture: CanvasFrame, hit: Hit, state: State | None = None) -> str:
    """The tooltip as rich text; empty where there is nothing to say.

    Of a State it says why the numbers are what they are, too.
    """
    from html import escape  # late, as it brings a table of all entities

    graph = picture.graph
    if hit.block is not None and hit.part not in ("in", "out"):
        return "<br>".join(escape(line) for line in _block(picture, hit))
    if hit.node is None:
        return ""
    if hit.part == "wire" or hit.part == "in":
        lines = [_port(graph, hit.node, hit.port or 0), *_why_wire(state, hit)]
        if hit.part == "in":
            held = graph.nodes[hit.node].inputs[hit.port or 0] is not None
            lines.append(
                tr("Drag to put the wire elsewhere.") if held else tr("Drag from here to a node's output.")
            )
    elif hit.part == "out":
        lines = [
            tr("The output of {name}. Drag it to a port of another node.", name=graph.nodes[hit.node].name)
        ]
    else:
        lines = [*_node(picture, hit.node), *_why(state, hit)]
        if hit.part in ("data", "badge"):
            lines += _holds(graph, hit)
    return "<br>".join(escape(line) for line in lines)


def box_in_words(picture: CanvasFrame, key: Key) -> tuple[str, str]:
    """A node or a box in a line, with its numbers, and what else there is to say of it."""
    if is_block(key):
        *lines, more = _block(picture, Hit("title", block=block_of(key)))
        return ", ".join(lines), more
    lines = _node(picture, key)
    rule = picture.graph.nodes[key].rule
    return ", ".join(lines if rule is None else lines[:-1]), "" if rule is None else rule.told


def _why(state: State | None, hit: Hit) -> list[str]:
    """Why the node has its data and its grad; of the one that is pointed at, where it is one of them."""
    if state is None or hit.node is None or hit.node not in state.graph.nodes:
        return []
    from micrograd_gui.session.asking.why import why  # late: nobody points at anything at the start

    data, grad = why(state, hit.node)
    return {"data": [data], "grad": [grad]}.get(hit.part, [data, grad])


def _why_wire(state: State | None, hit: Hit) -> list[str]:
    if state is None or hit.node is None or hit.port is None or hit.node not in state.graph.nodes:
        return []
    from micrograd_gui.session.asking.why import why_wire  # late, as above

    said = why_wire(state, (hit.node, hit.port))
    return [said] if said else []


def _block(picture: CanvasFrame, hit: Hit) -> list[str]:
    """A box, or the frame of an open block."""
    graph = picture.graph
    block = next(each for each in graph.blocks if each.id == hit.block)
    if hit.part == "mark":
        said = tr("Click to open {title} (X).") if block.collapsed else tr("Click to collapse {title} (X).")
        return [said.format(title=block.title)]
    nodes = graph.within(block.id)
    if block.output is None:
        lines = [trn("{title}: {n:,} node", "{title}: {n:,} nodes", len(nodes), title=block.title)]
    else:
        lines = [
            trn(
                "{title}: {n:,} node, output {name}",
                "{title}: {n:,} nodes, output {name}",
                len(nodes),
                title=block.title,
                name=graph.nodes[block.output].name,
            )
        ]
        lines += _numbers(graph, picture.frame, block.output, picture.nudge, picture.names)
    return [*lines, tr("Double-click, or Enter, to look inside; X opens or collapses it.")]


def description(state: State, wires: int) -> str:
    """What a screen reader says of the canvas."""
    nodes = trn("{n} node", "{n} nodes", len(state.graph))
    said = [tr("A graph of {nodes} and {wires}.", nodes=nodes, wires=trn("{n} wire", "{n} wires", wires))]
    number = state.selected
    if number is not None:
        name = state.graph.nodes[number].name
        titles = (b.title for b in state.graph.blocks if len(state.selection) > 1 and b.output == number)
        if (title := next(titles, None)) is not None:
            name = tr("the block {title}, output {name}", title=title, name=name)
        names = naming_of(state.graph, state.notation)
        numbers = _numbers(state.graph, state.frame, number, state.nudge, names)
        what = ", ".join([name, *(line.replace(" = ", " ") for line in numbers)])
        said += [tr("Selected: {what}.", what=what), *_why(state, Hit("title", number))]
    elif state.selection:
        said.append(trn("{n} node is selected.", "{n} nodes are selected.", len(state.selection)))
    return " ".join([*said, tr("Tab selects the next node; F1 lists the keys.")])


def _port(graph: Graph, number: NodeId, port: int) -> str:
    node = graph.nodes[number]
    which = "" if node.rule is None else node.rule.ordinal(port)
    source = node.inputs[port]
    held = tr("empty") if source is None else graph.nodes[source].name
    if not which:
        return tr("{name}: operand is {held}", name=node.name, held=held)
    return tr("{name}: {which} operand is {held}", name=node.name, which=tr(which), held=held)


def _node(picture: CanvasFrame, number: NodeId) -> list[str]:
    graph, node = picture.graph, picture.graph.nodes[number]
    first = node.name
    if node.rule is not None:
        names = [graph.nodes[source].name if source is not None else "?" for source in node.inputs]
        first += f" = {node.rule.filled(names)}"
    words: list[str] = [tr(node.role)] if node.role else []
    if graph.target == number:
        words.append(tr("target"))
    lines = [first + (f" ({', '.join(words)})" if words else "")]
    lines += _numbers(graph, picture.frame, number, picture.nudge, picture.names)
    if picture.checked is not None and picture.checked.check_of(number) is not None:
        from micrograd_gui.session.explain.verdicts import verdict_of  # late: nothing is checked at first

        lines.append(verdict_of(picture.checked, number).sentence)
    if number == picture.problem and picture.step is not None:
        lines.insert(0, f"⚠ {again(picture.step.note)}")
    if node.rule is not None:
        lines.append(node.rule.told)
    return lines


def _numbers(graph: Graph, frame: Frame, number: NodeId, nudge: Nudge | None, names: Naming) -> list[str]:
    """The numbers of a node, exact, and of one that it is from before an update, or where it is nudged."""
    moved = None if nudge is None or number not in nudge.moved else nudge.after[number]
    fields: tuple[tuple[Field, Mapping[NodeId, float]], ...] = ("data", frame.data), ("grad", frame.grad)
    said = []
    for name, numbers in fields:
        if number not in numbers:
            continue
        what = names.grad(graph.nodes[number]) if names.leibniz and name == "grad" else name
        line = f"{what} = {exact(numbers[number])}"
        if (number, name) in frame.stale:
            line = tr("{number} (from before the update)", number=line)
        if moved is not None and name == "data":
            line = tr("{number}, nudged {moved}", number=line, moved=exact(moved))
        said.append(line)
    return said


def _holds(graph: Graph, hit: Hit) -> list[str]:
    node = graph.nodes[hit.node or 0]
    if node.is_leaf and hit.part == "data":
        return [tr("Drag left or right to change it, double-click to type it.")]
    if hit.part == "badge" and node.exponent is not None:
        return [tr("Drag left or right to change the exponent, double-click to type it.")]
    return []
