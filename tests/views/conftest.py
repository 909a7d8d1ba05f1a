"""What the tests of several views share."""

import pytest

from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.theme import Look, load_fonts


@pytest.fixture
def plot_pane(qtbot):
    """Makes the pane of a session, at that width and height; it is not on screen yet."""

    def made(session, *size):
        load_fonts()
        bridge = Bridge(session)
        pane = PlotPane(bridge, Look())
        bridge.setParent(pane)
        qtbot.addWidget(pane)
        pane.resize(*size)
        return pane

    return made
