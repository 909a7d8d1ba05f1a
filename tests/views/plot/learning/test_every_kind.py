"""What all plots of a graph that learns have in common: looks, exports, numbers, a narrow pane."""

import csv

import numpy as np
import pytest
from PySide6.QtGui import QImage

from micrograd_gui.views.theme import DARK, Look
from tests.views.plot.reading import pixels, run, shown

KINDS = ("slice", "error", "loss", "boundary", "gradients")


@pytest.mark.parametrize(
    ("look", "suffix"), [(Look(), "svg"), (Look(DARK, 1.5), "pdf"), (Look(DARK).projected(700), "png")]
)
def test_every_kind_is_drawn_in_every_look_and_exported_with_its_numbers(
    pane, session, qtbot, tmp_path, look, suffix
):
    run(session, 5)
    pane.set_look(look)
    told = set()
    for kind in KINDS:
        shown(pane, kind, qtbot)
        colours = pixels(pane.view.surface).view(np.uint32)
        assert len(np.unique(colours)) > 20, kind  # a number for each colour
        for each in (suffix, "csv"):
            pane.save(tmp_path / f"{kind}.{each}")
        text = (tmp_path / f"{kind}.csv").read_text("utf-8")
        rows = list(csv.reader(text.splitlines()))
        assert rows[0][0] == "what", kind
        assert len(rows) > 5, kind
        assert (tmp_path / f"{kind}.{suffix}").stat().st_size > 1000, kind
        told |= {colours.tobytes(), text}
    assert len(told) == 2 * len(KINDS), "each has a picture and numbers of its own"


def test_in_a_saved_picture_the_point_lies_on_the_curve_as_on_screen(pane, session, qtbot, tmp_path):
    run(session, 8)
    surface = shown(pane, "loss", qtbot)
    pane.save(tmp_path / "loss.png")
    training = session.state.training
    x, y = 2 * surface.axes.transData.transform((training.k, training.loss))  # saved at twice the size
    picture = QImage(str(tmp_path / "loss.png"))
    middle = picture.pixelColor(round(x), picture.height() - 1 - round(y)).name().lower()
    assert middle == Look().theme.accent.lower()


def test_a_narrow_pane_offers_the_kinds_in_a_list(pane, qtbot):
    from PySide6.QtWidgets import QComboBox

    choice = pane.findChild(QComboBox, "plot_kind")
    pane.resize(900, 500)
    assert not choice.isVisible()
    pane.resize(300, 500)
    qtbot.waitUntil(choice.isVisible)
    choice.setCurrentIndex(choice.findData("gradients"))
    choice.activated.emit(choice.currentIndex())
    assert pane.kind == "gradients"
