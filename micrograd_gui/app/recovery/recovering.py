"""Recovering: has the keeper write what is not saved, and offers what another window left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from micrograd.language import tr
from micrograd_gui.app.context import Context
from micrograd_gui.app.documents import Documents, document_name
from micrograd_gui.app.recovery.keeper import Keeper, Present
from micrograd_gui.document.marks import Sight
from micrograd_gui.files import documents, recovery
from micrograd_gui.files.atomic import quoted_name
from micrograd_gui.files.documents import OpenedGraph
from micrograd_gui.files.left_behind import LeftBehind, left_behind
from micrograd_gui.files.recovery import Slot
from micrograd_gui.session.state import State
from micrograd_gui.views.background import later

if TYPE_CHECKING:
    from micrograd_gui.app.opening import Prepared
    from micrograd_gui.app.recovery.offer import Points, RecoveryOffer

_OVERDUE, _TURN = 1000, 5  # milliseconds until the keeper should have written; between turns that it is given
_LOOKED_AFTER = 300  # milliseconds: first the window is whole
_LOOKED_AGAIN = (3_000, 10_000, 30_000)  # who is being killed holds its file until it is quite gone


class Recovering(QObject):
    """Follows the session of one window, and ends with it.

    A document is kept as long as it has changes that are not saved. One that stands in no file at all, such
    as live values, is kept from the beginning (``hold``).
    """

    looked = Signal()  # for what windows left behind; it is offered where there is some
    _said = Signal(str, bool)  # the keeper's thread says it, the window's hears it

    def __init__(self, context: Context, documents_: Documents, over: QWidget, *, live: bool) -> None:
        super().__init__(context.dialog_parent)
        self._context = context
        self._documents = documents_
        self._over = over  # what an offer covers a part of
        self._offer: RecoveryOffer | None = None
        self._left: list[Slot] = []  # what is offered, and held meanwhile
        self._told: State | None = None
        self._stopped = False
        self._later = False  # whether what was offered is to wait for the next start
        self._heard: set[str] = set()  # what was said of files that cannot be read
        self._taking = False
        self._said.connect(lambda sentence, refused: context.say(sentence, refused=refused))
        self._keeper = keeper = Keeper(recovery.folder(), self._said.emit)
        self._overdue = QTimer(self, singleShot=True, interval=_OVERDUE)
        self._turns = QTimer(self, interval=_TURN)
        self._overdue.timeout.connect(self._turns.start)
        self._turns.timeout.connect(self._give_turn)
        state = context.session.state
        self._held = state if live else None
        self._stop_listening = context.session.listen(self._on_changed)
        left = self._left  # not self: what stands here runs when self is half gone
        self.destroyed.connect(lambda: _end(keeper, left, keep=True))
        later(self, self.look, after=_LOOKED_AFTER)
        for after in _LOOKED_AGAIN:
            later(self, self._look_again, after=after)
        self._keep(state)
        if state.unsaved:
            self.hurry()  # nobody knows since when

    def stand_over(self, over: QWidget) -> None:
        """From now on an offer covers a part of that; what was offered is offered there."""
        self._over = over
        if self._left:
            _let_go(self._left)
            self.look()

    # Keeping ---------------------------------------------------------------------------------

    def hold(self) -> None:
        """The present document stands in no file: keep it, changed or not."""
        self._held = self._context.session.state
        self._keep(self._held)

    def hurry(self) -> None:
        """Something went wrong: have the disk know what is on screen."""
        self._keeper.keep(self._present(self._context.session.state), at_once=True)

    def write_now(self) -> None:
        """The program is about to end: when this returns, the disk knows what is on screen."""
        self._keeper.write_now(self._present(self._context.session.state))

    def end(self) -> None:
        """The window is closed, and what was to be asked was asked: nothing is left to recover."""
        self._stop(keep=False)

    def abandon(self) -> None:
        """The window goes without being closed: what is not saved is offered by the next start."""
        self._stop(keep=True)

    def _stop(self, *, keep: bool) -> None:
        if not self._stopped:
            self._stopped = True
            self._stop_listening()
            self._context.background.cancel("recovery")
            _end(self._keeper, self._left, keep=keep)

    def _on_changed(self, old: State, new: State) -> None:
        if self._taking:
            return
        if not new.same_document(old):
            self._held = None
        told = self._told
        if (
            told is None
            or new.graph is not told.graph
            or new.cursor != told.cursor
            or new.trace is not told.trace
            or new.selection is not told.selection
            or new.saved is not told.saved
            or new.disk is not told.disk
        ):
            self._keep(new)

    def _keep(self, state: State) -> None:
        self._told = state
        self._keeper.keep(self._present(state))
        if self._keeper.pending and not self._overdue.isActive() and not self._turns.isActive():
            self._overdue.start()

    def _give_turn(self) -> None:
        """Let the keeper's thread run where Qt's loop keeps Python to this one, as in QTest.qWait."""
        if self._keeper.pending:
            time.sleep(0.001)
        else:
            self._turns.stop()

    def _present(self, state: State) -> Present | None:
        held = self._held is not None and state.same_document(self._held) and bool(state.graph.nodes)
        if not state.unsaved and not held:
            return None
        return Present(state, document_name(state), self._documents.seen(Sight()))

    # Offering --------------------------------------------------------------------------------

    def look(self) -> None:
        """Look for what other windows have left behind, and offer it."""
        self._look_through({path.parent for path in self._context.settings.recent})

    def _look_again(self) -> None:
        """The same for what somebody held a moment ago: a program that was ending, a window since closed."""
        if not self._later:
            self._look_through(set())

    def _look_through(self, folders: set[Path]) -> None:
        if self._stopped or self._context.background.busy("recovery"):
            return  # who is closed offers nothing; what is being looked through is held
        self._context.background.start(
            "recovery", _looked_through, recovery.folder(), folders, done=self._show, stoppable=True
        )

    def _put_off(self) -> None:
        self._later = True
        _let_go(self._left)

    def _show(self, left: tuple[list[tuple[LeftBehind, Points]], list[str]]) -> None:
        found, sentences = left
        if self._stopped:
            return  # what is held is let go
        if fresh := [each for each in sentences if each not in self._heard]:
            self._heard.update(fresh)
            self._context.say(" ".join(fresh), refused=True)
        if not found:
            self.looked.emit()
            return
        from micrograd_gui.app.recovery.offer import RecoveryOffer  # most starts have nothing to offer

        if self._offer is None or not isValid(self._offer):
            self._offer = RecoveryOffer(
                self._context, self._over, self._recover, self._save, self._discard, self._put_off
            )
        self._left.extend(each.slot for each, _ in found)
        self._offer.add(found, self.looked.emit)

    def _recover(self, left: LeftBehind, then: Callable[[], object]) -> None:
        """Open it here, as changes that are not saved, after the question where there are others."""
        kept = left.found.kept
        source = OpenedGraph(left.found.graph, kept.path, kept.name)

        def begin() -> None:
            if left.slot in self._left:
                self._documents.behind.open(
                    source, lambda made: self._take(left, made, then), kept.script or ()
                )

        self._documents.unless_unsaved(begin)

    def _take(self, left: LeftBehind, made: Prepared, then: Callable[[], object]) -> None:
        kept, session = left.found.kept, self._context.session
        if left.slot not in self._left:
            return  # it was put off meanwhile
        self._taking = True  # on its way the document seems to be saved, and the file must not go for that
        try:
            self._documents.take_prepared(made)
            run = made.run if kept.script is not None else None
            state = replace(
                session.state,
                saved=None,
                disk=None if kept.disk is None else replace(kept.disk, standing=left.standing),
                trace=run,
                cursor=0 if run is None else min(kept.cursor, len(run)),
                wanted_cursor=kept.wanted_cursor,
                selection=frozenset(node for node in kept.selection if node in made.graph.nodes),
            )
            session.take(state)
        finally:
            self._taking = False
        self._left.remove(left.slot)
        self._keeper.adopt(left.slot)  # not before: had this gone wrong, it would be offered still
        self._keep(session.state)
        self._documents.look()
        said = [tr("Recovered {name}, not saved yet.", name=kept.name)]
        if kept.path is not None and left.standing == "gone":
            said.append(tr("Its file {file} is gone.", file=quoted_name(kept.path)))
        elif kept.path is not None and left.standing != "same":
            said.append(tr("Its file {file} has changed since.", file=quoted_name(kept.path)))
        self._context.say(" ".join(said))
        then()

    def _save(self, left: LeftBehind, path: Path, then: Callable[[], object]) -> None:
        """Save it to that file without opening it, behind the window."""

        def saved(_: object) -> None:
            self._discard(left)
            then()

        self._documents.behind.save(path, lambda: documents.write(path, left.found.graph), saved)

    def _discard(self, left: LeftBehind) -> None:
        if left.slot not in self._left:
            return  # it was put off meanwhile
        self._left.remove(left.slot)
        left.slot.remove()
        left.slot.release()


def _end(keeper: Keeper, slots: list[Slot], *, keep: bool) -> None:
    """Nothing is written any more, and what was offered is free."""
    keeper.end(keep=keep)
    _let_go(slots)


def _let_go(slots: list[Slot]) -> None:
    """The next start offers them."""
    for slot in slots:
        slot.release()
    slots.clear()


def _looked_through(
    folder: Path, folders: set[Path], *, stop: Event
) -> tuple[list[tuple[LeftBehind, Points]], list[str]]:
    """What others have left behind, with what their pictures are painted of, and what there is to say."""
    left, sentences = left_behind(folder, folders, stop.is_set)
    if not left:
        return [], sentences
    from micrograd_gui.app.recovery.offer import points_of  # most starts have nothing to offer

    return [(each, points_of(each.found.graph)) for each in left if not stop.is_set()], sentences
