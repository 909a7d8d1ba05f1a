"""Words and sizes of a plot: labels of any kind, any size of the pane, a projector, the theme's colours."""

from xml.etree import ElementTree

import pytest
from PySide6.QtWidgets import QToolButton

from micrograd_gui.views.theme import DARK, Look
from tests.views.plot.reading import named, settle, surface

HOSTILE = ("$x_1$", "\\frac{", "_a", "a$b", "100%", "<b>", "😀", "漢字", "a\nb", "x" * 300, "^{}")


def test_hostile_labels_are_drawn_as_they_are(shown, session, qtbot, tmp_path):
    a = named(session, "a")
    for at, label in enumerate(HOSTILE):
        session.rename(a, label)
        session.backward()
        settle(qtbot)
        shown.save(tmp_path / f"{at}.svg")
        ElementTree.parse(tmp_path / f"{at}.svg")


def test_dollars_are_no_formula(shown, session, qtbot):
    session.rename(named(session, "a"), "$a$")
    settle(qtbot)
    assert surface(shown).axes.get_xlabel() == "$a$"
    assert not surface(shown).axes.xaxis.label.get_parse_math()


@pytest.mark.parametrize("projector", [False, True])
def test_any_size_can_be_drawn(shown, session, qtbot, projector):
    shown.set_look(Look(DARK).projected(1080) if projector else Look(DARK))
    for size in ((40, 40), (300, 120), (60, 500), (900, 60), (120, 120), (1600, 900)):
        shown.resize(*size)
        session.backward()
        session.nudge(named(session, "a"), 0.5)
        settle(qtbot)
        assert not shown.grab().isNull(), size


@pytest.mark.parametrize("size", [(520, 400), (420, 300), (1000, 700)])
def test_no_word_is_cut_off_by_the_edge(shown, session, qtbot, size):
    session.build("x = 300000; f = x * 123456")
    shown.resize(*size)
    session.backward()
    settle(qtbot)
    found = surface(shown)
    figure = found.figure.bbox
    axes = found.axes
    for text in (
        axes.title,
        axes.xaxis.label,
        axes.yaxis.label,
        *axes.get_yticklabels(),
        *axes.get_xticklabels(),
    ):
        if not (text.get_visible() and text.get_text()):
            continue
        box = text.get_window_extent()
        if (
            text in axes.get_xticklabels()
            and not axes.bbox.x0 - 1 <= (box.x0 + box.x1) / 2 <= axes.bbox.x1 + 1
        ):
            continue  # beyond the axes: matplotlib does not draw it
        if (
            text in axes.get_yticklabels()
            and not axes.bbox.y0 - 1 <= (box.y0 + box.y1) / 2 <= axes.bbox.y1 + 1
        ):
            continue
        assert box.x0 >= 0, text
        assert box.x1 <= figure.width, text
        assert box.y0 >= 0, text
        assert box.y1 <= figure.height, text


@pytest.mark.parametrize("height", [720, 1080])
def test_in_a_hall_all_text_has_28_pixels_or_more(shown, session, qtbot, height):
    session.backward()
    shown.set_look(Look(DARK).projected(height))
    shown.resize(640, height - 150)
    settle(qtbot)
    axes = surface(shown).axes
    for text in (axes.title, axes.xaxis.label, *axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()):
        assert text.get_fontsize() * surface(shown).figure.dpi / 72 >= 27.9
    assert not shown.findChild(QToolButton, "plot_sweep").isVisible()
    shown.set_look(Look())
    shown.resize(1000, height - 150)  # else a style that a window has left behind may make the row too wide
    qtbot.waitUntil(shown.findChild(QToolButton, "plot_sweep").isVisible)
    qtbot.waitUntil(lambda: axes.title.get_fontsize() * surface(shown).figure.dpi / 72 < 16)


def test_the_picture_has_the_colours_of_the_theme(shown, session, qtbot):
    for look in (Look(), Look(DARK)):
        shown.set_look(look)
        settle(qtbot)
        image = surface(shown).grab().toImage()
        assert image.pixelColor(2, image.height() - 2).name() == look.theme.panel
        colours = {
            image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(image.height())
        }
        assert look.theme.data in colours
