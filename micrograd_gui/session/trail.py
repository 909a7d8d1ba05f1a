"""The trail: where the parameters stood before the last updates, as history and run on screen tell it."""

from __future__ import annotations

from collections.abc import Sequence

from micrograd_gui.session.state import State

KEPT = 8  # so many updates are remembered

Place = Sequence[float]  # a number for each of ``graph.parameters``, in their order


def trail(state: State) -> tuple[Place, ...]:
    """Where the parameters stood before each of the last updates up to this moment, the oldest first.

    An update is one of the run, or a step of training. Going back before an update takes its place away, and
    so does undo; a number of a parameter that was set by hand, or another structure, begins a new trail.
    """
    updates = _in_run(state)
    missing = KEPT - len(updates)
    return (*state.history.way[-missing:], *updates) if missing > 0 else updates[-KEPT:]


def way_after(state: State, places: Sequence[Place]) -> tuple[Place, ...]:
    """The trail after further updates, of which those places say where each of them set out."""
    return (*trail(state), *places)[-KEPT:]


def _in_run(state: State) -> tuple[Place, ...]:
    """Before each of the updates in the run; from the present numbers backwards, as the steps tell."""
    run, parameters = state.trace, state.graph.parameters
    if run is None or not any(each.kind == "update" for each in run.script):
        return ()
    passed = zip(run.script, run.ends, strict=False)
    updates = [run.steps[end - 1] for each, end in passed if each.kind == "update" and end <= state.cursor]
    now = {node: state.moment.nodes[node].data for node in parameters}
    places: list[Place] = []
    for update in reversed([each for each in updates if each.changes][-KEPT:]):
        now = {**now, **{change.node: change.before for change in update.changes}}
        places.append(tuple(now[node] for node in parameters))
    return tuple(reversed(places))
