"""Projecting: the window for a lecture hall, and the way back to exactly what it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QScreen, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QToolBar, QWidget
from shiboken6 import isValid

from micrograd.language import N_, tr
from micrograd_gui.app.arrangement import BESIDE_CARD, BOTTOM, Panes
from micrograd_gui.app.desktop.appearance import Appearance
from micrograd_gui.session.state import State
from micrograd_gui.views.background import later
from micrograd_gui.views.bridge import Bridge, Paced, Together
from micrograd_gui.views.plot.opening import for_document
from micrograd_gui.views.theme import Look

if TYPE_CHECKING:
    from micrograd_gui.app.hall.glass import Glass
    from micrograd_gui.app.hall.notice import Notice
    from micrograd_gui.app.hall.presenter import Presenter

SETTLING = 200  # milliseconds that a window manager may take to resize a window
OF_CARD, OF_CARD_ASKED = 0.34, 0.2  # of the height: the card; while somebody predicts, and boxes need more
THIRD = ("", "plot", "gradients", "rendered_graph", "moments", "data")  # the pane that each digit brings
KEYS: tuple[tuple[str, str], ...] = (
    ("1, 2, 3, 4, 5", N_("beside the card: plot, gradients, rendered graph, moments, rows")),
    ("0", N_("the card alone")),
    ("E", N_("choose another example or recent file")),
    ("Shift+D", N_("what pen and spotlight have drawn goes")),
    (N_("Esc, or F11"), N_("the window as it was")),
)
_SAYS: Mapping[str, tuple[Callable[[State], bool], str]] = {
    "plot": (
        lambda s: s.graph.target is not None and s.computed,
        N_("There is nothing to plot before a run."),
    ),
    "gradients": (lambda s: bool(s.graph.nodes), N_("There is no node.")),
    "rendered_graph": (lambda s: bool(s.graph.nodes), N_("There is no node.")),
    "moments": (lambda s: s.trace is not None, N_("There is no moment before a run.")),
    "data": (lambda s: s.graph.data is not None and bool(s.graph.data.rows), N_("This graph has no rows.")),
}


class Before(Struct, frozen=True, eq=False):
    """What the window was before it was projected."""

    docks: QByteArray
    look: Look
    place: QRect
    states: Qt.WindowState
    bars: tuple[QWidget, ...]  # those that were seen, of menus, tools and status
    floating: Mapping[str, QRect]
    names: frozenset[str]  # of the panes that there were
    focus: QWidget | None
    touched: bool
    state: State
    moved: tuple[QScreen, QRect] | None = None  # from where, when the hall is on another screen


class Projector(QObject):
    """F11: the window for a lecture hall. The canvas and the step card stay, and one pane of choice.

    Signals: ``switched(on)``; ``resized``, when there is another room for the graph; ``choice_wanted``, of
    another document.
    """

    switched = Signal(bool)
    resized = Signal()
    choice_wanted = Signal()

    def __init__(self, window: QMainWindow, bridge: Bridge, appearance: Appearance, panes: Panes) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._appearance = appearance
        self._panes = panes
        self._before: Before | None = None
        self._left: Before | None = None  # while the window manager may still resize the window
        self._chosen = self._shown = ""
        self._entering = False  # the window manager has yet to make the window as large as the screen
        self._fitting = 1.0  # the scale of text for the window as high as it was last
        self._asked = False  # whether the card has the share of one beside a question
        self._awaited = ""  # what was said of a pane of choice that has nothing to say yet
        self._keys: list[QShortcut] = []
        self._glass: Glass | None = None  # made when it is first wanted, as the blank is
        self._blank: QWidget | None = None
        self._notice: Notice | None = None
        self._presenter: Presenter | None = None  # made when there is a second screen
        appearance.changed.connect(self._share)

    @property
    def on(self) -> bool:
        """Whether the window is projected."""
        return self._before is not None

    def toggle(self) -> None:
        """Project the window, or leave that."""
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Fill the screen with what the back row reads."""
        self._settle()  # it may have been left a moment ago
        window, look = self._window, self._appearance.look
        toolbars = window.findChildren(QToolBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        bars = [bar for bar in (window.menuBar(), window.statusBar(), *toolbars) if not bar.isHidden()]
        floating = {name: dock.geometry() for name, dock in self._panes.docks.items() if dock.isFloating()}
        self._before = Before(
            window.saveState(), look, window.geometry(), window.windowState(), tuple(bars), floating,
            frozenset(self._panes.docks), QApplication.focusWidget(), self._panes.touched, self._bridge.state,
        )  # fmt: skip
        self._panes.touched = True
        self._entering = True
        with self._panes.canvas.passing():
            for bar in bars:
                bar.hide()
            if len(QGuiApplication.screens()) > 1:
                self._take_screen()
            window.showFullScreen()
            projected = look.projected(window.screen().size().height())  # so high it will be in a moment
            self._fitting = projected.scale
            self._appearance.set_look(projected)
            self._shown = self._of_choice()
            self._arrange()
            self._panes.canvas.setFocus()
            self._take_keys()
            self.resized.emit()
        self._entering = False
        self._panes.canvas.be_brief(window.size() != window.screen().size())
        self.switched.emit(True)
        later(self, self._entered, after=SETTLING)

    def _take_screen(self) -> None:
        """The hall on the second screen, the presenter's window on the first."""
        from micrograd_gui.app.hall.presenter import Presenter, screen_of_hall

        window, first = self._window, QGuiApplication.primaryScreen()
        hall = screen_of_hall(window.screen())
        if hall is first or self._before is None:
            return  # both show the same
        if hall is not window.screen():
            self._before = replace(self._before, moved=(window.screen(), window.normalGeometry()))
            window.setWindowState(Qt.WindowState.WindowNoState)
            window.setScreen(hall)  # else it fills the one that it still is on
            window.setGeometry(hall.geometry())
        if self._presenter is None:
            self._presenter = Presenter(window, self._bridge)
        self._presenter.begin(first, self._appearance.look)

    def _take_keys(self) -> None:
        """The digits are keys of the hall; made when it is first entered."""
        if not self._keys:
            for number, name in enumerate(THIRD):
                self._keys.append(QShortcut(QKeySequence(str(number)), self._window))
                self._keys[-1].activated.connect(lambda name=name: self.choose(name))
            for letter, run in (("Shift+D", self._clear), ("E", self.choice_wanted.emit)):
                self._keys.append(QShortcut(QKeySequence(letter), self._window))
                self._keys[-1].activated.connect(run)
            Paced(self._bridge, 150, self).changed.connect(lambda _old, _new: self._show_choice())
            Together(self._bridge, self).changed.connect(lambda _old, _new: self._follow_question())
        for key in self._keys:
            key.setEnabled(self.on)

    def press(self, keys: QKeySequence) -> bool:
        """Do what those keys are for in the hall; False where that is nothing."""
        found = next((each for each in self._keys if each.isEnabled() and each.key() == keys), None)
        if found is not None:
            found.activated.emit()
        return found is not None

    @property
    def glass(self) -> Glass:
        """What pen and spotlight draw on."""
        if self._glass is None:
            from micrograd_gui.app.hall.glass import Glass

            self._glass = Glass(self._panes.canvas)
        return self._glass

    def blank(self) -> None:
        """Nothing but black on the screen, or all again; keys work meanwhile."""
        if self._blank is None:
            self._blank = QWidget(self._window)
            self._blank.setObjectName("hall_blank")
            self._blank.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            self._blank.setStyleSheet("background: black;")
            self._blank.hide()
        self._blank.setGeometry(self._window.rect())
        self._blank.setVisible(self._blank.isHidden())
        self._blank.raise_()

    def _clear(self) -> None:
        if self._glass is not None:
            self._glass.clear()
        if self._blank is not None:
            self._blank.hide()

    def toggle_choice(self, name: str) -> None:
        """Show that pane beside the card, or where it is the one that is chosen, none."""
        self.choose("" if name == self._chosen else name)

    def choose(self, name: str) -> None:
        """Show that pane beside the card, or ("") none; one that has nothing to say comes when it has."""
        self._chosen = name
        self._show_choice()
        if name and not self._shown:
            self._awaited = f"{tr(_SAYS[name][1])} {tr('The pane comes when it has something to say.')}"
            self.say(self._awaited)

    def say(self, sentence: str, *, refused: bool = False) -> None:
        """What the status bar says, as long as that is hidden."""
        if self._notice is None:
            if not (self.on and sentence):
                return
            from micrograd_gui.app.hall.notice import Notice

            self._notice = Notice(self._window, self._panes.timeline)
        self._notice.show_sentence(sentence if self.on else "", self._appearance.look, refused=refused)

    def _of_choice(self) -> str:
        name = self._chosen
        if name and name not in self._panes.docks:
            self._panes.ensure(name)
        says = bool(name) and (name not in _SAYS or _SAYS[name][0](self._bridge.state))
        return name if says else ""

    def _show_choice(self) -> None:
        wanted = self._of_choice()
        if self._awaited and (wanted or not self._chosen):  # that it is to come is true no more
            if self._notice is not None and self._notice.text() == self._awaited:
                self.say("")
            self._awaited = ""
        if self.on and wanted != self._shown:
            self._shown = wanted
            self._arrange()
            self.resized.emit()

    def follow_size(self) -> None:
        """Text goes with the height; what was made larger by hand stays so many times larger.

        A window manager makes the window as large as the screen some time after it was asked to.
        """
        if self._before is not None and not self._entering:
            if self._window.size() == self._window.screen().size():
                self._panes.canvas.be_brief(False)
            before, self._fitting = self._fitting, self._before.look.projected(self._window.height()).scale
            self._appearance.use_scale(self._appearance.look.scale * self._fitting / before)
            self._share()
            if self._blank is not None:
                self._blank.setGeometry(self._window.rect())

    def _entered(self) -> None:
        """The size is the last one, be it that of the screen or not."""
        self._panes.canvas.be_brief(False)
        self.follow_size()

    def _arrange(self) -> None:
        """The canvas over the full width, the step card under it, and beside that the pane of choice."""
        window, docks = self._window, self._panes.docks
        for dock in docks.values():
            if dock.titleBarWidget() is None:
                dock.setTitleBarWidget(QWidget(dock))  # an empty one: no title
        beside = docks.get(self._shown)
        for dock in docks.values():
            if dock is not beside:
                dock.hide()
        card = docks["step_card"]
        card.setFloating(False)
        window.addDockWidget(BOTTOM, card)
        card.show()
        if beside is not None:
            beside.setFloating(False)
            window.addDockWidget(BOTTOM, beside)
            window.splitDockWidget(card, beside, Qt.Orientation.Horizontal)
            beside.show()
        self._share_room()
        later(self._panes, self._panes.tend_tabs)

    def _share_room(self) -> None:
        """The card, and the pane beside it, have their shares of the window."""
        if not self.on:
            return
        width, panes = self._window.width(), self._panes
        self._asked = self._bridge.state.quiz is not None
        part = OF_CARD_ASKED if self._asked else OF_CARD
        panes.resize_docks(Qt.Orientation.Vertical, step_card=round(self._window.height() * part))
        if self._shown:
            beside = round(width * BESIDE_CARD)
            sizes = {"step_card": width - beside, self._shown: beside}
            panes.resize_docks(Qt.Orientation.Horizontal, **sizes)
        panes.lay_out_at_once()

    def _follow_question(self) -> None:
        """The line in which somebody predicts is there in the next turn, or has gone."""
        if self.on and self._asked != (self._bridge.state.quiz is not None):
            later(self, self._share_room)

    def _give_titles_back(self) -> None:
        """Every dock has Qt's own title bar again."""
        for dock in self._panes.docks.values():
            empty = dock.titleBarWidget()
            dock.setTitleBarWidget(None)  # type: ignore[arg-type]  # the stubs do not know that None is allowed
            if empty is not None:
                empty.deleteLater()

    def _share(self) -> None:
        if self.on and not self._entering:
            self._share_room()
            if self._notice is not None:
                self._notice.hide()  # it has the size and the colours of before

    def leave(self) -> None:
        """The window as it was before."""
        before = self._before
        if before is None:
            return
        self._before, self._left = None, before
        self._clear()
        self.say("")
        self._panes.canvas.be_brief(False)
        with self._panes.canvas.passing():
            self._give_back(before)
        self._take_keys()
        if before.focus is not None and isValid(before.focus):
            before.focus.setFocus()
        self.switched.emit(False)
        later(self, self._settle, after=SETTLING)

    def _give_back(self, before: Before) -> None:
        """Bars, screen, size, look and panes as they were before."""
        window = self._window
        self._give_titles_back()
        for bar in before.bars:
            bar.show()
        if self._presenter is not None:
            self._presenter.end()
        if before.moved is not None:
            screen, place = before.moved
            window.setWindowState(Qt.WindowState.WindowNoState)
            window.setScreen(screen)
            window.setGeometry(place)
        window.setWindowState(before.states)  # showNormal would un-maximise it
        if before.states == Qt.WindowState.WindowNoState:
            window.setGeometry(before.place)  # with its size alone it would stay at the edge of the screen
        now = self._appearance.look
        self._appearance.set_look(replace(now, scale=before.look.scale, projector=False))
        self._restore(before)

    def _restore(self, before: Before) -> None:
        # What is asked for is granted no less room than large text needed, until all has been laid out anew.
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        self._window.restoreState(before.docks)
        for name in self._panes.docks.keys() - before.names:
            self._panes.docks[name].hide()  # it was made in the hall
        for name, place in before.floating.items():  # Qt leaves them as large as large text needed
            self._panes.docks[name].setGeometry(place)
        self.resized.emit()

    def _settle(self) -> None:
        """The window manager has given the window its old size: the panes get their old shares of it."""
        before, self._left = self._left, None
        if before is None or self.on:
            return
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        with self._panes.canvas.passing():
            if (
                self._window.size() != before.place.size()
            ):  # no desktop gave it back: large text had needed more room
                self._window.resize(before.place.size())
            self._restore(before)
        self._panes.touched = before.touched
        state = self._bridge.state
        if not state.same_document(before.state):  # another one was opened in the hall
            self._panes.show_learning(for_document(state, self._panes.plot).learns)
        later(self._panes, self._panes.tend_tabs)
