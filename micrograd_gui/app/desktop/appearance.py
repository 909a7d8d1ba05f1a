"""The look of the window: theme and size of text, as they were chosen last."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication, QWidget

from micrograd.language import tr
from micrograd_gui.app.desktop.application import IN_FUSION
from micrograd_gui.app.settings import LARGEST, SMALLEST, Settings
from micrograd_gui.views.theme import (
    THEMES,
    Look,
    load_fonts,
    qt_palette,
    room_for_text,
    scale_of_desktop,
    style_sheet,
    theme_of_desktop,
)

STEP = 1.125


class Appearance(QObject):
    """The look of the window: theme and size of text, as they were chosen last.

    At the first start they are the desktop's. Signal: ``changed(look)``.
    """

    changed = Signal(object)

    def __init__(self, window: QWidget, settings: Settings, say: Callable[[str], object]) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._say = say
        load_fonts()
        theme = THEMES.get(settings.theme) or theme_of_desktop()
        scale = settings.text_scale or scale_of_desktop()
        room = room_for_text(window.screen().availableSize())  # it may have been kept on a larger screen
        self.look = Look(theme, min(scale, room))
        apply_style(self.look)  # before there are widgets, to which it would be applied twice

    def set_look(self, look: Look) -> None:
        """Draw everything in that look."""
        self.look = look
        apply_style(look)
        self.changed.emit(look)

    def other_theme(self) -> None:
        """Dark where it was light, and the other way round."""
        self.use_theme(self.look.theme.other().name)

    def other_contrast(self) -> None:
        """High contrast, or the colours without it."""
        self.use_theme(self.look.theme.other_contrast().name)

    def use_theme(self, name: str) -> None:
        """The theme of that name: "light", "dark", "light-contrast" or "dark-contrast"."""
        self._settings.theme = name
        self.set_look(replace(self.look, theme=THEMES[name]))

    def larger(self) -> None:
        """All text an eighth larger."""
        self.use_scale(self.look.scale * STEP)

    def smaller(self) -> None:
        """All text smaller by as much."""
        self.use_scale(self.look.scale / STEP)

    def use_scale(self, scale: float) -> None:
        """All text at that multiple of its first size.

        What is projected never gets smaller than the back row can read, and its size is not kept.
        """
        if self.look.projector:
            least = replace(self.look, scale=SMALLEST).projected(self._window.height()).scale
            chosen = max(least, min(scale, LARGEST))
            if chosen != self.look.scale:
                self.set_look(replace(self.look, scale=chosen))
            return
        kept = min(LARGEST, room_for_text(self._window.size()), max(SMALLEST, scale))
        if kept < min(scale, LARGEST):
            self._say(tr("The window has no room for larger text."))
        self._settings.text_scale = kept
        self.set_look(replace(self.look, scale=kept))


def apply_style(look: Look) -> None:
    """Fusion, the theme's palette, the program's font and style sheet, for every window."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if not app.property(IN_FUSION):  # once: with a style sheet, the style no longer tells its name
        app.setStyle("Fusion")
        app.setProperty(IN_FUSION, True)
    app.setPalette(qt_palette(look.theme))
    if (font := look.font()) != app.font():  # Qt goes through all widgets, be it the same
        app.setFont(font)
    if (sheet := style_sheet(look)) != app.styleSheet():
        app.setStyleSheet(sheet)
        QPixmapCache.clear()  # else 10 MB of the docks' buttons in looks that are over
