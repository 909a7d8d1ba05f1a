"""Row graph: a loss over samples alike as the graph of one row, modules as blocks, and the rows as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.data import Column, Data, TrainingPlan
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.live.live_graph import LiveGraph
from micrograd_gui.document.live.module_blocks import ModuleBlocks, folded
from micrograd_gui.document.live.modules import KeptWhere, is_spoken, kept_in
from micrograd_gui.document.live.samples import Samples, columns_of
from micrograd_gui.document.text import short, spoken

_FOLDED_FROM = 12  # so many nodes that are the same for all rows come as one box
_WIDEST = 64  # columns of a table among the caller's variables


def row_graph(samples: Samples, names: Mapping[str, Any]) -> LiveGraph | None:
    """The graph of the first sample, with the rows of all; None where the samples hold no row of numbers."""
    columns = columns_of(samples)
    return _RowGraph(samples, names, columns).built() if columns else None


class _RowGraph:
    """A row graph in the making.

    Attributes:
        ids: the node for each place among the live nodes.
    """

    def __init__(
        self, samples: Samples, names: Mapping[str, Any], columns: Sequence[tuple[int, tuple[float, ...]]]
    ) -> None:
        self.samples, self.nodes, self.names = samples, samples.nodes, names
        self.own = set(samples.bodies[0])
        others = {place for body in samples.bodies[1:] for place in body}
        self.kept = [at for at in range(len(self.nodes)) if at not in others and at not in samples.dropped]
        self.way = {place for place, _ in samples.way}
        self.parameters = self._parameters()
        self.columns = self._named(columns)
        self.builder = GraphBuilder()
        self.ids: dict[int, NodeId] = {}

    def built(self) -> LiveGraph:
        samples, builder = self.samples, self.builder
        blocks = self._blocks()
        blocks.open(builder)
        mean = () if samples.mean is None else (samples.mean,)
        for place in sorted({*self.kept, samples.top, *mean}):
            if place == samples.top:
                self.ids[place] = self._summed()
            elif place == samples.mean:
                self.ids[place] = self.ids[self._before(place)]
            else:
                self._add(place, blocks.block_of(place))
        target = self.ids[len(self.nodes) - 1]
        root = self.nodes[-1]
        name = root.label or self._variable(root.value)
        builder.relabel(target, f"{name or 'loss'} (row)")
        blocks.close(builder, self.ids, target)
        rows = tuple(zip(*(numbers for _, numbers, _ in self.columns), strict=True))
        data = Data(
            tuple(Column(title, self.ids[place]) for place, _, title in self.columns),
            rows,
            reduction="sum" if samples.mean is None else "mean",
        )
        graph = builder.graph(target).fed(data).planned(TrainingPlan(gradients_of="rows"))
        return self._live(folded(graph), name or tr("the loss"))

    # Names -----------------------------------------------------------------------------------

    def _parameters(self) -> dict[int, KeptWhere]:
        """The leaves that the samples have in common, with where the caller keeps them."""
        taken = {each for place in self.own for each in self.nodes[place].inputs}
        leaves = [at for at in self.kept if at not in self.own and not self.nodes[at].inputs]
        kept = kept_in(self.names, {id(self.nodes[at].value) for at in leaves})
        found = {at: kept.get(id(self.nodes[at].value), KeptWhere("", ())) for at in leaves}
        held = {at: where for at, where in found.items() if where.holders}
        return held or {at: where for at, where in found.items() if at in taken}  # else a constant is none

    def _variable(self, value: Any) -> str:
        return next((n for n, thing in self.names.items() if thing is value and is_spoken(n)), "")

    def _label(self, place: int) -> str:
        node = self.nodes[place]
        if place in self.parameters:
            return self.parameters[place].path or node.label
        if place not in self.own:
            return node.label
        at = self.samples.bodies[0].index(place) if node.label else 0
        alike = node.label and all(self.nodes[body[at]].label == node.label for body in self.samples.bodies)
        return node.label if alike else ""

    def _named(
        self, columns: Sequence[tuple[int, tuple[float, ...]]]
    ) -> list[tuple[int, tuple[float, ...], str]]:
        """The columns with their names: those that meet a parameter are inputs, and come first."""
        tables = dict(_tables(self.names, self.samples.count))
        weighed = {
            place
            for user in self.samples.bodies[0]
            for place in self.nodes[user].inputs
            if any(each in self.parameters for each in self.nodes[user].inputs)
        }
        ordered = sorted(columns, key=lambda column: column[0] not in weighed)
        found, taken = [], set()
        for place, numbers in ordered:
            name = self._label(place) or tables.get(numbers, "")
            if not name or name in taken:
                letter = "x" if place in weighed else "y"
                free = (f"{letter}{n or ''}" for n in range(letter == "x", len(columns) + 2))
                name = next(each for each in free if each not in taken)
            taken.add(name)
            found.append((place, numbers, name))
        return found

    # Nodes -----------------------------------------------------------------------------------

    def _add(self, place: int, block: BlockId | None) -> None:
        node, titles = self.nodes[place], {each: title for each, _, title in self.columns}
        inputs = [self.ids[each] for each in node.inputs]
        step = next((port for at, port in self.samples.way if at == place), None)
        if step is not None and node.op is not None and node.op.name in ("+", "-"):
            inputs[1 - step] = self._shared_out(inputs[1 - step])
        self.ids[place] = self.builder.add(
            None if node.op is None else node.op.name,
            tuple(inputs),
            titles.get(place) or self._label(place),
            node.data if node.op is None else 1.0,
            "input" if place in titles else "parameter" if place in self.parameters else "",
            block=block,
        )

    def _before(self, place: int) -> int:
        return next(self.nodes[at].inputs[port] for at, port in self.samples.way if at == place)

    def _summed(self) -> NodeId:
        """In place of the sum: the first sample's loss, and its share of what the sum adds besides."""
        out = self.ids[self.samples.bodies[0][-1]]
        for place in self.samples.rest:
            out = self.builder.add("+", (out, self._shared_out(self.ids[place])))
        return out

    def _shared_out(self, node: NodeId) -> NodeId:
        """What is added once, in a sum over the rows: each of them has its share of it."""
        if self.samples.mean is not None:
            return node
        rows = self.builder.add(None, (), "rows", float(self.samples.count))
        return self.builder.add("/", (node, rows))

    def _blocks(self) -> ModuleBlocks:
        """The blocks of the modules, and of what all rows have in common, where that is much."""
        columns = {place for place, _, _ in self.columns}
        blocks = ModuleBlocks(self.nodes, self.parameters, self.samples.bodies[0], columns)
        others = {*self.own, *self.way, *self.parameters, self.samples.top}
        common = [place for place in self.kept if place not in others]
        if len(common) >= _FOLDED_FROM:
            blocks.gather(tr("the same for all rows"), common)
        return blocks

    # The numbers -----------------------------------------------------------------------------

    def _live(self, graph: Graph, name: str) -> LiveGraph:
        """With the live numbers, as a run of this graph is to give them.

        A mean over n rows leaves a row's own nodes 1/n of the grads that they have in the row's own loss; and
        what the rows of a sum share among them has n times those that it has in one.
        """
        samples, count = self.samples, self.samples.count
        mean, of_rows = samples.mean is not None, self._of_rows()
        objects, data, grad = {}, {}, {}
        for place in self.kept:
            if place in self.way:
                continue  # live, it is a sum over the samples
            node, its_id = self.nodes[place], self.ids[place]
            objects[its_id], data[its_id] = node.value, node.data
            if place in self.parameters:
                grad[its_id] = node.grad
            elif place in self.own:
                grad[its_id] = node.grad * count if mean else node.grad
            elif place not in of_rows:
                grad[its_id] = node.grad if mean else node.grad / count
        given = {"count": count, "name": spoken(name), "number": short(self.nodes[-1].data)}
        if mean:
            note = tr(
                "{count:,} samples alike: the graph of one row, and {count:,} rows in Data, over which "
                "{name} = {number} is the mean.",
                **given,
            )
        else:
            note = tr(
                "{count:,} samples alike: the graph of one row, and {count:,} rows in Data, over which "
                "{name} = {number} is the sum.",
                **given,
            )
        if mean and any(grad.values()):
            more = tr(
                "Grads of a row's own nodes are of its own loss: {count:,} × the live ones.", count=count
            )
            note = f"{note} {more}"
        return LiveGraph(graph, objects, data, grad, title=name, note=note)

    def _of_rows(self) -> set[int]:
        """What is the same for all rows and has another grad in each: what feeds samples, and factors."""
        feeding = {each for place in self.own for each in self.nodes[place].inputs if each not in self.own}
        for place, port in self.samples.way:
            node = self.nodes[place]
            if node.op is not None and node.op.name in ("*", "/"):
                feeding.add(node.inputs[1 - port])
        waiting = list(feeding)
        while waiting:
            for each in self.nodes[waiting.pop()].inputs:
                if each not in feeding:
                    feeding.add(each)
                    waiting.append(each)
        return feeding


def _tables(names: Mapping[str, Any], count: int) -> Iterator[tuple[tuple[float, ...], str]]:
    """The caller's lists and arrays of so many numbers, or rows of numbers, column by column, with a name."""
    for name, thing in names.items():
        if not is_spoken(name):
            continue
        if type(thing).__module__ == "numpy" and getattr(thing, "shape", ())[:1] == (count,):
            thing = thing.tolist() if thing.size <= count * _WIDEST else ()
        if type(thing) not in (list, tuple) or len(thing) != count:
            continue
        rows = [each if type(each) in (list, tuple) else (each,) for each in thing]
        width = len(rows[0])
        if not 1 <= width <= _WIDEST or any(len(row) != width for row in rows):
            continue
        if not all(type(each) in (int, float) for row in rows for each in row):
            continue
        for at, column in enumerate(zip(*rows, strict=True)):
            title = name if width == 1 else f"{name}{at + 1}"
            yield tuple(float(-each) for each in column), f"−{title}"
            yield tuple(map(float, column)), title
