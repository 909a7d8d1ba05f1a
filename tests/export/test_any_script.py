"""Labels in scripts that the font of figures lacks: a font of the machine does, or it is told."""

import io
import re
import subprocess
import warnings
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Unpack

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from PIL import Image

import micrograd_gui as mg
from micrograd_gui import fonts, languages, resource
from micrograd_gui.document.errors import Refusal
from micrograd_gui.export import glyphs
from micrograd_gui.export.options import RenderOptions
from micrograd_gui.figures import text_metrics

SIGNS = "重み入मन"


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


class Machine(list[Path]):
    """The fonts that a test puts on a machine which has no others."""

    def append(self, path: Path) -> None:
        """Install the font."""
        super().append(path)
        self.forget()

    def entries(self) -> tuple[tuple[resource.FontFile, str, int], ...]:
        return tuple((resource.FontFile(each, 0, "Squares"), "normal", 400) for each in self)

    def forget(self) -> None:
        for cached in (
            fonts.family_named, fonts._fallbacks, fonts._with_sign, fonts.installed, fonts._bold_ones,
            glyphs._laid_out, text_metrics._in_fonts,
        ):  # fmt: skip
            cached.cache_clear()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine on which there are those fonts alone that a test puts on it."""
    there = Machine()
    monkeypatch.setattr(fonts, "_entries", there.entries)
    there.forget()
    yield there
    monkeypatch.undo()
    there.forget()


def exported(path: Path, label: str, **options: Unpack[RenderOptions]) -> list[str]:
    """What was told while a graph with that label was exported."""
    graph = mg.parse("a = 2").relabelled(1, label)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        mg.render(graph, path, gradients=False, **options)
    return [str(each.message) for each in told]


def ink(path: Path) -> int:
    with Image.open(path) as picture:
        return picture.convert("L").point(lambda value: value < 100).histogram()[1]


def test_the_font_that_has_the_signs_writes_them(machine: Machine, tmp_path: Path) -> None:
    (told,) = exported(tmp_path / "boxes.png", "重み_1")
    assert told == "No font of this machine has 重み: boxes stand in their place."
    machine.append(a_font(tmp_path / "squares.ttf"))
    for suffix in (".png", ".gif", ".pdf"):
        assert exported(tmp_path / f"a{suffix}", "重み_1") == []
    assert ink(tmp_path / "a.png") > ink(tmp_path / "boxes.png") + 600, "squares are full, boxes empty"


def test_in_a_pdf_the_font_is_embedded_and_the_text_is_text(machine: Machine, tmp_path: Path) -> None:
    machine.append(a_font(tmp_path / "squares.ttf"))
    path = tmp_path / "a.pdf"
    assert exported(path, "入 b", style="canvas", width="1.1cm", text="4pt") == []
    assert mg.read(path).nodes[1].label == "入 b"
    try:
        named = subprocess.run(["pdffonts", path], capture_output=True, text=True).stdout
        said = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        pytest.skip("poppler is not here")
    assert "Squares" in named
    assert "入" in said
    assert "2.0000" in said, "what comes after it is in the font of figures again"


def test_a_font_of_this_machine_writes_japanese(tmp_path: Path) -> None:
    if fonts.without_font(["重み入力偏差"]):
        pytest.skip("no font of this machine has Japanese")
    graph = mg.parse("a = 2; b = 3; c = 4; L = a*b + c")
    for name, label in zip("abc", ("重み", "入力", "偏差"), strict=True):
        graph = graph.relabelled(graph.named(name), label)
    mg.render(graph, tmp_path / "a.pdf")
    family = fonts.fallbacks("重み入力偏差", bold=True)[0].family.replace(" ", "")
    try:
        named = subprocess.run(["pdffonts", tmp_path / "a.pdf"], capture_output=True, text=True).stdout
        said = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        pytest.skip("poppler is not here")
    assert family in named
    assert {"重み", "入力", "偏差"} <= set(said.split())


def test_an_svg_brings_the_signs_that_its_reader_may_lack(machine: Machine, tmp_path: Path) -> None:
    machine.append(a_font(tmp_path / "squares.ttf"))
    exported(tmp_path / "a.svg", "重み_1")
    text = (tmp_path / "a.svg").read_text("utf-8")
    assert "font-family=\"'micrograd-Squares', DejaVu Sans" in text
    (data,) = re.findall(r"data:font/woff;base64,([^)]+)\)", text)
    with TTFont(io.BytesIO(b64decode(data))) as font:
        assert set(font.getBestCmap()) == {ord("重"), ord("み")}
    assert mg.read(tmp_path / "a.svg").nodes[1].label == "重み_1"
    exported(tmp_path / "b.svg", "w_1")
    assert "<style" not in (tmp_path / "b.svg").read_text("utf-8")


def test_what_goes_from_right_to_left_does_so_in_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    assert exported(path, "שלום") == []
    try:
        said = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        pytest.skip("poppler is not here")
    assert "שלום" in said


def test_signs_are_written_as_the_language_in_use_does(machine: Machine, monkeypatch, tmp_path) -> None:
    file = a_font(tmp_path / "squares.ttc")
    there = [resource.FontFile(file, at, f"Noto Sans CJK {of}") for at, of in enumerate(("JP", "KR", "SC"))]
    monkeypatch.setattr(fonts, "_entries", lambda: tuple((each, "normal", 400) for each in there))
    for code, of in (("en", "JP"), ("zh_CN", "SC"), ("somewhere/ja.po", "JP")):
        monkeypatch.setattr(languages, "_used", code)
        machine.forget()
        assert fonts.installed()[0].family == f"Noto Sans CJK {of}"


def test_no_other_font_is_looked_for_where_ours_has_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_entries", lambda: pytest.fail("nothing is missing"))
    assert fonts.fallbacks("смещение ∂L/∂w וזן") == ()
    assert fonts.without_font(["αβγ", "w_1", "−1.5 × ·"]) == ""


def test_a_text_is_measured_in_the_font_that_writes_it(machine: Machine, tmp_path: Path) -> None:
    boxes = text_metrics.width("मन", 10.0)
    machine.append(a_font(tmp_path / "squares.ttf"))
    assert text_metrics.width("मन", 10.0) == pytest.approx(20.0)
    assert boxes == pytest.approx(text_metrics.width("□□", 10.0), rel=1e-3)  # each is rounded by itself
    assert text_metrics.width("मन b_2", 10.0) > text_metrics.width("मन b2", 10.0) * 0.8


def test_joined_letters_are_measured_as_they_are_joined() -> None:
    """Of DejaVu Sans, which has Arabic: what joins is narrower than its letters, one by one."""
    apart = sum(text_metrics.width(each, 10.0) for each in "مرحبا")
    assert 0.5 * apart < text_metrics.width("مرحبا", 10.0) < 0.95 * apart
    assert text_metrics.shown_label("می\u200cخواهم") == "می\u200cخواهم"


# A font by name -----------------------------------------------------------------------------------------


def width_of_page(path: Path) -> float:
    with Image.open(path) as picture:
        return picture.width


def test_a_figure_is_drawn_in_the_font_that_was_asked_for(tmp_path: Path) -> None:
    """DejaVu Serif comes with matplotlib: every machine has it."""
    graph = mg.parse("wwwwwwwwwwww_1 = 2; L = wwwwwwwwwwww_1 * 3")
    for name in ("a.svg", "a.png", "a.pdf", "a.html", "a.dot", "a.tex"):
        mg.render(graph, tmp_path / name, font="dejavu  serif")
    mg.render(graph, tmp_path / "ours.png")
    assert "'DejaVu Serif', DejaVu Sans" in (tmp_path / "a.svg").read_text("utf-8")
    assert "'DejaVu Serif', DejaVu Sans" in (tmp_path / "a.html").read_text("utf-8")
    assert 'fontname="DejaVu Serif"' in (tmp_path / "a.dot").read_text("utf-8")
    assert r"\newfontfamily\microgradown{DejaVu Serif}" in (tmp_path / "a.tex").read_text("utf-8")
    assert b"DejaVuSerif" in (tmp_path / "a.pdf").read_bytes()
    assert width_of_page(tmp_path / "a.png") != width_of_page(tmp_path / "ours.png"), (
        "letters are as wide as they are"
    )
    assert resource.asked() is None, "nothing is left of it"


def test_what_the_font_lacks_another_has(machine: Machine, tmp_path: Path) -> None:
    machine.append(a_font(tmp_path / "squares.ttf"))
    graph = mg.parse("a = 2").relabelled(1, "重 w")
    mg.render(graph, tmp_path / "a.png", font="Squares")
    mg.render(graph, tmp_path / "b.png")
    assert ink(tmp_path / "a.png") > 600


def test_a_font_that_is_not_here_is_refused_with_those_near_to_it(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        mg.render(mg.parse("a = 2"), tmp_path / "a.png", font="DejaVu Seri")
    assert str(refused.value).startswith(
        "font must be on this machine, as “DejaVu Seri” is not; near to it are “DejaVu Serif"
    )
    with pytest.raises(Refusal, match="the name of a font"):
        mg.render(mg.parse("a = 2"), tmp_path / "a.png", font=3)  # type: ignore[typeddict-item]
    assert not list(tmp_path.iterdir())
