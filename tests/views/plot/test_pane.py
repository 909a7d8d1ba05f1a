"""The plot: sweep and activation, drawn by matplotlib after the first paint."""

import shutil
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLineEdit, QToolButton

from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.trace import Pass
from micrograd_gui.views.plot.kinds.activation import ActivationPlot
from micrograd_gui.views.plot.kinds.sweep import SweepPlot
from micrograd_gui.views.plot.model import visible
from micrograd_gui.views.theme import DARK, Look
from tests.lecture import LECTURE

PARABOLA = "x = 3; f = 3*x**2 - 4*x + 5"


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


def drawn(pane, qtbot):
    from micrograd_gui.views.plot.surface import PlotSurface

    qtbot.waitUntil(lambda: pane.findChild(PlotSurface) is not None)
    settle(qtbot)
    return pane.findChild(PlotSurface)


def settle(qtbot):
    """Let what waits for the next turn of the event loop happen."""
    qtbot.wait(5)


def surface(pane):
    from micrograd_gui.views.plot.surface import PlotSurface

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


# When it is made --------------------------------------------------------------------------------------


def test_matplotlib_comes_in_by_another_thread_once_the_pane_was_painted():
    code = """
import sys
import time
from PySide6.QtWidgets import QApplication
from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.theme import Look
app = QApplication([])
session = Session()
session.build("a = 2; b = a*a")
bridge = Bridge(session)
pane = PlotPane(bridge, Look())
pane.resize(300, 200)
pane.show()
heavy = {"matplotlib", "numpy"} & set(sys.modules)
assert not heavy, heavy
turns, until = 0, time.monotonic() + 50
while "matplotlib.backends.backend_qtagg" not in sys.modules and time.monotonic() < until:
    app.processEvents()
    turns += 1
    time.sleep(0.001)
assert "matplotlib.backends.backend_qtagg" in sys.modules
assert turns > 10, turns  # the thread of the window went on all the while
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_pane_holds_the_canvas(shown):
    assert shown.objectName() == "plot"
    assert surface(shown).isVisible()


def test_a_graph_that_comes_after_the_first_paint_is_drawn(qtbot, pane, session):
    session.new()
    pane.show()
    settle(qtbot)
    assert "Nothing to plot yet" in pane.view.words.text()
    assert pane.view.words.isVisible()
    session.build(LECTURE)
    drawn(pane, qtbot)
    assert surface(pane).isVisible()
    session.new()
    settle(qtbot)
    assert not surface(pane).isVisible()
    assert pane.view.words.isVisible()


def test_nothing_is_drawn_while_it_is_hidden_and_all_is_right_when_it_comes_back(shown, session, qtbot):
    shown.hide()
    session.select([named(session, "b")])
    session.forward()
    settle(qtbot)
    assert surface(shown).axes.get_xlabel() == "a"
    shown.show()
    qtbot.waitUntil(lambda: surface(shown).axes.get_xlabel() == "b")


# The sweep --------------------------------------------------------------------------------------------


def test_the_sweep_starts_with_the_first_leaf_and_follows_the_selection(shown, session, qtbot):
    axes = surface(shown).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "L")
    assert axes.get_title() == "how L answers to a"
    session.select([named(session, "e")])
    settle(qtbot)
    assert axes.get_xlabel() == "e"


def test_a_parameter_is_swept_before_other_leaves(shown, session, qtbot):
    session.mark(named(session, "c"), "parameter")
    settle(qtbot)
    assert surface(shown).axes.get_xlabel() == "c"


def test_the_curve_is_the_target_over_the_node(shown):
    x, y = line(shown, "line")
    assert np.allclose(y, (x * -3 + 10) * -2)
    assert x[0] < 2 < x[-1]
    assert 2.0 in x


def test_the_point_comes_with_the_forward_pass_and_the_tangent_with_the_gradient(shown, session):
    assert words(shown) == ["L(a)"]
    session.forward()
    assert words(shown) == ["L(a)", "a = 2.0000, L = −8.0000"]
    for _ in range(3):
        session.backward_step()
    assert len(words(shown)) == 2
    session.backward_step()
    assert words(shown) == ["L(a)", "slope = a.grad = 6.0000", "a = 2.0000, L = −8.0000"]
    x, y = line(shown, "dashed")
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(6.0)
    session.previous()
    assert len(words(shown)) == 2


def test_a_gradient_that_is_no_slope_yet_or_no_more_draws_no_tangent(shown, session, qtbot):
    session.build("a = -2; b = 3; d = a*b; e = a + b; f = d*e")
    settle(qtbot)
    a = named(session, "a")
    session.forward()
    for _ in range(3):
        session.backward_step()
    assert session.state.frame.grad[a] == -6.0  # through e; what comes through d is still to be added
    assert not any("slope" in each for each in words(shown))
    session.backward_step()
    assert "slope = a.grad = −3.0000" in words(shown)
    session.backward()
    assert session.state.frame.grad[a] == -9.0  # three times the slope: inner nodes added up too
    assert not any("slope" in each for each in words(shown))
    session.zero_grad()
    assert not any("slope" in each for each in words(shown))
    session.backward()
    assert "slope = a.grad = −3.0000" in words(shown)


def test_a_nudge_adds_the_secant(shown, session, qtbot):
    session.set_sides("forward")
    session.build(PARABOLA)
    session.backward()
    session.nudge(named(session, "x"), 1.5)
    settle(qtbot)
    assert "secant, h = 1.5: 18.5000" in words(shown)
    x, y = line(shown, "dotted")
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(18.5)
    assert [list(each) for each in line(shown, "points")] == [[3.0, 4.5], [20.0, 47.75]]
    session.end_nudge()
    assert not any("secant" in each for each in words(shown))


def test_a_step_does_not_draw_the_axes_again(shown, session, monkeypatch):
    drawings = []
    monkeypatch.setattr(surface(shown), "draw_idle", lambda: drawings.append(1))
    session.forward()
    session.backward()
    session.first()
    session.last()
    assert drawings == []


def test_scrubbing_is_drawn_once_for_many_changes(shown, session, qtbot, monkeypatch):
    builds = []
    kind = shown.view.kind
    build = kind.build
    monkeypatch.setattr(kind, "build", lambda *args: builds.append(1) or build(*args))
    for step in range(20):
        session.set_value(named(session, "b"), -3 + step / 10, gesture="scrub")
    assert builds == []
    qtbot.waitUntil(lambda: bool(builds))
    settle(qtbot)
    assert builds == [1]
    x, y = line(shown, "line")
    assert np.allclose(y, (x * -1.1 + 10) * -2)


def test_moving_a_node_sweeps_nothing_anew(shown, session):
    before = shown.view.static
    session.move({named(session, "a"): (50.0, 60.0)})
    assert shown.view.kind.still_valid(before, session.state)


def test_the_axes_stay_while_the_swept_node_is_scrubbed(shown, session, qtbot):
    before = surface(shown).axes.get_xlim()
    session.set_value(named(session, "a"), 2.7)
    settle(qtbot)
    assert surface(shown).axes.get_xlim() == before
    session.set_value(named(session, "a"), 40.0)
    settle(qtbot)
    low, high = surface(shown).axes.get_xlim()
    assert low < 40 < high


def test_the_span_can_be_typed(shown, session, qtbot):
    start, end = shown.findChild(QLineEdit, "plot_from"), shown.findChild(QLineEdit, "plot_to")
    assert (start.text(), end.text()) == ("−2", "6")
    start.selectAll()
    qtbot.keyClicks(start, "-5")
    qtbot.keyClick(start, Qt.Key.Key_Return)
    assert session.state.graph.ranges == {named(session, "a"): (-5.0, 6.0)}
    settle(qtbot)
    assert surface(shown).axes.get_xlim() == (-5.0, 6.0)
    session.undo()
    settle(qtbot)
    assert start.text() == "−2"


@pytest.mark.parametrize("typed", ["abs", "99", "inf"])
def test_a_span_that_makes_no_sense_is_refused_and_taken_back(shown, session, qtbot, typed):
    refusals = []
    shown._bridge.refused.connect(lambda sentence, node: refusals.append(sentence))
    start = shown.findChild(QLineEdit, "plot_from")
    start.selectAll()
    qtbot.keyClicks(start, typed)
    qtbot.keyClick(start, Qt.Key.Key_Return)
    assert len(refusals) == 1
    assert start.text() == "−2"
    assert session.state.graph.ranges == {}


def test_a_node_the_target_does_not_depend_on_is_a_flat_line(shown, session, qtbot):
    session.add_node(None, (0, 0), label="z")
    session.set_target(named(session, "L"))
    session.select([named(session, "z")])
    settle(qtbot)
    assert surface(shown).axes.get_title() == "L does not depend on z"


def test_a_free_port_is_told_in_words(shown, session, qtbot):
    node = session.add_node("tanh", (0, 0))
    session.set_target(node)
    settle(qtbot)
    assert "wire the free ports" in shown.view.words.text()


# Numbers that cannot be drawn ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "x = 0.5; y = log(x)",
        "x = 0.5; y = 1/(x - 1)",
        "x = 2; y = exp(exp(exp(x)))",
        "x = 2; y = x*1e300*1e8",
        "x = 1e300; y = x*x",
        "x = 1e-300; y = x*1e-10",
        "x = 2; y = x*0",
        "x = 0; y = x**0.5",
        "x = 1e16; y = x + 1",
        "x = 5; y = 1e16 + x*1e-3",
    ],
)
@pytest.mark.parametrize("name", ["sweep", "activation"])
def test_wild_numbers_leave_gaps_and_raise_nothing(shown, session, qtbot, expression, name):
    shown.show_kind(name)
    session.build(expression)
    session.backward()
    settle(qtbot)
    low, high = surface(shown).axes.get_ylim()
    assert np.isfinite([low, high]).all()
    assert low < high


def test_a_pole_is_a_gap_and_does_not_flatten_the_rest():
    x = np.linspace(-4, 4, 401)
    with np.errstate(all="ignore"):
        curve, (low, high) = visible(1 / x)
    assert np.isnan(curve[200])
    assert high - low < 40
    beside = np.linspace(-4, 4, 400)  # no point is at 0: the jump itself must be the gap
    curve, _ = visible(1 / beside)
    assert np.isnan(curve[200])
    step, _ = visible(np.sign(beside))
    assert not np.isnan(step).any()


def test_a_curve_without_any_number_has_a_span_all_the_same():
    curve, span = visible(np.full(10, np.nan))
    assert np.isnan(curve).all()
    assert span == (-1.0, 1.0)


# The activation --------------------------------------------------------------------------------------


def test_without_a_function_in_the_graph_the_activation_is_tanh(shown, qtbot):
    shown.show_kind("activation")
    settle(qtbot)
    x, y = line(shown, "line")
    assert np.allclose(y, np.tanh(x))
    assert words(shown) == ["tanh(x)"]


def test_the_activation_shows_where_the_neuron_works_and_its_slope(shown, session, qtbot):
    session.build("n = 0.8813735870195432; o = tanh(n)")
    session.forward()
    shown.show_kind("activation")
    settle(qtbot)
    assert words(shown) == ["tanh(n)", "slope = 1 − o² = 0.5000", "n = 0.8814, o = 0.7071"]
    x, y = line(shown, "dashed")
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(0.5)


def test_the_selected_function_is_shown(shown, session, qtbot):
    session.build("a = -9; b = tanh(a); c = relu(a); d = b + c")
    session.forward()
    shown.show_kind("activation")
    session.select([named(session, "c")])
    settle(qtbot)
    assert surface(shown).axes.get_title() == "c = relu(a)"
    low, high = surface(shown).axes.get_xlim()
    assert low < -9 < high
    x, y = line(shown, "line")
    assert np.allclose(y, np.maximum(x, 0))


def test_buttons_switch_the_kind(shown, qtbot):
    qtbot.mouseClick(shown.findChild(QToolButton, "plot_activation"), Qt.MouseButton.LeftButton)
    assert shown.kind == "activation"
    assert not shown.findChild(QLineEdit, "plot_from").isVisible()
    shown.show_kind("sweep")
    assert shown.findChild(QToolButton, "plot_sweep").isChecked()
    settle(qtbot)
    assert shown.findChild(QLineEdit, "plot_from").isVisible()


@pytest.mark.parametrize("kind", [SweepPlot, ActivationPlot])
def test_a_still_part_holds_for_every_moment_of_the_run_it_was_made_for(session, kind):
    session.build("n = 0.8813735870195432; o = tanh(n)")
    session.backward()
    made = kind()
    static = made.build(session.state, None)
    for moment in range(len(session.state.trace) + 1):
        session.seek(moment)
        assert made.still_valid(static, session.state)


# Words and sizes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label", ["$x_1$", "\\frac{", "_a", "a$b", "100%", "<b>", "😀", "漢字", "a\nb", "x" * 300, "^{}"]
)
def test_hostile_labels_are_drawn_as_they_are(shown, session, qtbot, tmp_path, label):
    session.rename(named(session, "a"), label)
    session.backward()
    settle(qtbot)
    shown.save(tmp_path / "plot.svg")
    ElementTree.parse(tmp_path / "plot.svg")


def test_dollars_are_no_formula(shown, session, qtbot):
    session.rename(named(session, "a"), "$a$")
    settle(qtbot)
    assert surface(shown).axes.get_xlabel() == "$a$"
    assert not surface(shown).axes.xaxis.label.get_parse_math()


@pytest.mark.parametrize("size", [(40, 40), (300, 120), (60, 500), (900, 60), (120, 120), (1600, 900)])
@pytest.mark.parametrize("projector", [False, True])
def test_any_size_can_be_drawn(shown, session, qtbot, size, projector):
    shown.set_look(Look(DARK).projected(1080) if projector else Look(DARK))
    shown.resize(*size)
    session.backward()
    session.nudge(named(session, "a"), 0.5)
    settle(qtbot)
    assert not shown.grab().isNull()


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
    settle(qtbot)
    assert shown.findChild(QToolButton, "plot_sweep").isVisible()
    assert axes.title.get_fontsize() * surface(shown).figure.dpi / 72 < 16


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


# Saving ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["svg", "png", "PNG"])
def test_the_plot_is_saved(shown, session, tmp_path, suffix):
    session.backward()
    path = tmp_path / f"plot.{suffix}"
    shown.save(path)
    if suffix == "svg":
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    else:
        assert QImage(str(path)).width() > 800
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_in_a_saved_svg_text_stays_text(shown, session, tmp_path):
    session.backward()
    shown.save(tmp_path / "plot.svg")
    root = ElementTree.parse(tmp_path / "plot.svg").getroot()
    said = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert surface(shown).axes.get_xlabel() in said


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler is not here")
def test_a_saved_pdf_is_one_page_of_text_and_lines_with_its_fonts_in_it(shown, session, tmp_path):
    session.backward()
    shown.save(tmp_path / "plot.pdf")

    def told(*command: str) -> str:
        return subprocess.run([*command], capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    assert "Pages:           1\n" in told("pdfinfo", "plot.pdf")
    assert surface(shown).axes.get_xlabel() in told("pdftotext", "plot.pdf", "-").splitlines()
    fonts = told("pdffonts", "plot.pdf").splitlines()[2:]
    assert fonts
    assert all("TrueType" in line and line.split()[-5] == "yes" for line in fonts)
    assert len(told("pdfimages", "-list", "plot.pdf").splitlines()) == 2, "a heading and no picture"
    first = (tmp_path / "plot.pdf").read_bytes()
    shown.save(tmp_path / "plot.pdf")
    assert (tmp_path / "plot.pdf").read_bytes() == first


def test_saving_twice_gives_the_same_bytes_and_the_screen_goes_on(shown, session, tmp_path, qtbot):
    session.backward()
    shown.save(tmp_path / "one.svg")
    shown.save(tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    settle(qtbot)
    before = surface(shown).grab().toImage()
    session.first()
    session.last()
    settle(qtbot)
    assert surface(shown).grab().toImage() == before


def test_what_is_saved_has_the_live_marks_in_it(shown, session, tmp_path):
    shown.save(tmp_path / "before.svg")
    session.backward()
    shown.save(tmp_path / "after.svg")
    colour = Look().theme.grad
    assert colour not in (tmp_path / "before.svg").read_text()
    assert colour in (tmp_path / "after.svg").read_text()


def test_it_can_be_saved_before_it_was_ever_shown(pane, tmp_path):
    pane.save(tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").stat().st_size > 1000


def test_other_suffixes_and_empty_plots_are_refused_and_nothing_is_written(pane, session, tmp_path):
    with pytest.raises(FileRefusal, match=r"\.svg, \.pdf, \.png or \.csv"):
        pane.save(tmp_path / "plot.bmp")
    with pytest.raises(FileRefusal, match="no folder"):
        pane.save(tmp_path / "nowhere" / "plot.svg")
    session.new()
    with pytest.raises(Refusal, match="Nothing to plot"):
        pane.save(tmp_path / "plot.svg")
    assert list(tmp_path.iterdir()) == []


def test_after_an_update_the_curve_runs_through_the_point_again(session):
    session.build("w = -3; x = 2; y = w*w*x")
    session.mark(named(session, "w"), "parameter")
    trace = record(
        session.state.graph, (Pass("forward"), Pass("backward"), Pass("update", rate=0.1), Pass("forward"))
    )
    kind = SweepPlot()
    before = replace(
        session.state, trace=trace, cursor=trace.ends[1], selection=frozenset((named(session, "x"),))
    )
    after = replace(before, cursor=len(trace))
    static = kind.build(before, None)
    assert kind.still_valid(static, before)
    assert not kind.still_valid(static, after)
    moved = kind.build(after, static)
    assert kind.still_valid(moved, replace(after, sides="forward"))
    curve, point = moved.curves[0], kind.live_items(after, moved)[-1]
    assert np.interp(point.x[0], curve.x, curve.y) == pytest.approx(point.y[0])
