"""Where the panes are at first: what is drawn in them can be read at every usual size of a screen."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QTabBar

from micrograd_gui.app.settings import LARGEST, Settings
from micrograd_gui.app.tabs import Going
from micrograd_gui.figures.parts import SMALL
from micrograd_gui.files.documents import examples
from micrograd_gui.views.canvas.card_geometry import CARDS_FROM
from micrograd_gui.views.rendered_graph import LEGIBLE

OF_EXPRESSIONS = [each.name for each in examples() if not each.trains]


def show_example(window, qtbot, name):
    window.findChild(QAction, f"example_{name}").trigger()
    window.session.forward()
    window.canvas.fit()


def test_a_small_window_has_names_and_numbers_of_every_example_on_the_canvas(opened, qtbot):
    window = opened(size=(1024, 700))
    for name in OF_EXPRESSIONS:
        show_example(window, qtbot, name)
        assert window.canvas.zoom > CARDS_FROM * 1.3, name  # below CARDS_FROM no number is drawn
        seen = window.canvas.mapToScene(window.canvas.viewport().rect()).boundingRect()
        assert seen.contains(window.canvas.graph_scene.bounds()), name


@pytest.mark.parametrize("size", [(1366, 768), (1600, 900), (1920, 1080)])
def test_the_rendered_graph_is_legible_at_its_first_size(opened, qtbot, size):
    window = opened(size=size)
    pane = window.panes.rendered_graph
    assert pane.isVisible()
    for name in OF_EXPRESSIONS:
        show_example(window, qtbot, name)
        nodes = len(window.session.state.graph)
        qtbot.waitUntil(lambda n=nodes: pane.figure is not None and len(pane.figure.boxes) == n)
        qtbot.waitUntil(lambda: not pane.message)
        assert pane._zoom * SMALL >= LEGIBLE, name
        assert pane.height() >= 4 * 26, name


def test_another_window_of_the_same_look_has_no_widget_styled_anew(opened, act):
    first = opened("neuron")
    styled = []

    class Heard(QObject):
        def eventFilter(self, _watched, event):
            if event.type() in (QEvent.Type.StyleChange, QEvent.Type.ApplicationFontChange):
                styled.append(event.type())
            return False

    heard = Heard()
    first.installEventFilter(heard)
    second = opened("lecture")
    assert not styled
    act(second, "text_larger")
    assert styled, "the look is that of all windows"


def test_a_window_is_laid_out_once_before_it_is_seen(opened, qtbot):
    found = []

    class Sizes(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Resize and watched.objectName() == "dock_plot":
                found.append(event.size())
            return False

    application, sizes = QApplication.instance(), Sizes()
    application.installEventFilter(sizes)
    try:
        opened(size=(1600, 900))
        qtbot.wait(50)
    finally:
        application.removeEventFilter(sizes)
    assert len(found) == 1


def test_in_a_low_window_a_question_takes_the_room_of_the_rendered_graph_and_gives_it_back(
    opened, act, qtbot
) -> None:
    window = opened("neuron", (1280, 800))
    act(window, "forward")
    rendered, card = window.docks["rendered_graph"], window.docks["step_card"]
    before = rendered.height(), card.height(), window.canvas.height()
    act(window, "predict")
    assert rendered.isHidden()
    qtbot.waitUntil(lambda: window.canvas.height() > before[2])
    act(window, "predict")
    qtbot.waitUntil(lambda: (rendered.height(), card.height(), window.canvas.height()) == before)
    assert rendered.isVisible()
    assert not window.panes.touched


def test_what_a_question_has_hidden_comes_back_in_another_language_and_at_the_next_start(
    opened, act, qtbot
) -> None:
    window = opened("neuron", (1280, 800))
    act(window, "forward", "predict")
    window.remake()
    qtbot.waitUntil(lambda: window.updatesEnabled() and window.docks["rendered_graph"].isHidden())
    window.panes.touched = True  # so that its arrangement is kept
    window.session.saved_as_is()
    window.close()
    assert opened("neuron").docks["rendered_graph"].isVisible()


def test_a_question_that_was_asked_before_another_language_gives_the_room_back(opened, act, qtbot) -> None:
    window = opened("neuron", (1280, 800))
    act(window, "forward", "predict")
    window.remake()
    qtbot.waitUntil(lambda: window.updatesEnabled() and window.docks["rendered_graph"].isHidden())
    act(window, "predict")
    qtbot.waitUntil(window.docks["rendered_graph"].isVisible)


def test_text_that_was_made_large_on_a_larger_screen_has_room_on_this_one(opened, qapp):
    settings = Settings()
    settings.text_scale = LARGEST
    window = opened("xor")
    here = window.screen().availableSize()
    assert 1.0 < window.look.scale < LARGEST
    assert window.minimumSizeHint().height() < here.height()
    assert window.minimumSizeHint().width() < here.width()
    assert settings.text_scale == LARGEST, "on the larger one it is as large again"


def test_a_network_has_the_room_of_the_rendered_graph_in_a_low_window(opened, qtbot):
    window = opened("xor", (1280, 800))
    rendered = window.docks["rendered_graph"]
    window.session.forward()
    QApplication.processEvents()
    assert rendered in window.tabifiedDockWidgets(window.docks["gradients"])
    assert window.canvas.text_px(window.session.state.graph.target) > 9
    show_example(window, qtbot, "neuron")
    QApplication.processEvents()
    assert not window.tabifiedDockWidgets(rendered), "the window was not arranged by hand"
    assert not rendered.visibleRegion().isEmpty()


def test_a_lesson_after_a_network_shows_the_gradients_and_not_the_training_of_nothing(
    opened, act, qtbot
) -> None:
    window = opened("mlp", (1280, 800))
    assert not window.docks["training"].visibleRegion().isEmpty()
    act(window, "start_here")
    assert window.panes.touched
    window.documents.open_example("lecture")
    QApplication.processEvents()
    assert not window.docks["gradients"].visibleRegion().isEmpty()
    window.documents.open_example("mlp")
    QApplication.processEvents()
    window.docks["rendered_graph"].raise_()
    QApplication.processEvents()
    window.documents.open_example("lecture")
    QApplication.processEvents()
    assert window.docks["gradients"].visibleRegion().isEmpty(), "what somebody looks at stays"


def test_a_row_of_tabs_that_goes_is_never_outside_of_its_window(opened) -> None:
    """What it goes in went with nobody where the window was closed before it."""
    bar, before = QTabBar(opened()), set(QApplication.topLevelWidgets())
    Going(bar)
    bar.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert set(QApplication.topLevelWidgets()) == before
