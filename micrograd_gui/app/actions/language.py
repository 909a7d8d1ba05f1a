"""The language of the window: its menu, Qt's own words in it, and what is kept while all is made anew."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QByteArray, QEvent, QLibraryInfo, QLocale, QObject, Qt, QTranslator
from PySide6.QtGui import QAction, QActionGroup, QFont
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QMainWindow,
    QMenu,
    QMenuBar,
    QStatusBar,
    QTabBar,
    QToolBar,
    QWidget,
)
from shiboken6 import delete, isValid

from micrograd.language import tr
from micrograd_gui import languages
from micrograd_gui.document.block import BlockId
from micrograd_gui.log import logger_of
from micrograd_gui.resource import FAMILY
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State

if TYPE_CHECKING:
    from micrograd_gui.app.arrangement import Panes

_log = logger_of(__name__)
_QT_WORDS = "micrograd-gui-qt-words"
_SPEED = "training_speed"
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


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
    had = app.findChild(QTranslator, _QT_WORDS)
    if had is not None:
        app.removeTranslator(had)
        had.deleteLater()
        had.setObjectName("")
    if (code := languages.code()) not in languages.NAMES or code == "en":
        return
    words = QTranslator(app)
    words.setObjectName(_QT_WORDS)
    if words.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(words)


def _prefer_fonts() -> None:
    """Signs that the program's own fonts lack Qt takes from those that the language in use wants.

    And it takes their forms for that language: a font may hold those of several, and goes by the locale.
    """
    wanted = languages.fonts()
    for own in (FAMILY, f"{FAMILY} Mono"):  # as in code
        QFont.removeSubstitutions(own)
        QFont.insertSubstitutions(own, wanted)
    QLocale.setDefault(QLocale(languages.code()) if wanted else QLocale.system())


def language_menu(menu: QMenu, setting: str, choose: Callable[[str], object]) -> None:
    """Fills the menu: the system's language, and each that is offered, by its own name."""
    group = QActionGroup(menu)
    system = languages.NAMES[languages.of_system(told=_told())]
    rows = [("", tr("As the &system: {language}", language=system))]
    rows += [(code, languages.NAMES[code]) for code in languages.offered()]
    for code, text in rows:
        action = QAction(text, menu)
        action.setObjectName(f"language_{code or 'system'}")
        action.setCheckable(True)
        action.setChecked(code == setting)
        action.triggered.connect(lambda _=False, code=code: choose(code))
        group.addAction(action)
        menu.addAction(action)
    menu.menuAction().setVisible(len(rows) > 2)  # one language alone is no choice


def made_anew(session: Session, make: Callable[[], object]) -> State:
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
    window.restoreState(seen.docks)
    panes.touched = seen.touched


def clear(window: QMainWindow, stays: Collection[QObject]) -> None:
    """Everything of the window goes but that, at once: what is made anew has the same names and keys."""
    window.setMenuBar(QMenuBar())
    window.setStatusBar(QStatusBar())
    for bar in window.findChildren(QToolBar, options=_DIRECT):
        window.removeToolBar(bar)
    for dock in window.findChildren(QDockWidget, options=_DIRECT):
        window.removeDockWidget(dock)
    fixed = (*stays, window.layout(), window.menuBar(), window.statusBar())
    for child in window.children():
        own = child.objectName().startswith("qt_") or isinstance(child, QTabBar)
        if isValid(child) and not own and not any(child is each for each in fixed):
            delete(child)
