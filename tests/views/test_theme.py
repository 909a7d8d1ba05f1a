"""Themes: texts that can be read, and colours that are told apart, also by eyes that see fewer of them."""

import itertools

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QLabel

from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.views.theme import ROOM, THEMES, Look, dress, scale_of_desktop, style_sheet

# How full deuteranopia and protanopia change linear RGB: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes,
# "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009): full.
EYES = {
    "all colours": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
TEXTS = ("text", "muted", "data", "grad", "good", "bad")
GROUNDS = ("panel", "ground", "raised", "chip", "accent_fill", "bad_fill")
Linear = tuple[float, float, float]


def seen(colour: str, eyes: str) -> Linear:
    """The light of that colour as those eyes see it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    red, green, blue = (
        min(1.0, max(0.0, sum(share * part for share, part in zip(row, light, strict=True))))
        for row in EYES[eyes]
    )
    return red, green, blue


def brightness(light: Linear) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def contrast(one: str, two: str, eyes: str = "all colours") -> float:
    """As WCAG 2 has it."""
    darker, lighter = sorted((brightness(seen(one, eyes)), brightness(seen(two, eyes))))
    return (lighter + 0.05) / (darker + 0.05)


def distance(one: str, two: str, eyes: str) -> float:
    """In CIELAB, of 1976; 2.3 can just be noticed side by side."""

    def lab(light: Linear) -> Linear:
        red, green, blue = light
        x, y = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505, brightness(light)
        z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
        x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    pairs = zip(lab(seen(one, eyes)), lab(seen(two, eyes)), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", THEMES)
def test_every_text_stands_out_on_every_ground(name: str, eyes: str) -> None:
    theme = THEMES[name]
    least = 7.0 if theme.contrast else 4.5 if eyes == "all colours" else 4.0
    for text, ground in itertools.product(TEXTS, GROUNDS):
        assert contrast(getattr(theme, text), getattr(theme, ground), eyes) >= least, (text, ground)
    for text, ground in (("on_data", "data"), ("on_grad", "grad")):
        assert contrast(getattr(theme, text), getattr(theme, ground), eyes) >= least, (text, ground)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", THEMES)
def test_data_and_grad_and_what_acts_are_told_apart_by_all_eyes(name: str, eyes: str) -> None:
    theme = THEMES[name]
    for one, two, least in (
        ("data", "grad", 40),
        ("data", "text", 25),
        ("grad", "text", 25),
        ("accent", "frame", 40),  # around the node that acts, and around the others
        ("accent", "selection", 40),
        ("accent_fill", "panel", 10),
        ("chip", "panel", 7),
    ):
        assert distance(getattr(theme, one), getattr(theme, two), eyes) >= least, (one, two)


@pytest.mark.parametrize("name", [name for name, theme in THEMES.items() if theme.contrast])
def test_in_high_contrast_lines_stand_out_as_texts_do(name: str) -> None:
    theme = THEMES[name]
    for line in ("frame", "wire", "line", "accent", "bad", "selection"):
        for ground in ("ground", "panel"):
            assert contrast(getattr(theme, line), getattr(theme, ground)) >= 7.0, (line, ground)
    palette = PALETTES[name]
    assert palette.strong > PALETTES["light"].strong


def test_each_theme_has_another_one_dark_or_light_and_with_or_without_contrast(qapp) -> None:
    for theme in THEMES.values():
        assert theme.other().dark is not theme.dark
        assert theme.other().contrast is theme.contrast
        assert theme.other_contrast().contrast is not theme.contrast
        assert theme.other_contrast().dark is theme.dark
        assert theme.other().other() is theme
        assert theme.text in style_sheet(replace(Look(), theme=theme))


def test_a_widget_is_styled_anew_only_where_its_own_sheet_differs(qtbot) -> None:
    styled: list[str] = []

    class Watched(QLabel):
        def setStyleSheet(self, sheet: str) -> None:
            styled.append(sheet)
            super().setStyleSheet(sheet)

    label = Watched("words")
    qtbot.addWidget(label)
    for sheet in ("color: #102030", "color: #102030", "color: #302010"):
        dress(label, sheet)
    assert styled == ["color: #102030", "color: #302010"]
    assert label.styleSheet() == "color: #302010"


@pytest.mark.parametrize(
    ("points", "scale"), [(9, 1.0), (11, 1.0), (20, 20 * 96 / 72 / 13), (40, 1920 / ROOM)]
)
def test_text_is_as_large_as_the_desktop_s_where_that_was_made_large(
    qapp, monkeypatch, points: float, scale: float
) -> None:
    class Screen:
        def logicalDotsPerInchY(self) -> float:
            return 96.0

        def availableSize(self) -> QSize:
            return QSize(1920, 1080)

    monkeypatch.setattr(QFontDatabase, "systemFont", lambda _: QFont("DejaVu Sans", points))
    monkeypatch.setattr(QGuiApplication, "primaryScreen", Screen)
    assert scale_of_desktop() == pytest.approx(scale)
