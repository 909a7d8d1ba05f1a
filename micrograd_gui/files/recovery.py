"""Recovery files: what no other file holds yet of a document, to be found after a crash."""

from __future__ import annotations

import os
import re
import sys
import time
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from micrograd.language import tr
from micrograd_gui.document import codec
from micrograd_gui.document.block import Block
from micrograd_gui.document.data import Data, TrainingPlan
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place, Span
from micrograd_gui.document.history import OnDisk
from micrograd_gui.document.marks import NO_MARKS, UNSEEN, Marks, Sight
from micrograd_gui.document.node import Node
from micrograd_gui.document.text import saveable
from micrograd_gui.files.atomic import (
    content_of,
    is_at,
    opened_privately,
    quoted_name,
    reason,
    sweep,
    take,
    write_whole,
)
from micrograd_gui.log import logger_of
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Pass

SUFFIX, LOCK, DAMAGED = ".recovery", ".lock", ".damaged"
_MAGIC = b"micrograd-recovery 1\n"
_SLICE = 2000  # nodes, places or rows that are encoded at once: a millisecond or two
_NAME = re.compile(r"[0-9a-f]{16}")
if TYPE_CHECKING:
    from micrograd_gui.document.python.pasted import KeptCells
    from micrograd_gui.document.rewriting.own_ops import OwnOp

_CHECKED = 5000  # nodes at most: half a second
T = TypeVar("T")
_log = logger_of(__name__)


def folder() -> Path:
    """Where the recovery files of this user are: in the folder for what a program keeps of its state."""
    if sys.platform == "win32":
        wanted, usual = "LOCALAPPDATA", "AppData/Local"
    elif sys.platform == "darwin":
        wanted, usual = "", "Library/Application Support"  # as in code
    else:
        wanted, usual = "XDG_STATE_HOME", ".local/state"
    base = os.environ.get(wanted, "")
    whole = Path(base) if os.path.isabs(base) else Path.home() / usual
    return whole / "micrograd-gui" / "recovery"


# What stands in one ------------------------------------------------------------------------------


class KeptDocument(Struct, frozen=True):
    """A document as it was on screen, but for its nodes, their places, and its rows.

    ``sight`` tells of plot and zoom alone.

    Attributes:
        name: What it was called.
        at: When it was kept, in seconds since 1970.
        file: Its own file, in the system's spelling; None: it had none.
        disk: What its file was, as the document knew it; None: it knew of none.
        script: What had been run; None: nothing.
        cursor, wanted_cursor, selection: As in the State.
    """

    name: str
    at: float
    file: bytes | None = None
    disk: OnDisk | None = None
    script: tuple[Pass, ...] | None = None
    cursor: int = 0
    wanted_cursor: int = 0
    selection: tuple[NodeId, ...] = ()
    chosen_target: NodeId | None = None
    next_id: NodeId = 1
    ranges: dict[NodeId, Span] = {}
    data: Data | None = None
    blocks: tuple[Block, ...] = ()
    plan: TrainingPlan | None = None
    marks: Marks = NO_MARKS
    sight: Sight = UNSEEN
    ops: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    cells: codec.CellsModel | None = None

    @property
    def path(self) -> Path | None:
        """Its own file."""
        return None if self.file is None else Path(os.fsdecode(self.file))


class _Piece(Struct, omit_defaults=True):
    """A part of what there may be very much of."""

    nodes: tuple[Node, ...] = ()
    places: dict[NodeId, Place] = {}
    rows: tuple[tuple[float, ...], ...] = ()


class Recovered(Struct, frozen=True):
    """What a recovery file holds: a graph, and how it was looked at."""

    kept: KeptDocument
    graph: Graph


def content(
    state: State, name: str, sight: Sight = UNSEEN, give_way: Callable[[], object] = lambda: None
) -> bytes:
    """A recovery file of the State; ``give_way`` is called between two parts of a large one."""
    graph, trace = state.graph, state.trace
    kept = KeptDocument(
        name=saveable(name),
        at=time.time(),
        file=None if state.path is None else os.fsencode(state.path.absolute()),
        disk=state.disk,
        script=None if trace is None else tuple(trace.script),
        cursor=state.cursor,
        wanted_cursor=state.wanted_cursor,
        selection=tuple(state.selection),
        chosen_target=graph.chosen_target,
        next_id=graph.next_id,
        ranges=dict(graph.ranges),
        data=None if graph.data is None else replace(graph.data, rows=()),
        blocks=graph.blocks,
        plan=graph.plan,
        marks=graph.marks,
        sight=sight,
        ops=tuple((op.name, op.expression, tuple(op.slopes)) for op in _own_ops(graph)),
        cells=_cells_of(graph),
    )
    encoder = msgspec.msgpack.Encoder()
    parts = [_MAGIC]
    check = 0
    for each in (kept, *_pieces(graph)):
        packed = encoder.encode(each)
        parts += (len(packed).to_bytes(4, "big"), packed)
        check = zlib.crc32(packed, check)
        if len(parts) > 7:
            give_way()
    parts.append((0).to_bytes(4, "big") + check.to_bytes(4, "big"))
    return b"".join(parts)


def _pieces(graph: Graph) -> Iterator[_Piece]:
    for nodes in _slices(graph.nodes.values()):
        yield _Piece(nodes=tuple(nodes))
    for places in _slices(graph.places.items()):
        yield _Piece(places=dict(places))
    for rows in _slices(() if graph.data is None else graph.data.rows):
        yield _Piece(rows=tuple(rows))


def _slices(things: Iterable[T]) -> Iterator[list[T]]:
    left = iter(things)
    while some := list(islice(left, _SLICE)):
        yield some


def _cells_of(graph: Graph) -> codec.CellsModel | None:
    if graph.workspace is None:
        return None
    from micrograd_gui.document.cells import cells_of

    cells = cells_of(graph)
    return None if cells is None else msgspec.convert(cells, codec.CellsModel)


def _cells(model: codec.CellsModel | None, nodes: Mapping[NodeId, Node]) -> KeptCells | None:
    if model is None:
        return None
    from micrograd_gui.document.cells import cells_from

    return cells_from(model, nodes, lambda place, said: FileRefusal(f"{place}: {said}"))


def _own_ops(graph: Graph) -> Iterable[OwnOp]:
    if "micrograd_gui.document.rewriting.own_ops" not in sys.modules:
        return ()  # none has been made
    from micrograd_gui.document.rewriting.own_ops import own_ops_of

    return own_ops_of(graph)


class DamagedFile(FileRefusal):
    """What stands in a recovery file is not what was written, and never will be."""


def read(path: Path) -> Recovered:
    """What the recovery file holds; raises DamagedFile, and FileRefusal where it cannot be read now.

    Its graph is put through the checks of a file of its own, where that does not take long; there is a sum
    over all of it, so what comes out is what a window has put in.
    """
    try:
        kept, pieces = _taken_apart(content_of(path))
        graph = _graph(kept, pieces)
        if len(graph) <= _CHECKED:
            graph = codec.decode(codec.encode(graph), tr("its graph"))
        return Recovered(kept, graph)
    except (OSError, MemoryError) as error:  # another time it may
        raise _unread(path, reason(error, path)) from None
    except (ImportError, AttributeError, RuntimeError) as error:  # nothing in a file brings that about
        _log.error("%s", path, exc_info=error)
        raise _unread(path, str(error)) from None
    except _Damage as damage:
        why = str(damage)
    except Refusal as refusal:
        why = str(refusal).rstrip(".")
    except Exception as error:  # noqa: BLE001 - whatever stands in it, the start goes on without
        _log.warning("%s", path, exc_info=error)
        why = tr("it makes no sense")
    raise DamagedFile(
        tr("The recovery file {file} is damaged: {reason}.", file=quoted_name(path), reason=why)
    )


def _unread(path: Path, why: str) -> FileRefusal:
    return FileRefusal(
        tr("The recovery file {file} cannot be read: {reason}.", file=quoted_name(path), reason=why)
    )


class _Damage(Exception):
    """Where a recovery file is not what was written."""


def _taken_apart(found: bytes) -> tuple[KeptDocument, list[_Piece]]:
    if not found:
        raise _Damage(tr("it is empty"))
    if not found.startswith(_MAGIC):
        raise _Damage(tr("it does not begin as one does"))
    at, check, packed = len(_MAGIC), 0, []
    while size := int.from_bytes(found[at : at + 4], "big"):
        packed.append(found[at + 4 : at + 4 + size])
        at += 4 + size
        check = zlib.crc32(packed[-1], check)
    if at + 8 > len(found):
        raise _Damage(tr("its end is missing"))
    if int.from_bytes(found[at + 4 : at + 8], "big") != check or not packed:
        raise _Damage(tr("it is not as it was written"))
    decoder = msgspec.msgpack.Decoder(_Piece)
    return msgspec.msgpack.decode(packed[0], type=KeptDocument), [decoder.decode(each) for each in packed[1:]]


def _graph(kept: KeptDocument, pieces: list[_Piece]) -> Graph:
    nodes = {node.id: node for piece in pieces for node in piece.nodes}
    if kept.ops:
        nodes = _with_ops(nodes, kept)
    rows = tuple(row for piece in pieces for row in piece.rows)
    return Graph(
        nodes,
        {node: place for piece in pieces for node, place in piece.places.items()},
        kept.chosen_target,
        kept.next_id,
        kept.ranges,
        None if kept.data is None else replace(kept.data, rows=rows),
        kept.blocks,
        kept.plan,
        kept.marks,
        kept.sight,
        _cells(kept.cells, nodes),
    )


def _with_ops(nodes: Mapping[NodeId, Node], kept: KeptDocument) -> dict[NodeId, Node]:
    """The nodes, with ops of one's own called as they are in this process."""
    from micrograd_gui.document.rewriting.own_ops import own_op, taken_up

    names = {op[0]: taken_up(own_op(op[0], op[1], op[2], check=False)) for op in kept.ops}
    return {
        number: replace(node, op=names[node.op]) if node.op in names else node
        for number, node in nodes.items()
    }


# Where they are ----------------------------------------------------------------------------------


class HeldFile:
    """A file that is there to be held; ``path`` names it."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self._file = file
        _held.add(self)

    @classmethod
    def hold(cls, path: Path) -> HeldFile | None:
        """Hold the file, which is made where there is none; gives None where somebody holds it.

        Raises OSError where it cannot be made or held.
        """
        while True:
            file = open(path, "a+b", opener=opened_privately)  # noqa: SIM115 - it stays open: that holds it
            try:
                if not take(file):
                    file.close()
                    return None
                if is_at(path, file):
                    return cls(path, file)
            except FileNotFoundError:
                pass  # who held it has taken it away meanwhile
            except OSError:
                file.close()
                raise
            file.close()

    @property
    def stands(self) -> bool:
        """Whether it is what is there by that name: where it was taken away, another one may be."""
        try:
            return is_at(self.path, self._file)
        except OSError:
            return False

    def release(self) -> None:
        """Hold it no longer, and take it away."""
        mine = self.stands
        if sys.platform == "win32":  # what is open stays there
            self._file.close()
        if mine:
            with suppress(OSError):
                self.path.unlink()
        self._file.close()

    def let_go(self) -> None:
        """Hold it no longer; it stays where it is."""
        self._file.close()


def _let_go_in_child() -> None:
    """A forked child would hold what its parent holds, and outlive it."""
    for each in _held:
        each.let_go()


_held: weakref.WeakSet[HeldFile] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)


class Slot:
    """The recovery file of one document, and the lock beside it, held while its window lives."""

    def __init__(self, lock: HeldFile) -> None:
        self._lock = lock
        self.path = lock.path.with_suffix(SUFFIX)

    @classmethod
    def begun(cls, where: Path) -> Slot:
        """A new one in that folder, which is made where there is none. Raises FileRefusal."""
        try:
            where.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # not every disk knows of owners; each file is its owner's alone anyway
                where.chmod(0o700)
            while (lock := HeldFile.hold(where / f"{os.urandom(8).hex()}{LOCK}")) is None:
                pass
        except (OSError, ValueError) as error:
            raise FileRefusal(
                tr(
                    "{folder} cannot be written to: {reason}.",
                    folder=quoted_name(where),
                    reason=reason(error, where),
                )
            ) from None
        return cls(lock)

    @property
    def lost(self) -> bool:
        """Whether somebody has taken the lock away, or the folder: the next start may hold what is there."""
        return not self._lock.stands

    def give_up(self) -> None:
        """It is lost: what is there is left to who finds it."""
        self._lock.let_go()

    def write(self, what: bytes) -> None:
        """Put that there, whole or not at all; raises FileRefusal."""
        write_whole(self.path, what, private=True)
        _log.info("recovery: wrote %s, %d bytes", self.path.name, len(what))

    def remove(self) -> None:
        """What it held stands elsewhere, or is not wanted any more."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("recovery: %s stays: %s", self.path, error)
            return
        _log.info("recovery: removed %s", self.path.name)

    def release(self) -> None:
        """The window is gone: what is still there is offered to the next one."""
        if os.path.exists(self.path):
            self._lock.let_go()
        else:
            self._lock.release()

    def set_aside(self) -> Path:
        """Keep what cannot be read under another name, where nobody offers it again; gives that name."""
        aside = self.path.with_suffix(DAMAGED)
        os.replace(self.path, aside)
        self._lock.release()
        return aside


def abandoned(where: Path) -> list[Slot]:
    """Those whose window is gone without a word, newest first; from now on this process holds them.

    Locks and half-written files that nobody holds any more are taken away.
    """
    try:
        names = sorted(os.listdir(where))
    except OSError:
        return []
    sweep(where)
    slots: list[tuple[float, Slot]] = []
    for name in names:
        path = where / name
        if path.suffix not in (SUFFIX, LOCK) or not _NAME.fullmatch(path.stem):
            continue
        if path.suffix == LOCK and f"{path.stem}{SUFFIX}" in names:
            continue
        try:
            lock = HeldFile.hold(path.with_suffix(LOCK))
        except OSError as error:
            _log.warning("recovery: %s cannot be held: %s", path, error)
            continue
        if lock is None:
            continue
        slot = Slot(lock)
        try:
            slots.append((slot.path.stat().st_mtime, slot))
        except OSError:
            slot.release()
    return [slot for _, slot in sorted(slots, key=lambda each: each[0], reverse=True)]
