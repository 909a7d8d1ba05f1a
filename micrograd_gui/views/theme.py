"""Theme and Look: the colours, the fonts and the size of everything, and how they are given to Qt."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette

from micrograd.language import tr
from micrograd_gui.figures.palette import PALETTES, Palette
from micrograd_gui.resource import FAMILY, font_folder, resource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

MONO = "DejaVu Sans Mono"  # as in code
ROOM, LOWEST = 640, 290  # pixels of width and height that a window with text at scale 1 needs
_USUAL = 16  # pixels: no desktop's text is larger by itself
BUTTON_AIR = 10  # pixels at text scale 1, on either side of what a button says
SMALLEST_PROJECTED = 28  # pixels, of a screen 1080 high: no text on a projector is smaller
_FONT_FILES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono")


class Theme(Struct, frozen=True):
    """Named colours as ``#rrggbb``; every text colour has 4.5:1 or more on every ground it stands on.

    In high contrast it has 7:1 or more.
    """

    name: str
    dark: bool
    ground: str  # the canvas
    grid: str
    panel: str  # panes, cards, nodes
    raised: str  # buttons and fields
    line: str  # borders between things
    frame: str  # borders of nodes, ports
    text: str
    muted: str
    data: str
    grad: str
    on_data: str  # text on a button filled with the data colour
    on_grad: str
    accent: str  # the acting node's border
    accent_fill: str
    wire: str
    chip: str  # the ground of an op's badge
    good: str
    bad: str
    bad_fill: str
    selection: str

    def other(self) -> Theme:
        """Dark for light, and the other way round."""
        return _named(dark=not self.dark, contrast=self.contrast)

    def other_contrast(self) -> Theme:
        """High contrast for an ordinary one, and the other way round."""
        return _named(dark=self.dark, contrast=not self.contrast)

    @property
    def contrast(self) -> bool:
        """Whether it is one of high contrast."""
        return self.name.endswith(_CONTRAST)


_CONTRAST = "-contrast"


def _named(*, dark: bool, contrast: bool) -> Theme:
    return THEMES[("dark" if dark else "light") + (_CONTRAST if contrast else "")]


def _theme(
    colours: Palette,
    *,
    ground: str,
    grid: str,
    raised: str,
    on_data: str,
    on_grad: str,
    good: str,
    selection: str,
) -> Theme:
    """The colours of figures, and what only a window has: its ground, what is raised or selected."""
    return Theme(
        name=colours.name,
        dark=colours.dark,
        ground=ground,
        grid=grid,
        panel=colours.box,
        raised=raised,
        line=colours.divider,
        frame=colours.line,
        text=colours.text,
        muted=colours.muted,
        data=colours.data,
        grad=colours.grad,
        on_data=on_data,
        on_grad=on_grad,
        accent=colours.accent,
        accent_fill=colours.accent_fill,
        wire=colours.wire,
        chip=colours.chip,
        good=good,
        bad=colours.bad,
        bad_fill=colours.bad_fill,
        selection=selection,
    )


LIGHT = _theme(
    PALETTES["light"],
    ground="#f5f7fa",  # a figure's is white, as the page that it gets onto
    grid="#e7ebf0",
    raised="#f5f7fa",
    on_data="#ffffff",
    on_grad="#ffffff",
    good="#0a6e4f",
    selection="#0b63b0",
)
DARK = _theme(
    PALETTES["dark"],
    ground=PALETTES["dark"].ground,
    grid="#181e27",
    raised="#10151c",
    on_data="#0b1420",
    on_grad="#1d0f05",
    good="#4fd1a5",
    selection="#6db7ff",
)
LIGHT_CONTRAST = _theme(
    PALETTES["light-contrast"],
    ground="#ffffff",
    grid="#e4e4e4",
    raised="#f2f2f2",
    on_data="#ffffff",
    on_grad="#ffffff",
    good="#00472f",
    selection="#00367a",
)
DARK_CONTRAST = _theme(
    PALETTES["dark-contrast"],
    ground="#000000",
    grid="#1e1e1e",
    raised="#141414",
    on_data="#000000",
    on_grad="#000000",
    good="#7dffc4",
    selection="#9fd2ff",
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK, LIGHT_CONTRAST, DARK_CONTRAST)}


def theme_of_desktop() -> Theme:
    """Light or dark, in high contrast or not, as the desktop is."""
    hints = QGuiApplication.styleHints()
    wanted = hints.accessibility().contrastPreference()
    return _named(
        dark=hints.colorScheme() == Qt.ColorScheme.Dark,
        contrast=wanted == Qt.ContrastPreference.HighContrast,
    )


def scale_of_desktop() -> float:
    """1.0, or by how much the desktop's text is larger where somebody has made it large."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    screen = QGuiApplication.primaryScreen()
    pixels: float = font.pixelSize()  # -1 where it is told in points
    if pixels < 0:
        pixels = font.pointSizeF() * screen.logicalDotsPerInchY() / 72
    return min(pixels / 13, room_for_text(screen.availableSize())) if pixels > _USUAL else 1.0


def room_for_text(size: QSize) -> float:
    """The largest scale of text for which a window of that size has room."""
    return max(1.0, min(size.width() / ROOM, size.height() / LOWEST))


class Look(Struct, frozen=True):
    """How everything is drawn; frozen, so that a view compares what it drew with and what is wanted.

    ``theme`` has the colours. ``scale`` multiplies every length and size of text that is given to ``px`` and
    ``font``; 1.0 is text of 13 pixels. ``projector``: for a lecture hall, where the views leave out what only
    the one at the keyboard needs.
    """

    theme: Theme = LIGHT
    scale: float = 1.0
    projector: bool = False

    def px(self, size: float) -> int:
        """A length or text size that is ``size`` pixels at scale 1."""
        return max(1, round(size * self.scale))

    def font(
        self, size: float = 13, *, bold: bool = False, mono: bool = False, italic: bool = False
    ) -> QFont:
        """The program's own font, ``size`` pixels at scale 1."""
        font = QFont(MONO if mono else FAMILY)
        font.setPixelSize(self.px(size))
        font.setBold(bold)
        font.setItalic(italic)
        return font

    def projected(self, height: int) -> Look:
        """The same colours at a size that the back row reads: 28 px or more at a height of 1080."""
        scale = SMALLEST_PROJECTED / 13 * max(0.62, height / 1080)
        return replace(self, scale=max(self.scale, scale), projector=True)

    @property
    def hall_unit(self) -> float:
        """Under a projector: pixels for one of a screen 1080 high."""
        return self.scale * 13 / SMALLEST_PROJECTED


@cache
def load_fonts() -> None:
    """Make the program's font known to Qt."""
    folder = font_folder()
    if folder is None:
        return
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(folder / f"{name}.ttf"))


def line_height(font: QFont) -> int:
    """How high a line of words of the language in use is: other scripts reach further than ours."""
    metrics = QFontMetrics(font)
    return max(metrics.lineSpacing(), metrics.boundingRect(tr("Forward")).height())


def qt_palette(theme: Theme) -> QPalette:
    """The Qt palette of a theme, for the Fusion style."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.panel,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.panel,
        QPalette.ColorRole.AlternateBase: theme.ground,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.bad,
        QPalette.ColorRole.Highlight: theme.data,
        QPalette.ColorRole.HighlightedText: theme.on_data,
        QPalette.ColorRole.ToolTipBase: theme.panel,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Link: theme.data,
        QPalette.ColorRole.Light: theme.raised,
        QPalette.ColorRole.Midlight: theme.line,
        QPalette.ColorRole.Mid: theme.line,
        QPalette.ColorRole.Dark: theme.frame,
        QPalette.ColorRole.Shadow: theme.frame,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return made


def dress(widget: QWidget, sheet: str) -> None:
    """Give the widget that style sheet of its own, where it has another one.

    Qt would style it anew, with all that it holds, be it the same; and each time leaves some memory.
    """
    if widget.styleSheet() != sheet:
        widget.setStyleSheet(sheet)


def style_sheet(look: Look) -> str:
    """The style sheet of every window, in that look; where two rules are alike, the later one wins."""
    return _bars_and_menus(look) + _buttons_and_lines(look) + _choices(look) + _labels_and_panes(look)


def _bars_and_menus(look: Look) -> str:
    """The window itself, its menus and toolbars."""
    t, px = look.theme, look.px
    return f"""
    QMainWindow, QMenuBar, QMenu, QToolBar, QStatusBar, QScrollArea,
    QScrollArea > #qt_scrollarea_viewport > QWidget, QDockWidget, QTableView,
    QHeaderView::section {{ background: {t.panel}; color: {t.text}; }}
    QMainWindow::separator {{ background: {t.line}; width: {px(3)}px; height: {px(3)}px; }}
    QMainWindow::separator:hover {{ background: {t.data}; }}
    QMenuBar {{ border-bottom: 1px solid {t.line}; padding: {px(2)}px {px(8)}px; }}
    QMenuBar::item {{ background: transparent; padding: {px(4)}px {px(9)}px; border-radius: 4px; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.data}; color: {t.on_data}; }}
    QMenu {{ border: 1px solid {t.line}; padding: {px(4)}px; }}
    QMenu::item {{ padding: {px(5)}px {px(28)}px {px(5)}px {px(10)}px; }}
    QMenu::item:disabled {{ color: {t.muted}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: {px(4)}px; }}
    QToolBar {{ border: 0; border-bottom: 1px solid {t.line}; spacing: {px(6)}px;
        padding: {px(5)}px {px(8)}px; }}
    QToolBar QLabel {{ padding: 0 {px(2)}px; }}
    QToolBar::separator {{ background: {t.line}; width: 1px; margin: {px(4)}px {px(3)}px; }}
    """


def _buttons_and_lines(look: Look) -> str:
    """What is pressed, and what is typed in."""
    t, px = look.theme, look.px
    return f"""
    QToolButton, QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; padding: {px(5)}px {px(BUTTON_AIR)}px; }}
    QToolButton:hover, QPushButton:hover {{ border-color: {t.frame}; }}
    QToolButton:pressed, QPushButton:pressed, QToolButton:checked, QPushButton:checked {{
        background: {t.chip}; border-color: {t.data}; }}
    QToolButton:focus, QPushButton:focus, QLineEdit:focus {{ border: 2px solid {t.selection}; }}
    QToolButton:focus, QPushButton:focus {{ padding: {px(5) - 1}px {px(BUTTON_AIR) - 1}px; }}
    QToolBar > #more_tools {{ padding-left: {px(5)}px; padding-right: {px(5)}px; }}
    QToolButton:disabled, QPushButton:disabled {{ color: {t.muted}; background: {t.panel}; }}
    QToolButton[fill="data"]:enabled {{ background: {t.data}; color: {t.on_data}; border-color: {t.data};
        font-weight: bold; }}
    QToolButton[fill="grad"]:enabled {{ background: {t.grad}; color: {t.on_grad}; border-color: {t.grad};
        font-weight: bold; }}
    QToolButton[fill]:focus {{ background: {t.panel}; border-width: 2px; }}
    QToolButton[fill="data"]:focus {{ color: {t.data}; }}
    QToolButton[fill="grad"]:focus {{ color: {t.grad}; }}
    QLineEdit {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; padding: {px(4)}px {px(8)}px;
        selection-background-color: {t.data}; selection-color: {t.on_data}; }}
    QLineEdit > QToolButton {{ border: 0; padding: 0; background: transparent;
        image: url("{_icon("close", t)}"); }}
    QLineEdit > QToolButton:hover {{ background: {t.chip}; }}
    QToolBar > #qt_toolbar_ext_button, QMenuBar > #qt_menubar_ext_button {{ border: 0; padding: 0;
        image: url("{_icon("more", t)}"); }}
    QLineEdit#expression, QLineEdit#h {{ font-family: "{MONO}"; }}
    """


def _icon(name: str, theme: Theme) -> str:
    """The file of a picture that grows with its place."""
    return resource("icons", f"{name}-{'dark' if theme.dark else 'light'}.svg").as_posix()


def _choices(look: Look) -> str:
    """What is chosen from, progress, fields that were refused, and boxes to tick."""
    t, px = look.theme, look.px
    # The air is within the line, not around it: a script with taller lines than ours needs it.
    tall = QFontMetrics(look.font()).height() + 3 + 2 * (px(4) - px(1))
    return f"""
    QComboBox {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; padding: {px(1)}px {px(8)}px; min-height: {tall}px; }}
    QComboBox:hover {{ border-color: {t.frame}; }}
    QComboBox:focus {{ border: 2px solid {t.selection}; }}
    QComboBox:disabled {{ color: {t.muted}; background: {t.panel}; }}
    QComboBox::drop-down {{ border: 0; width: {px(20)}px; }}
    QComboBox::down-arrow {{ image: url("{_icon("down", t)}"); width: {px(10)}px; height: {px(10)}px; }}
    QComboBox QAbstractItemView {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.line};
        selection-background-color: {t.data}; selection-color: {t.on_data}; }}
    QProgressBar {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: {px(6)}px; text-align: center; }}
    QProgressBar::chunk {{ background: {t.chip}; border-radius: {px(5)}px; }}
    QLineEdit[refused="true"] {{ border: 2px solid {t.bad}; background: {t.bad_fill}; }}
    QDialog QScrollBar {{ background: {t.raised}; border: 0; }}
    QDialog QScrollBar:horizontal {{ height: {px(12)}px; }}
    QDialog QScrollBar:vertical {{ width: {px(12)}px; }}
    QDialog QScrollBar::handle {{ background: {t.frame}; border: {px(3)}px solid {t.raised};
        border-radius: {px(6)}px; min-width: {px(30)}px; min-height: {px(30)}px; }}
    QDialog QScrollBar::add-line, QDialog QScrollBar::sub-line {{ width: 0; height: 0; }}
    QCheckBox {{ border: 2px solid transparent; border-radius: 4px; }}
    QCheckBox:focus {{ border-color: {t.selection}; }}
    QCheckBox::indicator:checked {{ width: {px(14)}px; height: {px(14)}px; }}
    QCheckBox::indicator:unchecked {{ border: 1px solid {t.frame}; border-radius: 3px; background: {t.raised};
        width: {px(12)}px; height: {px(12)}px; }}
    """


def _labels_and_panes(look: Look) -> str:
    """Texts, docks, tabs, tables, tips and the status bar."""
    t, px = look.theme, look.px
    return f"""
    QLabel {{ background: transparent; color: {t.text}; }}
    QLabel[muted="true"] {{ color: {t.muted}; }}
    QLabel[refused="true"] {{ color: {t.bad}; font-weight: bold; }}
    QDockWidget::title {{ background: {t.panel}; padding: {px(6)}px {px(10)}px {px(2)}px {px(10)}px;
        border-bottom: 1px solid {t.line}; }}
    QDockWidget {{ color: {t.muted}; titlebar-close-icon: none; titlebar-normal-icon: none; }}
    QDockWidget::close-button, QDockWidget::float-button {{ subcontrol-origin: margin;
        subcontrol-position: center right; right: {px(6)}px; top: {px(2)}px;
        border: 0; border-radius: {px(4)}px;
        min-width: {px(18)}px; min-height: {px(18)}px; image: url("{_icon("close", t)}"); }}
    QDockWidget::float-button {{ right: {px(28)}px; image: url("{_icon("float", t)}"); }}
    QDockWidget::close-button:hover, QDockWidget::float-button:hover {{ background: {t.chip}; }}
    QTabBar::tab {{ background: {t.raised}; color: {t.muted}; padding: {px(5)}px {px(9)}px;
        border: 1px solid {t.line}; }}
    QTabBar::tab:selected {{ background: {t.panel}; color: {t.text}; border-bottom: 2px solid {t.data}; }}
    QTabBar::scroller {{ width: {px(36)}px; }}
    QTabBar QToolButton {{ padding: 0; border-radius: 0; }}
    QTabBar > #all_tabs::menu-indicator, QToolBar > #more_tools::menu-indicator {{ image: none; }}
    QHeaderView::section {{ color: {t.muted}; border: 0; border-bottom: 1px solid {t.line};
        padding: {px(4)}px {px(6)}px; }}
    QTableView {{ border: 0; gridline-color: {t.line}; selection-background-color: {t.chip};
        selection-color: {t.text}; }}
    QTableView#gradients {{ outline: 0; }}
    QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.frame}; padding: {px(4)}px; }}
    QStatusBar {{ border-top: 1px solid {t.line}; }}
    QStatusBar::item {{ border: 0; }}
    """
