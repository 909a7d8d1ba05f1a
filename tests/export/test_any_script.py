"""Labels in scripts that the font of figures lacks: a font of the machine does, or it is told."""

import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image

import micrograd_gui as mg
from micrograd_gui import fonts
from micrograd_gui.export import glyphs

SIGNS = "重み入"


def a_font(path: Path) -> Path:
    """A font in which each of these signs is a black square, and which has nothing else."""
    pen = TTGlyphPen(None)
    for at, point in enumerate([(50, 0), (50, 800), (950, 800), (950, 0)]):
        (pen.lineTo if at else pen.moveTo)(point)
    pen.closePath()
    square, names = pen.glyph(), [".notdef", *(f"sign{at}" for at in range(len(SIGNS)))]
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({ord(sign): f"sign{at}" for at, sign in enumerate(SIGNS)})
    made.setupGlyf(dict.fromkeys(names, square))
    made.setupHorizontalMetrics(dict.fromkeys(names, (1000, 50)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": "Squares", "styleName": "Regular", "psName": "Squares"})
    made.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    made.setupPost()
    made.save(path)
    return path


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[Path]]:
    """A machine on which there are those fonts alone that a test puts on it."""
    there: list[Path] = []

    def forget() -> None:
        for cached in (fonts.fallbacks, fonts._with_sign, glyphs._laid_out):
            cached.cache_clear()

    monkeypatch.setattr(fonts, "installed", lambda: tuple(there))
    forget()
    yield there
    forget()


def exported(path: Path, label: str) -> list[str]:
    """What was told while a graph with that label was exported."""
    graph = mg.parse("a = 2").relabelled(1, label)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        mg.render(graph, path, gradients=False)
    return [str(each.message) for each in told]


def ink(path: Path) -> int:
    with Image.open(path) as picture:
        return picture.convert("L").point(lambda value: value < 100).histogram()[1]


def test_the_font_that_has_the_signs_writes_them(machine: list[Path], tmp_path: Path) -> None:
    (told,) = exported(tmp_path / "boxes.png", "重み_1")
    assert told == "No font of this machine has 重み: boxes stand in their place."
    glyphs._laid_out.cache_clear()
    fonts.fallbacks.cache_clear()
    fonts._with_sign.cache_clear()
    machine.append(a_font(tmp_path / "squares.ttf"))
    for suffix in (".png", ".gif", ".pdf"):
        assert exported(tmp_path / f"a{suffix}", "重み_1") == []
    assert ink(tmp_path / "a.png") > ink(tmp_path / "boxes.png") + 600, "squares are full, boxes empty"


def test_in_a_pdf_the_font_is_embedded_and_the_text_is_text(machine: list[Path], tmp_path: Path) -> None:
    machine.append(a_font(tmp_path / "squares.ttf"))
    path = tmp_path / "a.pdf"
    assert exported(path, "入 b_2") == []
    assert mg.read(path).nodes[1].label == "入 b_2"
    try:
        named = subprocess.run(["pdffonts", path], capture_output=True, text=True).stdout
        said = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        pytest.skip("poppler is not here")
    assert "Squares" in named
    assert "入" in said


def test_what_goes_from_right_to_left_does_so_in_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    assert exported(path, "שלום") == []
    try:
        said = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        pytest.skip("poppler is not here")
    assert "שלום" in said


def test_no_other_font_is_looked_for_where_ours_has_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "installed", lambda: pytest.fail("nothing is missing"))
    assert fonts.fallbacks("смещение ∂L/∂w וזן") == ()
    assert fonts.without_font(["αβγ", "w_1", "−1.5 × ·"]) == ""
