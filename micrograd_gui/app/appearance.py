"""Appearance: the theme and the size of text, and the hall."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication

from micrograd_gui.app.settings import Settings
from micrograd_gui.views.style import style_sheet
from micrograd_gui.views.theme import DARK, LIGHT, THEMES, Mood, load_fonts, palette

if TYPE_CHECKING:
    from micrograd_gui.app.main_window import MainWindow

STEP = 1.125
SETTLING = 200  # milliseconds that a window manager may take to resize a window
SMALLEST, LARGEST = 0.75, 3.0
ROOM = 800  # pixels of a window's width that text at scale 1 needs


def first_mood(settings: Settings) -> Mood:
    """The mood that was chosen last; at the first start, the desktop's light or dark."""
    load_fonts()
    desktop = QGuiApplication.styleHints().colorScheme()
    fallback = DARK if desktop == Qt.ColorScheme.Dark else LIGHT
    return Mood(THEMES.get(settings.theme, fallback), settings.text_scale)


class Appearance:
    """Changes the window's mood."""

    def __init__(self, window: MainWindow, settings: Settings) -> None:
        self.window = window
        self.settings = settings

    def other_theme(self) -> None:
        self.use_theme("light" if self.window.mood.theme.dark else "dark")

    def use_theme(self, name: str) -> None:
        """ "light" or "dark"."""
        self.settings.theme = name
        self.window.set_mood(replace(self.window.mood, theme=THEMES[name]))

    def larger(self) -> None:
        self.use_scale(self.window.mood.scale * STEP)

    def smaller(self) -> None:
        self.use_scale(self.window.mood.scale / STEP)

    def use_scale(self, scale: float) -> None:
        """All text at that multiple of its first size; in a hall for as long as that lasts."""
        if self.window.projector.on:
            self.window.projector.use_scale(scale)
            return
        room = max(1.0, self.window.width() / ROOM)
        kept = min(LARGEST, room, max(SMALLEST, scale))
        if kept < min(scale, LARGEST):
            self.window.say("The window has no room for larger text.")
        self.settings.text_scale = kept
        self.window.set_mood(replace(self.window.mood, scale=kept))


def dress_application(mood: Mood) -> None:
    """Fusion, the theme's palette, the program's font and style sheet, for every window."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(mood.theme))
    app.setFont(mood.font())
    app.setStyleSheet(style_sheet(mood))


class Projector:
    """F11: for a hall. The canvas, the step card and the plot stay; Esc brings the rest back."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self._before: tuple[QByteArray, Mood, bool] | None = None
        self._touched = False
        self.escape = QShortcut(QKeySequence("Esc"), window, self.leave)
        self.escape.setEnabled(False)

    @property
    def on(self) -> bool:
        return self._before is not None

    def toggle(self) -> None:
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        window = self.window
        self._before = (window.saveState(), window.mood, window.isFullScreen())
        self.escape.setEnabled(True)
        self._touched, window.panes.touched = window.panes.touched, True
        for chrome in window.chrome():
            chrome.hide()
        window.showFullScreen()
        window.set_mood(window.mood.in_hall(window.height()))
        window.panes.arrange_for_hall()
        window.canvas.fit()

    def use_scale(self, scale: float) -> None:
        """All text at that multiple of its first size, but no smaller than the back row can read."""
        mood = self.window.mood
        least = replace(mood, scale=SMALLEST).in_hall(self.window.height()).scale
        chosen = max(least, min(scale, LARGEST))
        if chosen != mood.scale:
            self.window.set_mood(replace(mood, scale=chosen))
        self.window.panes.share_hall()

    def follow_size(self) -> None:
        """A window manager makes the window as large as the screen some time after it was asked to."""
        if self.on:
            self.use_scale(self.window.mood.scale)

    def leave(self) -> None:
        if self._before is None:
            return
        window = self.window
        docks, mood, was_full = self._before
        self._before = None
        self.escape.setEnabled(False)
        window.panes.give_titles_back()
        window.menuBar().show()
        window.statusBar().show()
        if not was_full:
            window.showNormal()
        window.set_mood(replace(window.mood, scale=mood.scale, projector=False))
        window.restoreState(docks)
        window.canvas.fit()
        QTimer.singleShot(SETTLING, window, lambda: self._settled(docks))

    def _settled(self, docks: QByteArray) -> None:
        """The window manager has given the window its old size: the panes get their old shares of it."""
        if not self.on:
            self.window.restoreState(docks)
            self.window.panes.touched = self._touched
            self.window.canvas.fit()
