"""Edits of the rows of data: pure functions, each of which gives new rows, bound as the old ones were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import isfinite

from msgspec.structs import replace

from micrograd.language import tr
from micrograd_gui.document.block import Block
from micrograd_gui.document.data import Column, Data
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import saveable, spoken

_OFFERED = 40  # so many leaves stand in a menu


def differs(graph: Graph) -> bool:
    """Whether an input holds another number than the row that is shown: it was set on the canvas."""
    data = graph.data
    if data is None or not data.rows:
        return False
    return any(graph.nodes[node].data != number for node, number in data.numbers(data.shown).items())


def counts_often(graph: Graph) -> str:
    """What a sum over the rows counts once for each of them, though it is the same in all; or nothing."""
    data = graph.data
    if data is None or data.reduction != "sum" or len(data) < 2:
        return ""
    added = [block for block in graph.blocks if block.kind == "loss" and not block.judges]
    added = [block for block in added if not _is_shared_out(graph, block, len(data))]
    said = ", ".join(spoken(block.title) for block in added if graph.feeding & graph.within(block.id))
    return (
        tr("{losses} counts {n:,} times in the sum, once for each row", losses=said, n=len(data))
        if said
        else ""
    )


def _is_shared_out(graph: Graph, block: Block, rows: int) -> bool:
    """Whether all that a block gives is divided by the number of rows: they count it once together."""
    users = [graph.nodes[user] for node in block.outputs for user, _ in graph.users[node]]
    by = [user.inputs[1] for user in users if user.op == "/"]
    divisors = [graph.nodes[each] for each in by if each is not None]
    return bool(users) and len(divisors) == len(users) and all(each.data == rows for each in divisors)


def columns_for(graph: Graph) -> Data:
    """No row, and a column for each input of the graph; raises Refusal where it has none."""
    inputs = [node for node in graph if node.is_leaf and node.role == "input"]
    if not inputs:
        raise Refusal(tr("There is no input to give numbers to: mark a leaf as an input first."))
    return Data(tuple(Column(node.name, node.id) for node in inputs))


def with_row(data: Data, graph: Graph) -> Data:
    """With one more row, like the last one; the first holds what the graph does."""
    held = (0.0 if column.node is None else graph.nodes[column.node].data for column in data.columns)
    row = data.rows[-1] if data.rows else tuple(number if isfinite(number) else 0.0 for number in held)
    return replace(data, rows=(*data.rows, row))


def without_rows(data: Data, gone: Collection[int]) -> Data:
    """Without those rows; the row that is shown stays the same one as long as it is there.

    Raises Refusal where no row is named.
    """
    if not gone:
        raise Refusal(tr("Select the rows that shall go first."))
    kept = [at for at in range(len(data.rows)) if at not in gone]
    before = sum(at < data.shown for at in kept)
    shown = min(before, max(len(kept) - 1, 0))
    return replace(data, rows=tuple(data.rows[at] for at in kept), shown=shown)


def with_column(data: Data) -> Data:
    """With one more column of zeros, bound to nothing yet."""
    names = {column.name for column in data.columns}
    number = len(data.columns) + 1
    while f"x{number}" in names:
        number += 1
    return replace(
        data,
        columns=(*data.columns, Column(f"x{number}")),
        rows=tuple((*row, 0.0) for row in data.rows),
    )


def renamed_column(data: Data, column: int, name: str) -> Data:
    """With the column called that; it stays bound as it was. The same data where it is called so already.

    Raises Refusal for a name that says nothing, and for one that another column has.
    """
    name = saveable(name.strip())
    if not spoken(name):
        raise Refusal(tr("A column needs a name."))
    if any(each.name == name for at, each in enumerate(data.columns) if at != column):
        raise Refusal(tr("There is a column “{name}” already.", name=spoken(name)))
    old = data.columns[column]
    if old.name == name:
        return data
    columns = (*data.columns[:column], replace(old, name=name), *data.columns[column + 1 :])
    return replace(data, columns=columns)


def without_column(data: Data, column: int) -> Data | None:
    """Without that column; None where no other is left."""
    if len(data.columns) == 1:
        return None
    return replace(
        data,
        columns=(*data.columns[:column], *data.columns[column + 1 :]),
        rows=tuple((*row[:column], *row[column + 1 :]) for row in data.rows),
    )


def bound(data: Data, column: int, node: NodeId | None) -> Data:
    """With the column's numbers going to that leaf, and to it alone."""
    columns = [replace(each, node=None) if each.node == node else each for each in data.columns]
    columns[column] = replace(columns[column], node=node)
    return replace(data, columns=tuple(columns))


def overlaid(data: Data, numbers: Sequence[Sequence[float]], row: int, column: int) -> Data:
    """With the numbers in place of those from that cell on; rows are added where there are too few.

    ``numbers`` are lines of one or more numbers each. Raises Refusal where they are wider than the rows.
    """
    width = max(len(line) for line in numbers)
    if column + width > len(data.columns):
        room = len(data.columns) - column
        name = spoken(data.columns[column].name)
        raise Refusal(
            tr(
                "What was pasted has {width} columns, and from “{name}” on there are {room}.",
                width=width,
                name=name,
                room=room,
            )
        )
    rows = [list(each) for each in data.rows]
    for at, line in enumerate(numbers, row):
        while len(rows) <= at:
            rows.append([0.0] * len(data.columns))
        rows[at][column : column + len(line)] = line
    return replace(data, rows=tuple(map(tuple, rows)))


def leaves_for(graph: Graph, column: int) -> list[NodeId]:
    """The leaves that a column may be bound to: inputs first, then those that are no parameters."""
    leaves = [node for node in graph if node.is_leaf and node.role != "parameter"]
    own = graph.data.columns[column].node if graph.data is not None else None
    ranked = sorted(leaves, key=lambda node: (node.id != own, node.role != "input", not node.label, node.id))
    return [node.id for node in ranked if node.role == "input" or node.label][:_OFFERED]
