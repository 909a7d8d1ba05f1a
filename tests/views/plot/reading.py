"""What tests read off a plot that is drawn, and how they wait for it."""

import numpy as np

from micrograd_gui.views.plot.surface import PlotSurface


def drawn(pane, qtbot):
    qtbot.waitUntil(lambda: pane.findChild(PlotSurface) is not None and surface(pane).isVisible())
    settle(qtbot)
    return surface(pane)


def settle(qtbot):
    """Let what waits for the next turn of the event loop happen."""
    qtbot.wait(5)


def surface(pane):

    return pane.findChild(PlotSurface)


def words(pane):
    """What the key says."""
    return [text.get_text() for text in surface(pane).axes.texts]


def line(pane, style):
    """The (x, y) of the line drawn in that style."""
    found = next(each for each in surface(pane)._lines if each.shape[1] == style)
    return np.asarray(found.get_xdata(), float), np.asarray(found.get_ydata(), float)


def named(session, name):
    return session.state.graph.named(name)


def shown(pane, kind, qtbot):
    """The surface with that kind drawn on it."""
    pane.show_kind(kind)
    qtbot.waitUntil(lambda: pane.view.static is not None)
    qtbot.waitUntil(lambda: pane._bridge.shown is pane._bridge.state)  # the end of a run comes in its turn
    settle(qtbot)
    qtbot.waitUntil(lambda: pane.view.surface._ground is not None)  # drawn
    return pane.view.surface


def pixels(surface):
    return np.asarray(surface.buffer_rgba()).copy()


def run(session, steps):
    session.set_plan(steps=steps)
    session.train_start()
    while session.train_tick(1):
        pass
