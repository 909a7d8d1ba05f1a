"""The pane of plots of a graph that learns."""

import pytest

from micrograd_gui.session.session import Session
from tests.views import learning


@pytest.fixture
def session():
    return Session(learning.plane())


@pytest.fixture
def pane(qtbot, session, plot_pane):
    made = plot_pane(session, 620, 640)
    made.show()
    qtbot.wait(5)
    return made
