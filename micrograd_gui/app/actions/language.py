"""The language of the window: its menu, Qt's own words in it, and what is kept while all is made anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Protocol, cast

from msgspec import Struct
from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QObject, Qt, QTranslator
from PySide6.QtGui import QAction, QActionGroup, QFont
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QMainWindow,
    QMenu,
    QTabBar,
    QToolBar,
    QWidget,
)
from shiboken6 import delete, isValid

from micrograd.language import N_, tr
from micrograd_gui import languages
from micrograd_gui.app.settings import Settings
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.log import logger_of
from micrograd_gui.resource import FAMILY
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray

    from micrograd_gui.app.arrangement import Panes

_log = logger_of(__name__)
_QT_WORDS = "micrograd-gui-qt-words"
_LACKING = frozenset((N_("&Look in:"), N_("Files of &type:"), N_("Folder"), N_("Drive")))
_OF = ("QFileDialog", "QAbstractFileIconProvider")
_SPEED = "training_speed"


def follow(setting: str) -> None:
    """Use the language that is set, else the system's; one that cannot be read is logged.

    What the environment or the command line has asked for stays.
    """
    try:
        languages.begin_window(setting, _told())
    except languages.CatalogueFault as fault:
        _log.warning("%s", fault)
        languages.use("en")
    translate_qt()


def choose(code: str) -> None:
    """Use that language from now on; empty: the system's. Raises CatalogueFault."""
    languages.choose(code, _told())
    translate_qt()


def _told() -> tuple[str, ...]:
    """What macOS and Windows say of the languages that are wanted; elsewhere variables do."""
    return tuple(QLocale.system().uiLanguages()) if sys.platform in ("darwin", "win32") else ()


def translate_qt() -> None:
    """Qt's own words (Cancel, Undo in a field) in the language in use, where Qt has them, and its fonts."""
    _prefer_fonts()
    app = QApplication.instance()
    if app is None:
        return
    code, had = languages.code(), app.findChild(QTranslator, _QT_WORDS)
    if had is not None:
        app.removeTranslator(had)
        had.deleteLater()
        had.setObjectName("")
    if code not in languages.NAMES or code == "en":
        return
    if app.findChild(LackingWords) is None:
        app.installTranslator(LackingWords(app))  # before Qt's own, so that it is asked after them
    words = QTranslator(app)
    words.setObjectName(_QT_WORDS)
    if words.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)


class LackingWords(QTranslator):
    """What is asked when no catalogue of Qt's had the word, in the language in use."""

    def translate(self, context: str, source: str, /, disambiguation: str | None = None, n: int = -1) -> str:
        if context in _OF and source in _LACKING:
            return tr(source)
        return cast(str, None)  # as Qt says that there is no translation; "" would be an empty one

    def isEmpty(self) -> bool:
        return False


def _prefer_fonts() -> None:
    """Signs that the program's own fonts lack Qt takes from those that the language in use wants.

    And it takes their forms for that language: a font may hold those of several, and goes by the locale.
    """
    wanted = languages.fonts()
    for own in (FAMILY, f"{FAMILY} Mono"):  # as in code
        QFont.removeSubstitutions(own)
        QFont.insertSubstitutions(own, wanted)
    QLocale.setDefault(QLocale(languages.code()) if wanted else QLocale.system())


class Speaking(Protocol):
    """A window that can be made anew in another language."""

    @property
    def bridge(self) -> Bridge:
        """Calls verbs so that a Refusal is said."""

    def refuse_while_busy(self) -> None:
        """Raises Refusal where it cannot be made anew now."""

    def remake(self, give_up: Callable[[], object] = ...) -> None:
        """Make it anew; where that fails, ``give_up`` is called, and it is as before."""


def speak(code: str, windows: Sequence[Speaking], settings: Settings) -> None:
    """Use that language in all of these windows from now on, and remember it.

    Raises Refusal where its catalogue cannot be read, or one of them cannot be made anew; then all of them
    are as before.
    """
    for window in windows:
        window.refuse_while_busy()
    before, kept = languages.used(), settings.language

    def give_up() -> None:
        settings.language = kept
        choose(before)

    try:
        choose(code)
    except languages.CatalogueFault as fault:
        raise Refusal(str(fault)) from None
    settings.language = code
    with Net("show", languages.NAMES.get(languages.code(), code)):
        for at, window in enumerate(windows):
            try:
                window.remake(give_up)
            except BaseException:
                for other in windows[:at]:
                    other.bridge.attempt(other.remake)
                raise


def language_menu(menu: QMenu, setting: str, choose: Callable[[str], object]) -> None:
    """Fills the menu: the system's language, and each that is offered, by its own name."""
    group = QActionGroup(menu)
    system = languages.NAMES[languages.of_system(told=_told())]
    rows = [("", tr("As the &system: {language}", language=system))]
    rows += [(code, languages.NAMES[code]) for code in languages.offered()]
    for code, text in rows:
        action = QAction(menu)  # given a text, PySide would load all that icons are made of
        action.setText(text)
        action.setObjectName(f"language_{code or 'system'}")
        action.setCheckable(True)
        action.setChecked(code == setting)
        action.triggered.connect(lambda _=False, code=code: choose(code))
        group.addAction(action)
        menu.addAction(action)
    menu.menuAction().setVisible(len(rows) > 2)  # one language alone is no choice


def call_and_raise(make: Callable[[], object]) -> None:
    """Call it, and raise what a slot raises meanwhile: Qt tells that to nobody but ``sys.excepthook``."""
    raised: list[BaseException] = []
    before = sys.excepthook
    sys.excepthook = lambda kind, error, trace: raised.append(error)
    try:
        make()
    finally:
        sys.excepthook = before
    if raised:
        raise raised[0]


def make_anew(session: Session, make: Callable[[], object]) -> State:
    """Have all that shows a session made anew, as at the start of the program: of an empty State.

    Gives that State. What was made is then to be told that the present one has taken its place.
    """
    whole, session.state = session.state, Session().state
    try:
        make()
    finally:
        blank, session.state = session.state, whole
    return blank


class Seen(Struct, frozen=True, eq=False):
    """What is seen and no State knows: where the panes are, the plot, and where the canvas looks."""

    docks: QByteArray
    late: tuple[str, ...]
    touched: bool
    plot: str
    speed: int  # which of those that training offers; -1: it has not been asked
    eye: tuple[tuple[float, float], float] | None
    block: BlockId | None
    focus: str


def seen_of(window: QMainWindow, panes: Panes) -> Seen:
    """What is seen now."""
    speed = window.findChild(QComboBox, _SPEED)
    focus = window.focusWidget()
    panes.put_back()
    return Seen(
        window.saveState(), tuple(panes.late), panes.touched, panes.plot.kind,
        -1 if speed is None else speed.currentIndex(), panes.canvas.eye, panes.canvas.navigation.block,
        "" if focus is None else focus.objectName(),
    )  # fmt: skip


def show_again(seen: Seen, window: QMainWindow, panes: Panes) -> None:
    """Let the same be seen in panes that were made anew."""
    for name in seen.late:
        panes.ensure(name)
    if seen.speed >= 0:
        panes.ensure_learning_panes()
        speed = window.findChild(QComboBox, _SPEED)
        if speed is not None:
            speed.setCurrentIndex(seen.speed)
    put_docks(seen, window, panes)
    panes.plot.show_kind(seen.plot)
    if seen.block is not None:
        panes.canvas.navigation.go(seen.block)
    if seen.eye is not None:
        panes.canvas.look_as(*seen.eye)
    focus = window.findChild(QWidget, seen.focus) if seen.focus else None
    (focus or panes.canvas).setFocus()


def put_docks(seen: Seen, window: QMainWindow, panes: Panes) -> None:
    """Every pane where it was."""
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # else Qt shares the room out anew
    panes.put_back()
    window.restoreState(seen.docks)
    panes.touched = seen.touched


class Aside:
    """All that a window shows, put aside whole while it is made anew: it goes when the new stands, and comes
    back where that cannot be made.
    """

    def __init__(self, window: QMainWindow, stays: Collection[QObject], owners: Collection[object]) -> None:
        """``stays`` are the children of the window that stay; ``owners`` are who has attributes of parts."""
        self._window, self._stays = window, stays
        self._had = [(owner, dict(vars(owner))) for owner in owners]
        self._keys = window.actions()
        self._parts = self._there()
        self._middle, self._menus, self._status = window.centralWidget(), window.menuBar(), window.statusBar()
        self._shown = [
            each for each in self._parts
            if isinstance(each, QWidget) and not isinstance(each, QDockWidget | QToolBar)
            and not each.isHidden()
        ]  # fmt: skip
        self._focus = window.focusWidget()
        if self._focus is not None:  # else the next one is looked for, and the one after, as each is hidden
            self._focus.clearFocus()
        self._box = QWidget()  # nobody sees it: in it nothing has its name or its keys in the window
        for part in self._parts:
            _take_out(window, part)
            _put_into(self._box, part)
        for action in self._keys:
            window.removeAction(action)

    def let_go(self) -> None:
        """The new parts stand."""
        delete(self._box)
        QFont.cleanup()  # Qt keeps what it has read of each font for each size: what is seen it reads again

    def put_back(self) -> None:
        """What was made so far goes, and what was there is there again; panes and toolbars are hidden yet."""
        self._window.setMenuBar(self._menus)  # Qt deletes the present one, which it may have made itself
        self._window.setStatusBar(self._status)
        for part in self._there():
            if part is not self._menus and part is not self._status and isValid(part):
                _take_out(self._window, part)
                delete(part)
        for owner, had in self._had:
            vars(owner).clear()
            vars(owner).update(had)
        for part in self._parts:
            if part not in (self._middle, self._menus, self._status):
                _put_into(self._window, part)
        if self._middle is not None:
            self._window.setCentralWidget(self._middle)
        for part in self._parts:
            if isinstance(part, QToolBar):
                self._window.addToolBar(part)
            elif isinstance(part, QDockWidget):
                self._window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, part)
        self._window.addActions(self._keys)
        for each in self._shown:
            each.show()
        if self._focus is not None and isValid(self._focus):
            self._focus.setFocus()
        delete(self._box)

    def _there(self) -> list[QObject]:
        fixed = (*self._stays, self._window.layout())
        return [
            child for child in self._window.children()
            if not (child.objectName().startswith("qt_") or isinstance(child, QTabBar))
            and not any(child is each for each in fixed)
        ]  # fmt: skip


def _take_out(window: QMainWindow, part: QObject) -> None:
    """What Qt has arranged in the window it arranges there no more."""
    if isinstance(part, QToolBar):
        window.removeToolBar(part)
    elif isinstance(part, QDockWidget):
        window.removeDockWidget(part)


def _put_into(parent: QWidget, part: QObject) -> None:
    """A menu or a dialog stays one: given another parent alone it would be a pane there."""
    if isinstance(part, QWidget):
        part.setParent(parent, part.windowFlags())
    else:
        part.setParent(parent)
