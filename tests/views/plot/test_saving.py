"""A plot saved as SVG, PNG, PDF or CSV."""

import shutil
import subprocess
from contextlib import suppress
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage

from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.views.theme import Look
from tests.views.plot.reading import settle, surface


@pytest.mark.parametrize("kind", ["sweep", "error"])
@pytest.mark.parametrize(
    "text", ["a = 1e308; L = a*2", "a = 1e308; L = a + 1", "a = 5e-324; L = 1/a", "a = -2; L = log(a)"]
)
def test_numbers_at_the_ends_of_their_range_are_drawn_or_said(pane, session, tmp_path, kind, text):
    """Warnings of numpy and errors while painting fail a test."""
    for span in (None, (1e308, 1.1e308), (0.0, 5e-324), (-8e307, 8e307)):
        session.new()
        session.build(text)
        leaf = session.state.graph.named("a")
        session.select([leaf])
        if span is not None:
            session.set_range(leaf, span)
        pane.show_kind(kind)
        pane.grab()
        with suppress(Refusal):
            session.backward()
            pane.grab()
        said = None
        try:
            pane.save(tmp_path / "plot.csv")
        except Refusal as refusal:
            said = str(refusal)
        assert said in (None, pane.view.words.text()), span
        assert said is None or "inf" in said or "nan" in said, span


def test_the_plot_is_saved(shown, session, tmp_path):
    session.backward()
    for suffix in ("svg", "png", "PNG"):
        path = tmp_path / suffix / f"plot.{suffix}"
        path.parent.mkdir(exist_ok=True)  # where PNG is no other name than png
        path.unlink(missing_ok=True)
        shown.save(path)
        if suffix == "svg":
            assert ElementTree.parse(path).getroot().tag.endswith("svg")
        else:
            assert QImage(str(path)).width() > 800, suffix
        assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_in_a_saved_svg_text_stays_text(shown, session, tmp_path):
    session.backward()
    shown.save(tmp_path / "plot.svg")
    root = ElementTree.parse(tmp_path / "plot.svg").getroot()
    said = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert surface(shown).axes.get_xlabel() in said


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler is not here")
def test_a_saved_pdf_is_one_page_of_text_and_lines_with_its_fonts_in_it(shown, session, tmp_path):
    session.backward()
    shown.save(tmp_path / "plot.pdf")

    def told(*command: str) -> str:
        return subprocess.run([*command], capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    assert "Pages:           1\n" in told("pdfinfo", "plot.pdf")
    assert surface(shown).axes.get_xlabel() in told("pdftotext", "plot.pdf", "-").splitlines()
    fonts = told("pdffonts", "plot.pdf").splitlines()[2:]
    assert fonts
    assert all("TrueType" in line and line.split()[-5] == "yes" for line in fonts)
    assert len(told("pdfimages", "-list", "plot.pdf").splitlines()) == 2, "a heading and no picture"
    first = (tmp_path / "plot.pdf").read_bytes()
    shown.save(tmp_path / "plot.pdf")
    assert (tmp_path / "plot.pdf").read_bytes() == first


def test_saving_twice_gives_the_same_bytes_and_the_screen_goes_on(shown, session, tmp_path, qtbot):
    session.backward()
    shown.save(tmp_path / "one.svg")
    shown.save(tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    settle(qtbot)
    before = surface(shown).grab().toImage()
    session.first()
    session.last()
    settle(qtbot)
    assert surface(shown).grab().toImage() == before


def test_what_is_saved_has_the_live_marks_in_it(shown, session, tmp_path):
    shown.save(tmp_path / "before.svg")
    session.backward()
    shown.save(tmp_path / "after.svg")
    colour = Look().theme.grad
    assert colour not in (tmp_path / "before.svg").read_text()
    assert colour in (tmp_path / "after.svg").read_text()


def test_it_can_be_saved_before_it_was_ever_shown(pane, tmp_path):
    pane.save(tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").stat().st_size > 1000


def test_other_suffixes_and_empty_plots_are_refused_and_nothing_is_written(pane, session, tmp_path):
    with pytest.raises(FileRefusal, match=r"\.svg, \.pdf, \.png or \.csv"):
        pane.save(tmp_path / "plot.bmp")
    with pytest.raises(FileRefusal, match="no folder"):
        pane.save(tmp_path / "nowhere" / "plot.svg")
    session.new()
    with pytest.raises(Refusal, match="Nothing to plot"):
        pane.save(tmp_path / "plot.svg")
    assert list(tmp_path.iterdir()) == []
