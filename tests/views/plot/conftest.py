"""The pane of plots of the lecture's expression, and the same on screen."""

import pytest

from tests.views.plot.reading import drawn


@pytest.fixture
def pane(session, plot_pane):
    return plot_pane(session, 520, 400)


@pytest.fixture
def shown(pane, qtbot):
    """The pane on screen with its figure drawn."""
    pane.show()
    drawn(pane, qtbot)
    return pane
