"""A plot whose labels are in scripts that the font of figures lacks."""

from collections.abc import Iterator

import pytest
from matplotlib import font_manager

from micrograd_gui import fonts
from tests.export.test_any_script import a_font
from tests.views.plot.reading import named, settle, surface, words


def forget() -> None:
    for cached in (fonts._entries, fonts.installed, fonts._bold_ones, fonts._with_sign, fonts._fallbacks):
        cached.cache_clear()


@pytest.fixture
def only_squares(monkeypatch, tmp_path) -> Iterator[None]:
    """A machine whose one font has squares for three signs."""
    monkeypatch.setattr(font_manager.fontManager, "ttflist", list(font_manager.fontManager.ttflist))
    font_manager.fontManager.addfont(a_font(tmp_path / "squares.ttf"))
    squares = [each for each in fonts._entries.__wrapped__() if each[0].family == "Squares"]
    monkeypatch.setattr(fonts, "_entries", lambda: tuple(squares))
    fonts.installed.cache_clear()
    fonts._with_sign.cache_clear()
    fonts._fallbacks.cache_clear()
    yield
    monkeypatch.undo()
    forget()


def test_title_axes_and_key_are_written_by_the_font_that_has_the_signs(only_squares, shown, session, qtbot):
    session.rename(named(session, "a"), "重み_1")
    session.rename(named(session, "L"), "入")
    session.backward()
    settle(qtbot)
    axes, frame = surface(shown).axes, surface(shown)._frame
    for text, said in (
        (axes.title, "how 入 answers to 重み₁"),
        (axes.xaxis.label, "重み₁"),
        (axes.yaxis.label, "入"),
    ):
        assert text.get_text() == said
        assert text.get_fontfamily() == ["DejaVu Sans", "Squares"]
    assert frame.note.get_text() == ""
    assert any("重み₁.grad" in each for each in words(shown))
    shown.grab()  # a sign that is drawn and missing would be a warning


def test_signs_that_no_font_has_are_boxes_and_that_is_said(only_squares, shown, session, qtbot):
    a = named(session, "a")
    session.rename(a, "偏差")
    settle(qtbot)
    assert surface(shown).axes.get_xlabel() == "□□"
    note = surface(shown)._frame.note
    assert note.get_text() == "No font of this machine has U+504F U+5DEE: boxes stand in their place."
    session.rename(a, "重")
    settle(qtbot)
    assert note.get_text() == ""


def test_what_stands_beside_a_name_from_right_to_left_stays_where_it_is(shown, session, qtbot):
    session.rename(named(session, "L"), "שלום")
    session.backward()
    settle(qtbot)
    said = next(each for each in words(shown) if " = " in each and "שלום" in each)
    assert "\u200eשלום\u200e" in said
