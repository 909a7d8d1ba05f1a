"""Left behind: recovery files of windows that ended without a word, and what became of their documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from micrograd.language import tr
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Standing
from micrograd_gui.files import documents, recovery
from micrograd_gui.files.atomic import sweep
from micrograd_gui.files.looking import look
from micrograd_gui.files.recovery import DamagedFile, Recovered, Slot
from micrograd_gui.log import logger_of

_CLOCKS = 5  # seconds by which those of two disks may differ
_log = logger_of(__name__)


class LeftBehind(Struct, frozen=True, eq=False):
    """What a window left that ended without a word, and where, and what has become of its file since."""

    slot: Slot
    found: Recovered
    standing: Standing


def left_behind(
    where: Path, saved_in: Iterable[Path] = (), unwanted: Callable[[], bool] = lambda: False
) -> tuple[list[LeftBehind], list[str]]:
    """What windows left in that folder, newest first, and what is to be said of what cannot be read.

    Once it is ``unwanted`` nothing is held any more, and nothing given: another window may be looking.

    What is damaged is set aside. Where the system would not read, it stays: the next start tries again.
    Half-written files that programs left in the folders where documents are saved are taken away.
    """
    for each in saved_in:
        sweep(each)
    left: list[LeftBehind] = []
    sentences: list[str] = []
    damaged: list[tuple[str, Path]] = []
    for slot in recovery.abandoned(where):
        if unwanted():
            slot.release()
            continue
        try:
            found = recovery.read(slot.path)
        except FileRefusal as refusal:
            _log.warning("recovery: %s", refusal)
            aside = _set_aside(slot) if isinstance(refusal, DamagedFile) else None
            if aside is None:
                sentences.append(str(refusal))
                slot.release()
            else:
                damaged.append((str(refusal), aside))
            continue
        path = found.kept.path
        if path is not None and _is_saved(path, found):
            slot.remove()  # it was saved, and the program killed before this was gone
            slot.release()
            continue
        disk = found.kept.disk
        standing: Standing = "same" if path is None or disk is None else look(path, disk.known)[1]
        left.append(LeftBehind(slot, found, standing))
    if unwanted():
        while left:
            left.pop().slot.release()
    if damaged:
        sentences.append(_said_of(damaged))
    return left, sentences


def _set_aside(slot: Slot) -> Path | None:
    """As `Slot.set_aside`; None where the system would not."""
    try:
        return slot.set_aside()
    except OSError as error:
        _log.warning("recovery: %s cannot be set aside: %s", slot.path, error)
        return None


def _said_of(damaged: Sequence[tuple[str, Path]]) -> str:
    """What is damaged, and where it is kept."""
    if len(damaged) == 1:
        ((sentence, aside),) = damaged
        return tr("{sentence} It is kept as {file}.", sentence=sentence, file=aside)
    return tr(
        "These recovery files are damaged: {files}. They are kept in {folder}.",
        folder=damaged[0][1].parent,
        files=", ".join(aside.name for _, aside in damaged),
    )


def _is_saved(path: Path, found: Recovered) -> bool:
    """Whether the file was written later than that, and holds the same."""
    mine = found.graph
    try:
        if path.stat().st_mtime < found.kept.at - _CLOCKS:
            return False
        other = documents.read(path)
    except (OSError, ValueError, FileRefusal):
        return False
    return (
        mine.nodes == other.nodes
        and mine.places == other.places
        and mine.data == other.data
        and (mine.blocks, mine.plan, mine.ranges, mine.marks)
        == (other.blocks, other.plan, other.ranges, other.marks)
        and mine.chosen_target == other.chosen_target
        and _cells(mine) == _cells(other)
    )


def _cells(graph: Graph) -> object:
    if graph.workspace is None:
        return None
    from micrograd_gui.document.cells import cells_of  # most graphs have no cell

    return cells_of(graph)
