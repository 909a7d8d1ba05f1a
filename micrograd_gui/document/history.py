"""History: all graphs since a document was opened, each named for undo and redo, and what its file was."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from micrograd_gui.document.graph import Graph, NodeId

Standing = Literal["same", "changed", "gone"]


class Fingerprint(Struct, frozen=True):
    """A file at one time: its size, a digest of its bytes, and what tells unread that it is the same.

    ``changed`` and ``looked`` are in nanoseconds: when it was written last, and when that was looked at.
    """

    size: int
    digest: bytes
    changed: int
    inode: int
    looked: int


class OnDisk(Struct, frozen=True):
    """The file as the document knows it, what is seen by it, and whether the disk still holds it."""

    known: Fingerprint
    moment: int
    selection: frozenset[NodeId]
    standing: Standing = "same"


class Entry(Struct, frozen=True):
    """A graph, what was done to reach it, and the gesture that did it.

    ``way`` is where its parameters stood before the last updates that led there, the oldest first: for each
    update the numbers of ``graph.parameters``. Edits that leave structure and parameters as they are keep it.
    """

    graph: Graph
    name: str = ""
    gesture: Hashable = None
    way: tuple[Sequence[float], ...] = ()


class Beginning:
    """That a document was opened or begun: what came of it since has this one."""


class History(Struct, frozen=True):
    """All graphs since the document was opened; ``index`` says which one is current.

    ``beginning`` tells it from all others: even its first graph may become another one, when it is laid out.
    """

    entries: tuple[Entry, ...] = (Entry(Graph()),)
    index: int = 0
    beginning: Beginning = field(default_factory=Beginning)

    @property
    def graph(self) -> Graph:
        """The current graph."""
        return self.entries[self.index].graph

    @property
    def way(self) -> tuple[Sequence[float], ...]:
        """Where the parameters of the current graph stood before the last updates of a training."""
        return self.entries[self.index].way

    @property
    def undo_name(self) -> str | None:
        """What undo would take back; None where there is nothing."""
        return self.entries[self.index].name if self.index else None

    @property
    def redo_name(self) -> str | None:
        """What redo would do again; None where there is nothing."""
        following = self.index + 1
        return self.entries[following].name if following < len(self.entries) else None

    def pushed(
        self, graph: Graph, name: str, gesture: Hashable = None, way: tuple[Sequence[float], ...] = ()
    ) -> History:
        """With one more graph. Edits of one gesture (a drag, a scrub) share one entry."""
        way = way or _way_kept(self.entries[self.index], graph)
        kept = self.entries[: self.index + 1]
        if gesture is not None and self.index and kept[-1].gesture == gesture:
            kept = kept[:-1]
        return replace(self, entries=(*kept, Entry(graph, name, gesture, way)), index=len(kept))

    def amended(self, graph: Graph) -> History:
        """With another graph in the current entry: what belongs to the edit but came later (a layout)."""
        entries = list(self.entries)
        entries[self.index] = replace(entries[self.index], graph=graph)
        return replace(self, entries=tuple(entries))

    def undone(self) -> History:
        """With the graph before as the current one; at the first, the same."""
        return replace(self, index=max(0, self.index - 1))

    def redone(self) -> History:
        """With the graph after as the current one; at the last, the same."""
        return replace(self, index=min(len(self.entries) - 1, self.index + 1))


def _way_kept(entry: Entry, graph: Graph) -> tuple[Sequence[float], ...]:
    """The way to that entry, where another graph still stands at its end."""
    before = entry.graph
    if not entry.way or before.parameters != graph.parameters or not before.same_structure(graph):
        return ()
    stays = all(before.nodes[each].data == graph.nodes[each].data for each in graph.parameters)
    return entry.way if stays else ()
