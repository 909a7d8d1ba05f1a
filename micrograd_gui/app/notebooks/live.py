"""Live values: the link from a window to the Values of a script or a notebook."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from msgspec import structs

from micrograd.foreign import same
from micrograd.language import N_, again, kept_by, tr, trn, with_colon
from micrograd_gui.app.notebooks.cells import of_cells, variables
from micrograd_gui.document.block import kept, renumbered
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.live.capture import capture, is_live
from micrograd_gui.document.live.live_graph import LiveGraph
from micrograd_gui.document.live.matching import changed, matched, told
from micrograd_gui.document.node import same_number
from micrograd_gui.document.rough_layout import arranged, placed_beside
from micrograd_gui.session.explain.verdicts import both
from micrograd_gui.session.found import Apart, Found
from micrograd_gui.session.room import aside
from micrograd_gui.session.session import Session

_NAMES = 4  # of nodes to which a wrong number went on
_PASSES = 4  # as many backward passes without zero_grad are tried, to come to the notebook's grads


class Link:
    """The value at the root, held weakly, and the namespace in which its variable may get another one."""

    def __init__(self, root: Any, local: Mapping[str, Any], lasting: Mapping[str, Any]) -> None:
        """``local`` are the caller's variables; ``lasting``, its module's, are looked up again."""
        self._root = _weak(root)
        self._lasting = lasting
        held = {**of_cells(), **variables(lasting)}
        self._name = next((name for name, thing in held.items() if thing is root), None)
        self.found = capture(root, {**of_cells(), **variables(local), **variables(lasting)})
        own = {} if local is lasting else variables(local)
        lasts = {name: thing for name, thing in own.items() if hasattr(type(thing), "__weakref__")}
        self._local = {name: _weak(thing) for name, thing in lasts.items()}
        self._nodes = {node: _weak(thing) for node, thing in self.found.objects.items()}

    @property
    def title(self) -> str:
        """What the document is called."""
        graph = self.found.graph
        return self.found.title or graph.nodes[graph.target or 1].label or tr("live values")

    def note(self, graph: Graph) -> str:
        """How the graph stands for the live one, where it is not that node for node; empty after an edit."""
        found = self.found
        return found.note if found.note and found.graph.same_structure(graph) else ""

    def root(self) -> Any:
        """The value as it is now: the one that the variable holds, else the one that was shown.

        Raises Refusal where neither is there any more.
        """
        held = {**of_cells(), **self._lasting}
        thing = held.get(self._name) if self._name is not None else None
        if not is_live(thing):
            thing = self._root()
        if thing is None:
            raise Refusal(tr("The value that was shown here is gone: show it again."))
        return thing

    def refreshed(self, graph: Graph) -> tuple[Graph, LiveGraph]:
        """The graph as the live values are now, and what was found; nothing is changed before it is taken.

        A node of the same value keeps its id and its place, and so does one that was made anew and stands
        for an old one: by its name, or by where it is in the graph.
        """
        local = {name: thing for name, held in self._local.items() if (thing := held()) is not None}
        found = capture(self.root(), {**of_cells(), **local, **variables(self._lasting)})
        if found.of_rows or self.found.of_rows:
            return self._rows_refreshed(graph, found)
        old = {id(thing): node for node, held in self._nodes.items() if (thing := held()) is not None}
        same_things = {
            node: known for node, thing in found.objects.items() if (known := old.get(id(thing))) is not None
        }
        ids = matched(found.graph, graph, same_things)
        free = max(graph.next_id, max(self._nodes, default=0) + 1)
        for node in found.objects:
            if node not in ids:
                ids[node] = free
                free += 1
        nodes = {}
        for each in found.graph:
            before = graph.nodes.get(ids[each.id])
            label = each.label or ("" if before is None else before.label)
            role = before.role if before is not None and before.is_leaf and each.is_leaf else each.role
            inputs = tuple(ids[source] for source in each.inputs if source is not None)
            number = ids[each.id]
            nodes[number] = structs.replace(each, id=number, inputs=inputs, label=label, role=role)
        target = ids[found.graph.target or 1]
        its = LiveGraph(
            structs.replace(found.graph, nodes=nodes, chosen_target=target, next_id=free),
            {ids[node]: thing for node, thing in found.objects.items()},
            {ids[node]: number for node, number in found.data.items()},
            {ids[node]: number for node, number in found.grad.items()},
            found.rounding,
            found.title,
            found.note,
        )
        if graph.target == target and nodes == graph.nodes:
            return graph, replace(its, graph=graph)
        gone = graph.nodes.keys() - nodes.keys()
        new = structs.replace(
            graph,
            nodes=nodes,
            places={node: place for node, place in graph.places.items() if node in nodes},
            ranges={node: span for node, span in graph.ranges.items() if node in nodes},
            chosen_target=target,
            next_id=free,
            data=None if graph.data is None else graph.data.without(gone),
            blocks=renumbered(found.graph.blocks, ids, 1) or kept(graph.blocks, gone),
        )
        otherwise = () if new.blocks else changed(graph, new)[0]
        shown = placed_beside(new, otherwise)
        return shown, replace(its, graph=shown)

    def _rows_refreshed(self, graph: Graph, found: LiveGraph) -> tuple[Graph, LiveGraph]:
        """The same where samples alike are shown as rows: a node of the same place in a sample stays it."""
        shapes, before = ([(node.shape, node.role) for node in each.graph] for each in (found, self.found))
        same_rows = bool(found.note and self.found.note) and shapes == before
        new = found.graph
        if not same_rows or graph.nodes.keys() != new.nodes.keys() or graph.data is None or new.data is None:
            return arranged(new), found
        data = structs.replace(new.data, columns=graph.data.columns)
        if data == graph.data and all(same_number(node, graph.nodes[node.id]) for node in new):
            return graph, found
        labels = {node.id: node.label or new.nodes[node.id].label for node in graph}
        nodes = {node.id: structs.replace(node, label=labels[node.id]) for node in new}
        return structs.replace(graph, nodes=nodes).fed(data), found

    def take(self, found: LiveGraph) -> None:
        """That was found, and is shown from now on."""
        self.found = found
        self._nodes = {node: _weak(thing) for node, thing in found.objects.items()}
        self._root = _weak(self.root())

    def let_go(self) -> None:
        """Hold the values no longer, only what they were."""
        self.found = replace(self.found, objects={})


@Net("refresh", N_("The window"))
def refresh(session: Session, link: Link, *, asked: bool = True) -> str:
    """Take over what the notebook has changed since: numbers, labels and wires, as one edit.

    Gives a sentence about it; what is new or computed otherwise is selected, else what has another number.
    Nobody has ``asked``: where nothing has changed, all is left as it is, the moment too, and "" is given.
    Raises Refusal where the value is gone or cannot be shown.
    """
    before, last = session.state.graph, link.found

    def read() -> tuple[Graph, LiveGraph, Collection[NodeId], str]:
        graph, found = link.refreshed(before)
        if graph is before:
            same = found.grad == last.grad
            return graph, found, (), "" if same else tr("nothing has changed but grads")
        otherwise, numbers = changed(before, graph)
        return graph, found, otherwise or numbers, told(before, graph, otherwise, numbers)

    samples = len(before.data) if link.found.of_rows and before.data is not None else 1
    graph, found, chosen, said = aside(session, len(before) * samples, read)
    if graph is not before:
        session.replace_graph(graph, N_("Refresh"))
        session.select(chosen)
    link.take(found)
    if graph is before and not asked and (found.data, found.grad) == (last.data, last.grad):
        link.let_go()
        return ""
    sentence = present(session, link.found)
    link.let_go()
    if sentence != link.found.note or link.found.of_rows:
        return sentence
    return tr("Refreshed: {said}.", said=said) if said else tr("Refreshed.")


def picture(found: LiveGraph) -> Any:
    """The lecture's picture of the numbers that were found, with the names: a graphviz Digraph."""
    from micrograd import draw_dot
    from micrograd_gui.session.build import build

    graph = found.graph
    values = build(graph)
    run = ran_through(graph) if found.of_rows else found  # what is of one row alone has no live number
    for node, value in values.items():
        value.label = graph.nodes[node].label
        value.data = found.data.get(node, run.data.get(node, value.data))
        value.grad = found.grad.get(node, run.grad.get(node, 0.0))
    drawn = draw_dot(values[graph.target or 1])
    if found.of_rows:
        drawn.attr(label=found.note.replace("\\", "\\\\"))
    return drawn


def ran_through(graph: Graph) -> LiveGraph:
    """The graph with the numbers of a whole run, as if they had been found live; raises Refusal."""
    from micrograd_gui.session.measure import complete

    frame = complete(graph)
    return LiveGraph(graph, {}, dict(frame.data), dict(frame.grad))


def present(session: Session, found: LiveGraph) -> str:
    """Run the graph to where the live values are, and give a sentence where they are not what a run gives.

    Forward, and where some grad is not 0 backward: so often as it takes for the numbers on screen to be those
    of the notebook, where backward() may have been called twice; then it is said that passes were added up.
    """
    size = len(session.state.graph)
    session.forward()
    if not session.state.forward_done:
        session.take_found(None)
        return found.note  # the run stops on its way, and the window says why
    if any(found.grad.values()):
        for _ in range(_PASSES):
            session.backward()
            if session.state.blocked or not aside(session, size, partial(_differing, session, found)):
                break
        else:
            session.forward()
            session.backward()
    finding = aside(session, size, partial(_finding, session, found))
    step = session.state.step
    added_up = step is not None and step.backward_pass > 1
    if finding is None and added_up and not found.of_rows and (diagnosed := _diagnosed(found)) is not None:
        finding = Found(diagnosed[0], diagnosed[2], {}, {})
    session.take_found(finding)
    return " ".join(filter(None, (found.note, "" if finding is None else finding.said)))


def _finding(session: Session, found: LiveGraph) -> Found | None:
    """What of the live values is not what is on the screen; None: all of it is."""
    differing = _differing(session, found)
    if not differing:
        return None
    graph = session.state.graph
    data, grad = (
        {node: Apart(live, run) for node, side, live, run in differing if side == field}
        for field in ("data", "grad")
    )
    diagnosed = None if data or found.of_rows else _diagnosed(found)
    if diagnosed is not None:
        first, path, said = diagnosed
        names = [graph.nodes[node].spoken for node in path]
        spread = _spread(graph, first, grad)

        def with_way() -> str:
            return _way_told(again(said).rstrip(".。"), graph.nodes[first].spoken, names, spread)

        return Found(first, kept_by(with_way(), with_way), data, grad)
    node, field, live, run = next(  # a grad comes from the nodes that use it: those are right where it begins
        each
        for each in differing
        if each[1] == "data" or all(user not in grad for user, _ in graph.users[each[0]])
    )
    notebook, fresh = both(Apart(live, run))
    told = {"number": f"{graph.nodes[node].spoken}.{field}", "notebook": notebook, "fresh": fresh}
    count = partial(_count_told, len(differing) - 1, told)
    return Found(node, kept_by(count(), count), data, grad)


def _count_told(others: int, told: Mapping[str, str]) -> str:
    """A number that differs, and how many more do."""
    if not others:
        return tr("{number} is {notebook} in the live values, but a fresh run gives {fresh}.", **told)
    return trn(
        "{number} is {notebook} in the live values, but a fresh run gives {fresh}, "
        "and {n} more number differs.",
        "{number} is {notebook} in the live values, but a fresh run gives {fresh}, "
        "and {n} more numbers differ.",
        others,
        **told,
    )


def _way_told(finding: str, name: str, path: Sequence[str], spread: Sequence[str]) -> str:
    """A finding (without its stop), by which nodes it came to that one, and where it went on to."""
    way = " → ".join(path[-_NAMES:])
    way = f"… → {way}" if len(path) > _NAMES else way
    nodes = ", ".join(spread[:_NAMES])
    if more := len(spread[_NAMES:]):
        nodes = trn("{nodes} and {n} more", "{nodes} and {n} more", more, nodes=nodes)
    if len(path) > 1 and spread:
        return tr(
            "{finding}; it came by {way}; from {name} it went on to {nodes}.",
            finding=finding, way=way, name=name, nodes=nodes,
        )  # fmt: skip
    if len(path) > 1:
        return tr("{finding}; it came by {way}.", finding=finding, way=way)
    if spread:
        return tr("{finding}; from {name} it went on to {nodes}.", finding=finding, name=name, nodes=nodes)
    return tr("{finding}.", finding=finding)


def _spread(graph: Graph, first: NodeId, grad: Collection[NodeId]) -> list[str]:
    """To which nodes the wrong gradient went on from the first one, in the order of the backward pass."""
    behind = {first}
    names = []
    for number in reversed(graph.order):
        if number in behind:
            behind.update(source for source in graph.nodes[number].inputs if source is not None)
            if number in grad and number != first:
                names.append(graph.nodes[number].spoken)
    return names


def _diagnosed(found: LiveGraph) -> tuple[NodeId, tuple[NodeId, ...], str] | None:
    """Where the notebook's own backward goes wrong first, the path to it, and by which known mistake.

    None: by no known one.
    """
    from micrograd.diagnosis import diagnose  # for those whose numbers differ

    root = found.objects.get(found.graph.target or 1)
    nodes = {id(thing): node for node, thing in found.objects.items()}
    names = {thing: found.graph.nodes[node].label for thing, node in nodes.items()}
    try:
        diagnosis = None if root is None else diagnose(root, names)
    except Exception:  # noqa: BLE001 - a tensor, or an op of anybody's that cannot be asked
        return None
    if diagnosis is None or diagnosis.cause == "unknown":
        return None
    node = nodes.get(id(diagnosis.node))
    if node is None:
        return None
    path = tuple(nodes[id(thing)] for thing in diagnosis.path if id(thing) in nodes)
    name = found.graph.nodes[node].spoken  # which may be a variable, unknown to diagnose
    said = diagnosis.sentence
    if not said.startswith(f"{name}."):
        plain = said
        said = kept_by(with_colon(name, plain), lambda: with_colon(name, again(plain)))
    return node, path, said


def _differing(session: Session, found: LiveGraph) -> list[tuple[NodeId, str, float, float]]:
    """The numbers that are others on the screen than in the live values: node, field, live, run."""
    frame = session.state.frame
    sides = (("data", found.data, frame.data), ("grad", found.grad, frame.grad))
    return [
        (node, field, number, shown.get(node, 0.0))
        for field, live, shown in sides
        for node, number in live.items()
        if not same(number, shown.get(node, 0.0), found.rounding)
    ]


def _weak(thing: Any) -> Callable[[], Any]:
    """A reference that does not keep it alive, where there can be one."""
    try:
        return weakref.ref(thing)
    except TypeError:  # such as a function of PyTorch's graph
        return lambda: thing
