"""The pane of plots of the lecture's expression, and the same on screen."""

import pytest

from micrograd_gui.session.session import Session
from tests.lecture import LECTURE
from tests.views.plot.reading import drawn


@pytest.fixture
def session():
    made = Session()
    made.build(LECTURE)
    return made


@pytest.fixture
def pane(session, plot_pane):
    return plot_pane(session, 520, 400)


@pytest.fixture
def shown(pane, qtbot):
    """The pane on screen with its figure drawn."""
    pane.show()
    drawn(pane, qtbot)
    return pane
