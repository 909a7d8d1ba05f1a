"""Theme and Mood: the colours, the fonts and the size of everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

FAMILY = "DejaVu Sans"
MONO = "DejaVu Sans Mono"
_FONT_FILES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSansMono-Bold")


@dataclass(frozen=True, slots=True)
class Theme:
    """Named colours as ``#rrggbb``; every text colour has 4.5:1 or more on every ground it stands on."""

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


LIGHT = Theme(
    name="light",
    dark=False,
    ground="#f5f7fa",
    grid="#e7ebf0",
    panel="#ffffff",
    raised="#f5f7fa",
    line="#d9dee5",
    frame="#8a94a3",
    text="#17202c",
    muted="#56606f",
    data="#0b63b0",
    grad="#b8460e",
    on_data="#ffffff",
    on_grad="#ffffff",
    accent="#f5a800",
    accent_fill="#fff6df",
    wire="#8a94a3",
    chip="#e6f0fa",
    good="#0a6e4f",
    bad="#b3261e",
    bad_fill="#fdecea",
    selection="#0b63b0",
)
DARK = Theme(
    name="dark",
    dark=True,
    ground="#0e1218",
    grid="#181e27",
    panel="#161c24",
    raised="#10151c",
    line="#2b333f",
    frame="#5d6b7d",
    text="#eef2f7",
    muted="#a3aebc",
    data="#6db7ff",
    grad="#ffa36b",
    on_data="#0b1420",
    on_grad="#1d0f05",
    accent="#ffc233",
    accent_fill="#3a3017",
    wire="#5d6b7d",
    chip="#17304a",
    good="#4fd1a5",
    bad="#ff8a80",
    bad_fill="#3d1c1a",
    selection="#6db7ff",
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


@dataclass(frozen=True, slots=True)
class Mood:
    """How everything is drawn: which colours, how large the text, whether for a hall."""

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

    def in_hall(self, height: int) -> Mood:
        """The same colours at a size that the back row reads: 28 px or more at a height of 1080."""
        return replace(self, scale=max(self.scale, 28 / 13 * max(0.7, height / 1080)), projector=True)


@cache
def load_fonts() -> None:
    """Make the program's font known to Qt; it is the one that matplotlib carries, so no machine lacks it."""
    spec = find_spec("matplotlib")  # found, not imported: the first paint does not pay for matplotlib
    if spec is None or not spec.submodule_search_locations:
        return
    folder = Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    for name in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(folder / f"{name}.ttf"))


def palette(theme: Theme) -> QPalette:
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
