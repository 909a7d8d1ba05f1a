"""The palette in a window: what is met most, and what is folded away until somebody asks for it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from micrograd.ops import OPS
from micrograd_gui.views.palette import OfferButton, OpPalette
from micrograd_gui.views.theme import THEMES, Look


def test_rarer_functions_are_folded_away_and_made_when_they_are_asked_for(qtbot):
    palette = OpPalette(Look(THEMES["light"]))
    qtbot.addWidget(palette)
    palette.resize(200, 500)
    palette.show()
    assert set(OPS) <= palette.offered
    assert palette.findChild(QPushButton, "offer_tanh").isVisible()
    assert palette.findChild(QPushButton, "offer_max") is None
    heading = palette.findChild(QToolButton, "more_offers")
    assert "max, min, leaky" in heading.toolTip()
    qtbot.mouseClick(heading, Qt.MouseButton.LeftButton)
    softplus = palette.findChild(OfferButton, "offer_softplus")
    assert softplus.isVisible()
    assert softplus.font().pointSizeF() == palette.findChild(OfferButton, "offer_tanh").font().pointSizeF()
    with qtbot.waitSignal(palette.chosen) as chosen:
        softplus.click()
    assert chosen.args == ["softplus"]
    palette.refill(Look(THEMES["dark"]))
    assert palette.findChild(OfferButton, "offer_softplus").isVisible()
    qtbot.mouseClick(palette.findChild(QToolButton, "more_offers"), Qt.MouseButton.LeftButton)
    assert not palette.findChild(OfferButton, "offer_softplus").isVisible()
