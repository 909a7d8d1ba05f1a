"""Filed: what a document's file was when it was read or written, and what was seen when it was saved."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Fingerprint, OnDisk, Standing
from micrograd_gui.document.marks import MOST_PASSES, Sight
from micrograd_gui.session.over_rows import is_over_rows
from micrograd_gui.session.record import record
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import RecordedRun

_MOVES_AT_MOST = 500_000  # of a run that is gone through again when its document is opened


class Filing(Room):
    """The verbs of a document that has a file: what it is known by, and what has become of it.

    Who writes and looks is above: here is only what that means for the document.
    """

    def opened(self, state: State, known: Fingerprint) -> None:
        """Another document in place of this one, as it was opened: what that file held."""
        self.session.take(replace(state, disk=OnDisk(known, state.cursor, state.selection)))

    def saved(self, graph: Graph, path: Path, known: Fingerprint) -> None:
        """That graph is what the file of that path holds now."""
        disk = OnDisk(known, self.state.cursor, self.state.selection)
        self.session.take(replace(self.state, saved=graph, path=path, title="", disk=disk))

    def found(self, known: Fingerprint, standing: Standing) -> None:
        """Somebody looked: the file still has those bytes, others, or is gone."""
        disk = self.state.disk
        if disk is not None and (disk.known, disk.standing) != (known, standing):
            self.session.take(replace(self.state, disk=replace(disk, known=known, standing=standing)))


def sight_of(state: State) -> Sight:
    """The moment and the selection of the State, to be put into a file."""
    trace = state.trace
    passes = () if trace is None or len(trace.script) > MOST_PASSES else trace.script
    return Sight(state.cursor if passes else 0, passes, tuple(sorted(state.selection)))


def as_seen(state: State) -> State:
    """The State of a document that has just been opened, at the moment and with the selection of its file."""
    graph, sight = state.graph, state.graph.sight
    after = replace(state, selection=frozenset(sight.selection) & graph.nodes.keys())
    run = run_seen(graph)
    if run is None:
        return after
    cursor = min(sight.moment, len(run))
    return replace(after, trace=run, cursor=cursor, wanted_cursor=cursor)


def moves_seen(graph: Graph) -> int:
    """About how many moves the run has that its file tells of, and that is gone through again."""
    moves = len(graph.sight.passes) * len(graph)
    return moves if moves <= _MOVES_AT_MOST else 0


def run_seen(graph: Graph) -> RecordedRun | None:
    """The run that was seen of the graph when it was saved; None where its file tells of none that can be."""
    passes = graph.sight.passes
    if not moves_seen(graph) or (any(each.over is not None for each in passes) and not is_over_rows(graph)):
        return None
    try:
        return record(graph, passes)
    except Exception:  # noqa: BLE001 - a file may tell of any run; the document opens without one that is none
        return None
