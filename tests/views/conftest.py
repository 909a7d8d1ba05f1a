"""What the tests of several views share."""

import pytest

from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.theme import Look, load_fonts
from tests.lecture import LECTURE


@pytest.fixture
def session():
    """The lecture's expression; a file of tests may have another one."""
    made = Session()
    made.build(LECTURE)
    return made


@pytest.fixture
def make_view(qtbot):
    """Makes a view of a session, at that width and height; it is not on screen yet."""

    def make(kind, session, *size, look=None):
        load_fonts()
        bridge = Bridge(session)
        view = kind(bridge, look or Look())
        bridge.setParent(view)
        qtbot.addWidget(view)
        view.resize(*size)
        return view

    return make


@pytest.fixture
def plot_pane(make_view):
    """Makes the pane of plots of a session, at that width and height; it is not on screen yet."""
    return lambda session, *size: make_view(PlotPane, session, *size)
