"""The main window: the one place where the parts meet.

How it starts: the settings tell the look, in which the application is styled before there are widgets. The
session holds the State, and the bridge tells of it; upon these the panes are made, and upon the panes what
edits, trains and projects. The commands name all of them for the actions, which fill menus and toolbars. At
the end the signals of the parts are connected, here and nowhere else: no part knows another one's insides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMainWindow

from micrograd.language import again, tr
from micrograd.ops import OPS
from micrograd_gui.app.actions import language
from micrograd_gui.app.actions.commands import Commands
from micrograd_gui.app.actions.menus import Menus, Toolbars
from micrograd_gui.app.adding.blocks import BlockAdding
from micrograd_gui.app.arrangement import Panes
from micrograd_gui.app.desktop.appearance import Appearance
from micrograd_gui.app.documents import Documents, dropped_names, dropped_paths
from micrograd_gui.app.hall.projecting import Projector
from micrograd_gui.app.notebooks.refreshing import Refreshing
from micrograd_gui.app.settings import Settings
from micrograd_gui.app.status import StatusBar, standing, summary
from micrograd_gui.app.training_loop import TrainingLoop
from micrograd_gui.document.errors import Refusal
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State
from micrograd_gui.views.background import Background, give_back_memory, later, load_at_once, load_by_turns
from micrograd_gui.views.bridge import Bridge, Paced
from micrograd_gui.views.expression_line import ExpressionLine, HLine
from micrograd_gui.views.plot.opening import for_document, for_first_rows
from micrograd_gui.views.screen_reader.roles import know_painted
from micrograd_gui.views.theme import Look

if TYPE_CHECKING:
    from micrograd_gui.app.actions.tab_order import FocusRings
    from micrograd_gui.app.learning.classroom import Classroom
    from micrograd_gui.app.learning.explaining import Explaining
    from micrograd_gui.app.recovery.recovering import Recovering
    from micrograd_gui.views.canvas.layers.pace import Pace
    from micrograd_gui.views.data.pane import DataPane
    from micrograd_gui.views.training.panel import TrainingPanel

_TITLE_BAR = 40  # pixels that the desktop may add above a window: else its status bar is below a low screen
_GIVEN_BACK_AFTER = 5000  # milliseconds since another document was opened: all of it is shown by then
_RECOVERING = "micrograd_gui.app.recovery.recovering"
_PACE = ("micrograd_gui.views.canvas.layers.pace", "micrograd_gui.views.canvas.layers.motion")
_EXPLAIN = ("micrograd_gui.app.learning.explaining", "micrograd_gui.views.screen_reader.announcer")
_TRAINING_BUTTONS = ("train", "train_step", "rewind", "update")


class MainWindow(QMainWindow):
    """Canvas in the middle, panes as docks around it; it is the Context of its parts.

    ``session`` has the verbs and the State; ``commands`` what the actions do; ``canvas``, ``plot`` and
    ``docks`` (by name) are what is seen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.settings = Settings()
        language.follow(self.settings.language)
        self.appearance = Appearance(self, self.settings, self.say)
        self.session = Session()
        self.background = Background(self)
        self._recovering: Recovering | None = None
        self._sized = QTimer(self, singleShot=True, interval=0)
        self.documents = Documents(self)
        self.live = Refreshing(self, self.documents, lambda: self.commands.see_refreshed())
        self._make_parts()
        self._connect_what_stays()
        self.resize(self._first_size())
        self._arrange()

    def _make_parts(self) -> None:
        """All that is seen, and what works on it; once more where another language is chosen."""
        know_painted()
        self.bridge = Bridge(self.session, self)
        self.panes = Panes(self, self.bridge, self.look)
        self.canvas, self.plot, self.docks = self.panes.canvas, self.panes.plot, self.panes.docks
        self.documents.stand_on(self.panes.stage, self.panes.seen, self.canvas.graph_scene)
        self.blocks = BlockAdding(self, self.canvas)
        self.training = TrainingLoop(self.bridge, self.panes.training_speed, self)
        self.projector = Projector(self, self.bridge, self.appearance, self.panes)
        h_line = HLine(self.bridge)
        self.commands = Commands(
            self, self.documents, self.panes, self.blocks, self.appearance, self.projector, self.training,
            h_line, self.pace, self.classroom, self.live, self.close,
        )  # fmt: skip
        self.canvas.motion_seconds = lambda: self.pace().seconds
        self.canvas.paste_at = self.commands.paste_at
        expression_line = ExpressionLine(self.bridge, self.commands.build)
        self.menus = Menus(self, self.bridge, self.commands)
        self.menus.add_docks(self.docks.values(), self.panes.arrange_as_at_first)
        self.menus.add_languages(self.settings.language)
        self.menus.show_recent(self.settings.recent)
        self.bars = Toolbars(self, self.menus.actions, h_line, expression_line, self.look)
        self._pace: Pace | None = None  # there after the first paint
        self._explaining: Explaining | None = None
        self.rings: FocusRings | None = None
        self._classroom: Classroom | None = None  # there when the first lesson is wanted
        self._status = StatusBar()
        self.message, self.summary = self._status.message, self._status.summary
        self.setStatusBar(self._status)
        self._escape = QShortcut(QKeySequence("Esc"), self, self._on_escape)
        self._connect()

    def __repr__(self) -> str:
        """What a notebook prints below a cell that ends with ``show(value)``."""
        return f"<micrograd-gui: {self.documents.name}>"

    # The parts -------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Who tells whom."""
        for line in (self.bars.h_line, self.bars.expression_line):
            line.left.connect(lambda: self.canvas.setFocus(Qt.FocusReason.OtherFocusReason))
            line.mended.connect(self._unsay)
        self.bridge.refused.connect(lambda sentence, _node: self.say(sentence, refused=True))
        self.bridge.mended.connect(self._unsay)
        Paced(self.bridge, 150, self).changed.connect(self._on_changed)
        self.panes.palette.chosen.connect(lambda op: self.bridge.attempt(self.commands.add_in_view, op))
        self.panes.learning_built.connect(self._on_learning_built)
        self.blocks.loss_added.connect(self._show_learning)
        self.menus.language_chosen.connect(lambda code: later(self, lambda: self.choose_language(code)))
        self.menus.example_chosen.connect(self.documents.choose_example)
        self.menus.recent_chosen.connect(self.documents.choose_recent)
        self.menus.examples.aboutToShow.connect(lambda: self.menus.show_thumbnails(self.look))
        self.training.stopped_itself.connect(lambda sentence: self.say(sentence, refused=True))
        self.training.running_changed.connect(lambda _: self._show_escape())
        self.projector.switched.connect(lambda _: self._show_state(self.bridge.state))
        self.projector.resized.connect(self.canvas.fit)
        self.projector.choice_wanted.connect(self._offer_documents)
        self._show_escape()

    def _connect_what_stays(self) -> None:
        self.appearance.changed.connect(self._on_look)
        self.documents.places_wanted.connect(lambda said: self.commands.tidy(as_edit=False, say=said))
        self.documents.remembered.connect(lambda: self.menus.show_recent(self.settings.recent))
        self._sized.timeout.connect(lambda: self.panes.follow_size())
        self.live.changed.connect(self._show_live)

    def _on_learning_built(self, training: TrainingPanel, data: DataPane) -> None:
        training.take_actions(*(self.menus.actions[name] for name in _TRAINING_BUTTONS))
        training.rows_asked.connect(self._show_rows)
        data.open_asked.connect(self.commands.open_rows)

    def _show_rows(self) -> None:
        dock = self.docks["data"]
        dock.show()
        dock.raise_()
        dock.widget().setFocus()

    # What the parts may ask: the Context -----------------------------------------------------

    @property
    def look(self) -> Look:
        """How everything is drawn now."""
        return self.appearance.look

    @property
    def dialog_parent(self) -> QMainWindow:
        """What dialogs open over."""
        return self

    def pace(self) -> Pace:
        """How long what a step does is seen to move."""
        if self._pace is None:
            from micrograd_gui.views.canvas.layers.pace import Pace  # nothing moves before the first paint

            self._pace = Pace(self.settings)
        return self._pace

    def classroom(self) -> Classroom:
        """Where lessons are chosen and followed."""
        if self._classroom is None:
            from micrograd_gui.app.learning.classroom import Classroom  # most never open one

            lay_out = partial(self.commands.tidy, as_edit=False)
            self._classroom = Classroom(self, self.panes, self.documents, self.projector, lay_out)
        return self._classroom

    def explain(self, since: State | None = None) -> None:
        """From now on every part of the window says what it is; nobody asks before the first paint.

        A screen reader is told what has been done after that State was seen.
        """
        if self._explaining is None:
            from micrograd_gui.app.learning.explaining import Explaining
            from micrograd_gui.views.screen_reader.announcer import Announcer

            Announcer(self.bridge, self.canvas, since)
            self._explaining = Explaining(self, self.bridge, self.message)
            self.ring_what_has_the_keys()

    def ring_what_has_the_keys(self) -> None:
        """From now on a ring shows where the keys are, for those who go by keys."""
        if self.rings is None:
            from micrograd_gui.app.actions.tab_order import FocusRings

            self.rings = FocusRings(self, self.appearance)

    def recovering(self) -> Recovering:
        """What keeps unsaved work through a crash; nobody has any before the first paint."""
        if self._recovering is None:
            made = import_module(_RECOVERING).Recovering
            self._recovering = made(self, self.documents, self.canvas, live=self.live.link is not None)
        return self._recovering

    def greet(self, *, asked: bool = False) -> None:
        """Offer the lessons to a new user, once; after the first paint."""
        if self.settings.first_start:
            from micrograd_gui.app.learning.greeting import greet  # nobody is new twice

            greet(self, self.panes.timeline, lambda: self.classroom().toggle(), asked=asked)

    def begin_lesson(self, name: str | Path) -> None:
        """The lesson of that name, or of a file, in this window, after the question where it is needed."""
        self.bridge.attempt(self.classroom().choose, name)

    def say(self, sentence: str, *, refused: bool = False) -> None:
        """One sentence in the status bar, until the next change; then what was found live, if anything."""
        self._status.say(sentence, refused=refused)
        stands = sentence == standing(self.session.state)  # the card says that, too
        self.projector.say("" if stands else self.message.text(), refused=refused)

    def choose_language(self, code: str) -> None:
        """As `speak`; what is refused is said, and the menu marks what stays."""
        self.bridge.attempt(self.speak, code)
        self.menus.mark_language(self.settings.language)

    def speak(self, code: str) -> None:
        """Speak that language (empty: the system's) from now on, in every window of this process.

        Raises Refusal, with nothing changed, where the catalogue or a window does not allow it.
        """
        windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
        language.speak(code, windows, self.settings)

    def remake(self, give_up: Callable[[], object] = lambda: None) -> None:
        """Make all that is seen anew, in the language in use, around the same session, document and moment.

        Raises Refusal while something is done behind the window. Whatever is raised while a part is made,
        ``give_up`` is called, and the parts before it are seen again.
        """
        self.refuse_while_busy()
        training, projected = self.training.running, self.projector.on
        self.training.stop()
        self.projector.leave()
        seen, put_back = language.seen_of(self, self.panes), self.canvas.held()
        canvas = self.canvas
        stays = (self.appearance, self.background, self.documents, self.live, self._sized, self._recovering)
        self.background.cancel_all_but("recovery")  # which is offered over what is made now
        self.setUpdatesEnabled(False)
        aside = language.Aside(self, [each for each in stays if each is not None], (self, self.documents))
        try:
            language.call_and_raise(partial(self._make_anew, seen, learning=self._classroom is not None))
        except BaseException:
            try:
                give_up()
            finally:
                aside.put_back()
                language.put_docks(seen, self, self.panes)
            raise
        else:
            aside.let_go()
            self.recovering().stand_over(self.canvas)
        finally:
            if training:
                self.bridge.attempt(self.training.toggle)
            settle = partial(self._settle, seen, projected=projected)
            later(self.panes, partial(settle, look=put_back) if self.canvas is canvas else settle)

    def _make_anew(self, seen: language.Seen, *, learning: bool) -> None:
        blank = language.make_anew(self.session, self._make_parts)
        self.bridge.changed.emit(blank, self.session.state)
        if learning:
            self.classroom()
        if self.session.state.quiz is not None:
            self.panes.ensure_predict_line()
        self.bars.follow_width()
        self.panes.begin()
        language.show_again(seen, self, self.panes)
        self.explain()

    def _settle(
        self, seen: language.Seen, *, projected: bool, look: Callable[[], object] = lambda: None
    ) -> None:
        """Qt has laid the panes out by now, and gives them their shares."""
        language.put_docks(seen, self, self.panes)
        self.panes.give_room()
        self.bars.follow_width()
        look()
        self.setUpdatesEnabled(True)
        if projected:
            self.projector.enter()

    def refuse_while_busy(self) -> None:
        """Raises Refusal while something is done behind the window."""
        if self.documents.busy:
            raise Refusal(tr("Wait until what goes on is done: then the window speaks the other language."))

    def _unsay(self, sentence: str) -> None:
        """That sentence is true no more; another one stays."""
        if self.message.toolTip() == sentence:
            self.say(standing(self.session.state, self.live.link))

    def refresh(self) -> None:
        """Show what the notebook has changed in its live values since; raises Refusal."""
        self.live.refresh()

    # Arrangement -----------------------------------------------------------------------------

    def _first_size(self) -> QSize:
        room = self.screen().availableGeometry().size()
        return QSize(min(1600, room.width()), min(900, room.height() - _TITLE_BAR))

    def _arrange(self) -> None:
        kept = self.settings.arrangement()
        if kept is not None and self.restoreGeometry(kept[0]) and self.restoreState(kept[1]):
            self.panes.touched = True

    def _on_look(self, look: Look) -> None:
        self.bars.set_look(look)
        self.panes.set_look(look)

    def _offer_documents(self) -> None:
        """Where the menu bar is hidden: what it would open, over the canvas."""
        offer = self.menus.documents()
        self.classroom().add_to(offer)
        offer.popup(self.canvas.mapToGlobal(self.canvas.rect().topLeft()))
        offer.setActiveAction(offer.actions()[0])

    def _on_escape(self) -> None:
        """A run rests first, then nobody predicts any more, then the projector is left."""
        if self.training.running:
            self.training.stop()
        elif self.session.state.quiz is not None:
            self.commands.predict()
        else:
            self.projector.leave()

    def _show_escape(self) -> None:
        wanted = self.training.running or self.projector.on or self.session.state.quiz is not None
        self._escape.setEnabled(wanted)  # else it is the canvas's

    def event(self, event: QEvent) -> bool:
        if (kind := event.type()) == QEvent.Type.MouseButtonPress:  # what comes here is between panes
            self.panes.touched = True
        elif kind == QEvent.Type.Polish:  # it is about to be seen
            keep = partial(load_at_once, self, _RECOVERING, self.recovering)
            pace = partial(load_by_turns, self, _PACE, self.pace)
            explain = partial(load_by_turns, self, _EXPLAIN, partial(self.explain, self.bridge.shown))
            prepare = lambda: self.commands.prepare()  # noqa: E731 - of the commands that there are then
            for after, make in ((200, keep), (400, pace), (500, explain), (2000, prepare)):
                later(self, make, after=after)
            self.bars.follow_width()  # now, or all would be laid out for the width before, and once more
            self.panes.begin()
        elif kind == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.documents.look()
        return super().event(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        from micrograd_gui.app.actions.tab_order import go_on  # nobody goes by keys before the first paint

        self.ring_what_has_the_keys()
        return go_on(self, forwards=forwards)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button that has the keys; letters count by their place on other keyboards."""
        focus = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QAbstractButton):
            focus.click()
        elif isinstance(focus, QLineEdit) or not self.menus.trigger_by_place(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bars.follow_width()
        if self.projector.on:
            self.projector.follow_size()
        else:
            self._sized.start()

    # Showing the state -----------------------------------------------------------------------

    def _on_changed(self, old: State, new: State) -> None:
        self._show_state(new)
        self.statusBar().clearMessage()
        if self.message.text() != (stands := standing(new, self.live.link)):
            self.say(stands)
        if new.graph.wiring is not old.graph.wiring and OPS.keys() - self.panes.palette.offered:
            self.panes.palette.refill(self.look)  # a file, or what was pasted, has brought ops of its own
        if not new.same_document(old):
            self._show_opened(new)
            later(self, self._give_back, after=_GIVEN_BACK_AFTER)
        elif old.graph.data is None and new.graph.data is not None:
            self.plot.show_kind(for_first_rows(new, self.plot))
            if self.docks["data"].isHidden():
                self._show_learning()
        if new.blocked and new.step is not None and (new.step is not old.step):
            self.say(again(new.step.note), refused=True)

    def _give_back(self) -> None:
        self.background.start("memory", give_back_memory, done=lambda _: None)

    def _show_opened(self, state: State) -> None:
        opening, sight = for_document(state, self.plot), state.graph.sight
        self.canvas.fit()
        if sight.middle is not None and sight.scale is not None:
            self.canvas.look_as(sight.middle, sight.scale)
        self.plot.show_kind(opening.plot)
        if not self.projector.on:
            self.panes.show_learning(opening.learns)

    def _show_learning(self) -> None:
        if not self.projector.on:
            self.panes.show_learning(True)

    def _show_state(self, state: State) -> None:
        name = self.documents.name.replace("[*]", "[*][*]")  # of a name Qt shows one
        if (title := f"{name}[*] — micrograd-gui") != self.windowTitle():
            self.setWindowTitle(title)
        if state.unsaved != self.isWindowModified():
            self.setWindowModified(state.unsaved)
        self.menus.show_state(state)
        self._show_live()
        right_run = self.menus.actions["show_right_run"]
        self._status.offer_about_finding(bool(standing(state)), right_run, self.session.dismiss_found)
        self.summary.say(summary(state))
        self._show_escape()

    def _show_live(self) -> None:
        live = self.live
        self.menus.show_live(there=live.link is not None, cells=live.can_follow, following=live.following)

    # Events of the window --------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_names(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.bridge.attempt(lambda: self.documents.open_dropped(dropped_paths(event.mimeData())))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.documents.look_now()
        if self.session.state.unsaved:
            event.ignore()
            self.documents.unless_unsaved(self._close_without_question)
            return
        if not self.projector.on and self.panes.touched:
            self.panes.put_back()
            self.settings.keep_arrangement(self.saveGeometry(), self.saveState())
        if self._recovering is not None:
            self._recovering.end()
        super().closeEvent(event)

    def _close_without_question(self) -> None:
        self.session.train_stop()  # a step in between would be a change that is not saved
        self.session.saved_as_is()
        later(self, self.close)
