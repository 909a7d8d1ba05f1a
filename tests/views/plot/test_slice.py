"""The slice: lines of equal height of the target over two leaves, the way down, and the last updates."""

import csv

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QComboBox

from micrograd_gui.files.documents import load_example
from micrograd_gui.session.session import Session
from micrograd_gui.views.plot.kinds.slice import SlicePlot, heights
from micrograd_gui.views.plot.kinds.sweep import SweepPlot
from micrograd_gui.views.plot.model import Arrow, Contours, Mark, Trail, free_corner
from tests.views import learning
from tests.views.plot.reading import named, settle
from tests.views.plot.reading import shown as show

BOWL = "u = 1.5; v = -1; x = 3; L = (u*v + 2)**2 + u**2 + 0*x"


def bowl():
    session = Session()
    session.build(BOWL)
    session.mark([named(session, "u"), named(session, "v")], "parameter")
    return session


def plotted(session, kind=None):
    kind = kind or SlicePlot()
    assert kind.why_empty(session.state) == ""
    static = kind.build(session.state, None)
    assert kind.still_valid(static, session.state)
    return static, kind.live_items(session.state, static)


def one(items, form):
    return next(each for each in items if isinstance(each, form))


def test_its_numbers_are_the_target_over_the_first_two_parameters():
    static, _ = plotted(bowl())
    assert (static.x_name, static.y_name, static.title) == ("u", "v", "lines of equal L")
    numbers = one(static.curves, Contours).numbers
    rows, columns = numbers.shape
    u, v = np.meshgrid(np.linspace(*static.x_span, columns), np.linspace(*static.y_span, rows))
    assert numbers == pytest.approx((u * v + 2) ** 2 + u**2)
    assert static.x_span[0] < 1.5 < static.x_span[1]
    assert static.y_span[0] < -1 < static.y_span[1]


def test_its_heights_are_round_lie_within_and_part_the_plane():
    levels = one(plotted(bowl())[0].curves, Contours).levels
    assert 5 <= len(levels) <= 12
    numbers = one(plotted(bowl())[0].curves, Contours).numbers
    below = [(numbers < level).mean() for level in levels]
    assert np.diff(below).max() < 0.3
    assert all(len(f"{level:g}") <= 6 for level in levels)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (np.full((5, 5), 3.0), ()),
        (np.full((5, 5), np.nan), ()),
        (np.zeros((5, 5)), ()),
        (np.array([[0.0, np.nan], [np.nan, np.nan]]), ()),
    ],
)
def test_where_it_is_flat_or_nowhere_there_is_no_line(numbers, expected):
    assert heights(numbers) == expected


def test_a_saturated_plane_gets_no_heights_that_cannot_be_told_apart():
    x = np.linspace(-20, 20, 61)
    levels = heights(np.tanh(x)[None].repeat(9, axis=0))
    assert len(levels) >= 5
    assert np.diff(levels).min() > 2 / 1000


def test_the_arrow_goes_against_the_gradient_and_the_trail_to_the_point():
    session = bowl()
    places, (u, v) = [], (1.5, -1.0)
    for _ in range(3):
        session.forward()
        session.zero_grad()
        session.backward()
        session.update(0.02)
        places.append((u, v))
        miss = 2 * (u * v + 2)
        u, v = u - 0.02 * (miss * v + 2 * u), v - 0.02 * miss * u
    _, items = plotted(session)
    point = one(items, Mark)
    assert "(not run yet)" in point.legend
    assert not any(isinstance(each, Arrow) for each in items)  # its gradients are of before
    session.forward()
    session.zero_grad()
    session.backward()
    _, items = plotted(session)
    trail, arrow = one(items, Trail), one(items, Arrow)
    assert list(zip(trail.x, trail.y, strict=True)) == [pytest.approx(each) for each in [*places, (u, v)]]
    assert trail.legend == "before the last 3 updates"
    miss = 2 * (u * v + 2)
    slopes = np.array([miss * v + 2 * u, miss * u])
    way = np.array([arrow.x[1] - arrow.x[0], arrow.y[1] - arrow.y[0]])
    assert (arrow.x[0], arrow.y[0]) == pytest.approx((u, v))
    assert way / np.hypot(*way) == pytest.approx(-slopes / np.hypot(*slopes))
    loss = (u * v + 2) ** 2 + u**2
    assert one(items, Mark).legend == f"u = {u:.4f}, v = {v:.4f}, L = {loss:.4f}".replace("-", "−")


def test_where_a_third_parameter_moved_the_words_say_so():
    session = bowl()
    session.mark(named(session, "x"), "parameter")
    session.build("u = 1; v = 2; w = 3; L = (u*v*w - 1)**2")
    session.mark([named(session, each) for each in "uvw"], "parameter")
    session.update(0.001)
    assert one(plotted(session)[1], Trail).legend == "before the last update; other parameters moved, too"


def test_the_selection_says_which_leaves_and_a_choice_goes_before_it():
    session, kind = bowl(), SlicePlot()
    x, u, v = (named(session, each) for each in "xuv")
    assert kind.pair.shown(session.state) == (u, v)
    session.select([x])
    assert kind.pair.shown(session.state) == (x, u)
    session.select([v, x])
    assert set(kind.pair.shown(session.state)) == {v, x}
    kind.pair.chosen = (v, None)
    assert kind.pair.shown(session.state) == (v, x)
    session.select([])
    assert kind.pair.shown(session.state) == (v, u)
    session.build("a = 1; L = a**2")  # a chosen leaf that is gone is not missed
    assert kind.pair.shown(session.state) is None
    assert kind.why_empty(session.state) == "A slice needs a target that depends on two leaves."


def test_wild_numbers_leave_gaps_that_are_marked_and_raise_nothing():
    for expression in ("L = log(a*b)", "L = exp(exp(a*b*9))", "L = a/b", "L = (0*a)**0.5*b", "L = 0*a + 0*b"):
        session = Session()
        session.build(f"a = 2; b = -3; {expression}")
        session.select([named(session, "a"), named(session, "b")])
        static, _ = plotted(session)
        numbers = one(static.curves, Contours).numbers
        marked = any(isinstance(each, Mark) and each.style == "crosses" for each in static.curves)
        assert marked == bool(np.isnan(numbers).sum() > 60), expression
    assert static.title == "L is flat here"


def test_of_one_row_it_says_which():
    session = Session(learning.plane())
    session.set_plan(gradients_of="row")
    rows = len(session.state.graph.data)
    static, items = plotted(session)
    assert static.title.endswith(f"(row 1 of {rows})")
    session.show_row(2)
    assert not SlicePlot().still_valid(static, session.state)
    assert plotted(session)[0].title.endswith(f"(row 3 of {rows})")
    assert "rows" not in one(items, Mark).legend


@pytest.mark.parametrize(("reduction", "held_out"), [("mean", 0.0), ("mean", 0.25), ("sum", 0.0)])
def test_where_the_rows_are_learned_from_it_is_the_loss_over_them(reduction, held_out):
    graph = learning.line()
    session = Session(graph.fed(replace(graph.data, reduction=reduction)))
    session.set_plan(held_out=held_out, rate=0.002)
    for _ in range(3):
        session.train_step()
    graph = session.state.graph
    apart = graph.plan.rows_held_out(20)
    x, y = np.array([row for at, row in enumerate(graph.data.rows) if at not in apart]).T
    over = len(x) if reduction == "mean" else 1
    static, items = plotted(session)
    some = "15 of 20" if held_out else "20"
    assert static.title == f"lines of equal L ({reduction} of {some} rows)"
    numbers = one(static.curves, Contours).numbers
    size = len(numbers)
    for row, b in enumerate(np.linspace(*static.y_span, size)):
        for column, w in enumerate(np.linspace(*static.x_span, size)):
            if (row + column) % 7 == 0:
                assert numbers[row, column] == pytest.approx(((w * x + b - y) ** 2).sum() / over)
    w, b = (graph.nodes[graph.named(name)].data for name in "wb")
    miss = w * x + b - y
    assert one(items, Mark).legend.endswith(f"L = {(miss**2).sum() / over:.4f} ({reduction} of {some} rows)")
    way, arrow = np.array([2 * (miss * x).sum(), 2 * miss.sum()]) / over, one(items, Arrow)
    told = ", ".join(f"{-each:.4f}" for each in way).replace("-", "−")
    assert arrow.legend == f"−grad = ({told})"
    drawn = np.array([arrow.x[1] - arrow.x[0], arrow.y[1] - arrow.y[0]])
    assert drawn / np.hypot(*drawn) == pytest.approx(-way / np.hypot(*way))
    assert len(one(items, Trail).x) == 4


def test_while_it_trains_nothing_is_recorded_for_a_plot(monkeypatch):
    session = Session(learning.line())
    kinds = [SlicePlot(), SweepPlot()]
    session.train_start()
    session.train_tick(2)
    recorded = []
    monkeypatch.setattr(session.state.trace, "_record", lambda *_: recorded.append(1))
    for kind in kinds:
        items = kind.live_items(session.state, kind.build(session.state, None))
        assert any(isinstance(each, Trail) for each in items)
        assert any(isinstance(each, Arrow) for each in items) == isinstance(kind, SlicePlot)
    assert recorded == []


def test_over_an_input_that_a_column_feeds_it_is_the_loss_of_the_row():
    session = Session(learning.line())
    session.select([named(session, "x")])
    assert plotted(session)[0].title == "lines of equal L (row 1 of 20)"


def test_a_graph_too_large_for_all_rows_shows_the_loss_of_one():
    session = Session(load_example("moons"))
    static, _ = plotted(session)
    assert static.title == "lines of equal total (row 1 of 100)"


def test_the_boxes_choose_the_leaves(shown, session, qtbot):
    show(shown, "slice", qtbot)
    settle(qtbot)
    box = shown.findChild(QComboBox, "plot_across")
    assert box.isVisible()
    box.setCurrentIndex(box.findText("f"))
    box.activated.emit(box.currentIndex())
    settle(qtbot)
    assert shown.view.surface.axes.get_xlabel() == "f"
    show(shown, "sweep", qtbot)
    assert not box.isVisible()


def test_its_numbers_are_saved(shown, session, qtbot, tmp_path):
    session.forward()
    show(shown, "slice", qtbot)
    for suffix in ("svg", "pdf", "png", "csv"):
        shown.save(tmp_path / f"plot.{suffix}")
    rows = list(csv.reader((tmp_path / "plot.csv").read_text("utf-8").splitlines()))
    assert rows[0] == ["what", "a", "b", "number"]
    a, b, number = (float(each) for each in rows[1][1:])
    assert number == pytest.approx((a * b + 10) * -2)
    assert "lines of equal L" in (tmp_path / "plot.svg").read_text("utf-8")


def test_every_line_that_has_room_tells_its_height(shown, session, qtbot):
    surface = show(shown, "slice", qtbot)
    lines = next(each for each in surface._lines if each.shape[0] == "Contours")
    told = [text.get_text() for text in lines._heights if text.get_text()]
    assert len(told) >= 5
    levels = next(each for each in shown.view.static.curves if isinstance(each, Contours)).levels
    assert {float(each.replace("−", "-")) for each in told} <= set(levels)


@pytest.mark.parametrize("number", ["1e308", "-1e308", "1e150", "1e-300"])
@pytest.mark.parametrize("expression", ["a*2 + b", "a*b", "exp(a)*b", "a/b"])
def test_numbers_at_the_ends_of_their_range_can_be_plotted(number, expression):
    session = Session()
    session.build(f"a = {number}; b = 2; L = {expression}")
    session.mark(named(session, "a"), "parameter")
    session.forward()
    for kind in (SlicePlot(), SweepPlot()):
        static = kind.build(session.state, None)
        kind.live_items(session.state, static)
        assert free_corner(static, 0.4, 0.4)
        for low, high in (static.x_span, static.y_span):
            assert -np.inf < low < high < np.inf


@pytest.mark.parametrize(
    ("label", "h", "words"),
    [
        ("u", 0.5, ["u: 1.5000 → 2.0000", "v = −1.0000", "L: 2.5000 → 4.0000"]),
        ("v", -0.5, ["v: −1.0000 → −1.5000", "u = 1.5000", "L: 2.5000 → 2.3125"]),
        ("x", 0.25, ["x: 3.0000 → 3.2500", "u = 1.5000", "L = 2.5000"]),  # it is taken times 0
    ],
)
def test_a_nudge_is_told_before_and_after_as_in_the_other_panes(label, h, words):
    session = bowl()
    session.backward()
    session.nudge(named(session, label), h)
    assert one(plotted(session)[1], Mark).legend == ", ".join(words)
    session.end_nudge()
    assert "→" not in one(plotted(session)[1], Mark).legend


def test_a_nudge_of_one_row_tells_nothing_of_the_loss_over_all_rows():
    session = Session()
    session.open_graph(load_example("line"))
    session.backward()
    assert "mean of 20 rows" in one(plotted(session)[1], Mark).legend
    session.nudge(named(session, "w"), 0.5)
    told = one(plotted(session)[1], Mark).legend
    assert "w: −1.0000 → −0.5000" in told
    assert "rows" not in told
