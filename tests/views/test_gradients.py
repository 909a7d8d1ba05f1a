"""The table of gradients: its numbers, its verdicts, and its selection."""

import math

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTableView

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.views.gradients import Gradients
from micrograd_gui.views.gradients_model import VERDICT, GradientsModel
from micrograd_gui.views.theme import DARK, LIGHT, Look
from tests.views import learning

ROLE = Qt.ItemDataRole


@pytest.fixture
def pane(make_view, session):
    made = make_view(Gradients, session, 560, 300)
    made.show()
    return made


@pytest.fixture
def table(pane):
    found = pane.findChild(QTableView, "gradients")
    assert found is not None
    return found


def cell(table, name, column, role=ROLE.DisplayRole):
    model = table.model()
    headers = [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    return model.index(names.index(name), headers.index(column)).data(role)


def select(session, *names):
    session.select([session.state.graph.named(name) for name in names])


def test_a_selected_block_is_few_ranges_and_its_first_row_is_in_view(pane, table, session, qtbot):
    session.open_graph(load_example("moons"))
    qtbot.waitUntil(lambda: table.verticalScrollBar().maximum() > 10_000)
    graph = session.state.graph
    block = next(each for each in graph.blocks if each.title == "L2 regularisation")
    session.select_block(block.id)
    chosen = table.selectionModel().selection()
    rows = sorted(row for part in chosen for row in range(part.top(), part.bottom() + 1))
    assert {pane.model.order[row] for row in rows} == graph.within(block.id)
    assert len(rows) == len(graph.within(block.id)) > 600
    assert len(chosen) < 50
    assert table.viewport().rect().contains(table.visualRect(table.model().index(rows[0], 0)).center())
    session.select([])
    assert not table.selectionModel().selectedRows()


def test_what_an_update_made_stale_is_struck_until_it_is_run_again(pane, table, session):
    session.build("w = 2; x = 3; L = (w*x - 1)**2")
    session.mark(session.state.graph.named("w"), "parameter")
    session.backward()
    session.check_all()

    def struck():
        return {
            f"{name} {column}"
            for name in ("w", "x", "L")
            for column in ("data", "analytic", "numeric", "error")
            if cell(table, name, column, ROLE.FontRole).strikeOut()
        }

    assert not struck()
    session.update(0.05)
    of_check = {f"{name} {column}" for name in ("w", "x", "L") for column in ("numeric", "error")}
    assert struck() == of_check | {"L data", "w analytic", "x analytic"}  # L.grad is 1 again
    assert "from before the update" in cell(table, "L", "data", ROLE.ToolTipRole)
    assert "from before the update" in cell(table, "L", "data", ROLE.AccessibleTextRole)
    assert cell(table, "L", "data", ROLE.ForegroundRole) == QColor(LIGHT.muted)
    session.forward()
    assert struck() == of_check | {"w analytic", "x analytic"}
    session.zero_grad()
    session.backward()
    assert struck() == of_check
    assert float(cell(table, "w", "error").replace("−", "-")) < 1e-9  # that of the check, not of two moments
    session.check_all()
    assert not struck()


def test_the_model_keeps_the_rules_of_qt_through_every_kind_of_change(pane, session):
    tester = QAbstractItemModelTester(pane.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    session.backward()
    session.check_all()
    session.add_node("tanh", (0, 0))
    session.undo()
    session.new()
    session.build("n = 1; o = tanh(n)")
    assert pane.model.rowCount() == 2
    tester.deleteLater()


def test_rows_are_the_nodes_operands_first(table):
    rows = [table.model().index(row, 0).data() for row in range(table.model().rowCount())]
    assert rows == ["a", "b", "e", "c", "d", "f", "L"]


def test_what_is_not_computed_yet_is_a_dot_and_no_number(table, session):
    assert cell(table, "e", "data") == "·"
    assert cell(table, "e", "data", ROLE.UserRole) is None
    assert cell(table, "a", "data") == "2.0000"
    session.forward()
    assert cell(table, "e", "data") == "−6.0000"
    assert cell(table, "e", "analytic") == "·"
    assert cell(table, "e", "analytic", ROLE.UserRole) is None


def test_the_lectures_gradients_are_in_the_table(table, session):
    session.backward()
    shown = {name: cell(table, name, "analytic", ROLE.UserRole) for name in "abcdefL"}
    assert shown == {"a": 6.0, "b": -4.0, "c": -2.0, "d": -2.0, "e": -2.0, "f": 4.0, "L": 1.0}
    assert cell(table, "b", "analytic") == "−4.0000"


def test_a_step_says_that_the_rows_it_changed_have_changed_and_no_others(pane, session, qtbot):
    session.backward()
    session.previous()
    changed = []
    pane.model.dataChanged.connect(lambda first, last: changed.extend(range(first.row(), last.row() + 1)))
    session.next()  # through e = a*b; before it d = e + c was the acting node
    names = {pane.model.index(row, 0).data() for row in changed}
    assert names == {"a", "b", "e", "d"}
    assert len(changed) == 4


def test_check_all_fills_numeric_error_and_verdict(table, session):
    session.forward()
    session.check_all()
    for name in "abcdefL":
        assert cell(table, name, "error", ROLE.UserRole) < 1e-6
        assert cell(table, name, "verdict") == "will agree"  # there is no grad yet that could
    session.backward()
    assert all(cell(table, name, "verdict") == "✓" for name in "abcdefL")
    assert cell(table, "a", "numeric", ROLE.UserRole) == pytest.approx(6.0)
    assert cell(table, "a", "numeric") == "6.0000"


def test_a_nudge_fills_the_row_of_its_node(table, session):
    session.set_sides("forward")
    session.nudge(session.state.graph.named("a"), 0.001)
    assert cell(table, "a", "numeric", ROLE.UserRole) == pytest.approx(6.0)
    assert cell(table, "b", "numeric", ROLE.UserRole) is None
    session.end_nudge()
    assert cell(table, "a", "numeric") == "·"


def test_beside_a_verdict_stands_the_slope_that_it_is_on_and_not_that_of_a_coarse_nudge(table, session):
    session.build("a = 1; L = a**2")
    session.set_sides("forward")
    session.set_h(0.1)
    session.backward()
    session.nudge(session.state.graph.named("a"))
    assert cell(table, "a", "numeric") == "2.1000"
    session.check_all()
    assert [cell(table, "a", each) for each in ("numeric", "error", "verdict")] == ["2.0000", "0", "✓"]


def test_a_kink_and_two_zeros_are_told_in_words(table, session):
    session.build("a = 0; b = relu(a); w = 0; x = 3; L = b + w*w*x")
    session.backward()
    session.check_all()
    assert cell(table, "a", "verdict") == "kink"
    assert cell(table, "w", "verdict") == "✓ both 0"


@pytest.mark.parametrize(
    ("text", "name", "ends"),
    [
        ("x = 709.7; L = exp(x)", "x", "inf"),
        ("x = 709.7; y = exp(x); L = y*0.5", "x", "inf"),
        ("x = 0.5; L = log(x)", "x", "nan"),
    ],
)
def test_what_leaves_the_numbers_within_h_is_called_not_finite_and_why(table, session, text, name, ends):
    session.build(text)
    session.set_h(1.0)
    session.forward()
    session.backward()
    session.check_all()
    assert cell(table, name, "verdict") == "✗ not finite"
    assert f"moved by h, the target is {ends}" in cell(table, name, "verdict", ROLE.ToolTipRole)


def test_a_gradient_that_was_added_to_twice_is_not_called_right(table, session):
    session.backward()
    session.check_all()
    session.backward()
    assert cell(table, "a", "verdict") == "accumulated"
    assert cell(table, "a", "error", ROLE.UserRole) == pytest.approx(0.75)
    assert cell(table, "a", "error") == "0.75"
    session.zero_grad()
    assert cell(table, "a", "verdict") == "zeroed"


def test_a_gradient_that_is_not_complete_is_so_far(table, session):
    session.build("a = 1; b = a + a; c = b * a")
    session.backward()
    session.check_all()
    session.previous()
    assert cell(table, "a", "verdict") == "so far"
    session.next()
    assert cell(table, "a", "verdict") == "✓"


def test_the_head_says_h_and_the_sides(pane, session):
    assert pane.title.text() == "numeric vs analytic  (h = 0.001, central)"
    session.set_h(1e-5)
    session.set_sides("forward")
    assert pane.title.text() == "numeric vs analytic  (h = 1e-05, nudge one-sided, check central)"


def test_selecting_a_row_selects_the_node_once(table, session):
    heard = []
    session.listen(lambda old, new: heard.append(new.selection))
    table.selectRow(2)
    assert session.state.selection == {session.state.graph.named("e")}
    assert len(heard) == 1


def test_selecting_a_node_selects_its_row_and_does_not_come_back(table, session):
    heard = []
    session.listen(lambda old, new: heard.append(new.selection))
    select(session, "a", "d")
    rows = {index.row() for index in table.selectionModel().selectedRows()}
    assert {table.model().index(row, 0).data() for row in rows} == {"a", "d"}
    assert len(heard) == 1
    select(session)
    assert not table.selectionModel().hasSelection()


def test_an_edit_of_the_structure_keeps_the_selection(table, session):
    select(session, "d")
    session.add_node(None, (0, 0), label="z")
    select(session, "d")
    session.undo()
    rows = [index.row() for index in table.selectionModel().selectedRows()]
    assert [table.model().index(row, 0).data() for row in rows] == ["d"]
    assert session.state.selection == {session.state.graph.named("d")}


def test_keys_walk_through_the_rows_and_select(table, session, qtbot):
    select(session, "a")
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert session.state.selection == {session.state.graph.named("b")}


def test_copied_rows_are_tab_separated_and_in_full(table, session, qtbot):
    session.build("n = 0.8813735870195432; o = tanh(n)")
    session.backward()
    select(session, "o")
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines() == [
        "node\tdata\tanalytic\tnumeric\terror\tverdict",
        f"o\t{math.tanh(0.8813735870195432)!r}\t1.0\t\t\t",
    ]
    table.selectionModel().select(table.model().index(0, 0), QItemSelectionModel.SelectionFlag.Clear)
    assert len(table.as_text().splitlines()) == 3


def test_tooltips_have_the_whole_number(table, session):
    session.build("n = 0.8813735870195432; o = tanh(n)")
    session.forward()
    data, grad = (cell(table, "o", column, ROLE.ToolTipRole) for column in ("data", "analytic"))
    assert data.startswith(f"o.data = {math.tanh(0.8813735870195432)!r}. Its data is computed: o = tanh(n)")
    assert grad.startswith("o.grad is not computed yet. It has no grad yet")


def test_a_label_full_of_markup_is_no_markup_in_a_tooltip(table, session):
    session.rename(session.state.graph.named("a"), "<b>a</b>")
    assert "&lt;b>a" in cell(table, "<b>a</b>", "data", ROLE.ToolTipRole)


def test_a_screen_reader_gets_words(table, session):
    assert cell(table, "e", "data", ROLE.AccessibleTextRole) == "data not computed yet"
    session.forward()
    assert cell(table, "e", "data", ROLE.AccessibleTextRole) == "data −6.0000"


def test_numbers_stand_at_the_right(table):
    assert cell(table, "a", "data", ROLE.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert cell(table, "a", "node", ROLE.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft


def test_the_look_changes_the_colours(pane, table, session):
    session.backward()
    assert cell(table, "a", "analytic", ROLE.ForegroundRole) == QColor(LIGHT.grad)
    pane.set_look(Look(DARK, 1.5))
    assert cell(table, "a", "analytic", ROLE.ForegroundRole) == QColor(DARK.grad)
    assert table.verticalHeader().defaultSectionSize() > 25


def test_columns_do_not_move_while_stepping_and_the_usual_ones_need_no_scrolling(table, session, qtbot):
    widths = [table.columnWidth(column) for column in range(6)]
    session.backward()
    session.check_all()
    assert [table.columnWidth(column) for column in range(6)] == widths
    qtbot.wait(1)
    assert not table.horizontalScrollBar().isVisible()


@pytest.mark.parametrize("width", [312, 400, 440, 480, 560, 700])
def test_there_is_no_scrolling_where_all_columns_have_room(pane, table, qtbot, width):
    pane.resize(width, 300)
    qtbot.wait(1)
    assert sum(table.columnWidth(column) for column in range(6)) == table.viewport().width()
    assert not table.horizontalScrollBar().isVisible()


def test_the_neurons_names_are_not_cut_in_a_narrow_pane(pane, table, session, qtbot):
    pane.resize(300, 300)
    qtbot.wait(1)
    font = table.model().index(0, 0).data(ROLE.FontRole)
    margin = table.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
    needed = QFontMetrics(font).horizontalAdvance("x1w1") + 2 * margin
    assert table.columnWidth(0) >= needed
    session.open_graph(load_example("neuron"))
    option = QStyleOptionViewItem()
    option.rect.setWidth(table.columnWidth(0))
    row = next(row for row in range(10) if table.model().index(row, 0).data() == "x1w1 + x2w2")
    table.itemDelegate().initStyleOption(option, table.model().index(row, 0))
    assert option.text.split("\u2028") == ["x1w1 +", "x2w2"]
    assert QFontMetrics(option.font).horizontalAdvance("x1w1 +") <= table.columnWidth(0) - 6


def test_all_that_may_differ_is_read_again_after_an_edit(table, session):
    session.backward()
    session.check_all()
    session.set_value(session.state.graph.named("a"), 5.0)
    assert cell(table, "a", "data") == "5.0000"
    assert cell(table, "L", "data") == "10.0000"
    assert cell(table, "a", "numeric") == "·"


def test_while_a_run_trains_rows_are_painted_again_where_their_check_grows_old(session):
    session.open_graph(learning.line())
    session.update(0.1)
    session.check_all()
    session.train_start()
    model, painted = GradientsModel(session.state, Look()), set()
    model.dataChanged.connect(lambda first, last: painted.update(range(first.row(), last.row() + 1)))
    session.update(0.1)
    model.show(session.state)
    assert {model.order[row] for row in painted} == session.state.graph.feeding
    assert model.text(session.state.graph.named("x"), VERDICT) == "from before"


def test_why_a_slope_cannot_be_told_stands_below_the_table(pane, session):
    session.open_graph(graph_from_expression("a = -2; b = -3; c = 0; s = a**b + abs(c); t = x*y; L = s + t"))
    assert pane.reason.isHidden()
    session.check_all()
    assert not pane.reason.isHidden()
    assert pane.reason.text().startswith("b: There is no finite slope here: it is nan: log of a negative b")
    session.backward()
    assert not pane.reason.isHidden()
    session.set_value(session.state.graph.named("a"), 2.0)
    session.set_value(session.state.graph.named("c"), 1.0)
    session.check_all()
    assert pane.reason.isHidden()
    assert all(row.ok for row in session.state.checked)


def test_where_the_pane_is_narrow_a_stale_check_is_still_read(make_view, session):
    pane = make_view(Gradients, session, 400, 300)
    pane.show()
    wanted = QFontMetrics(pane.table.font()).horizontalAdvance("from before")
    assert pane.table.columnWidth(VERDICT) >= wanted
    session.open_graph(load_example("neuron"))
    pane.resize(480, 300)  # as at first in a window of 1600 pixels
    name = QFontMetrics(pane.table.model().index(0, 0).data(ROLE.FontRole)).horizontalAdvance("x1w1 + x2w2")
    assert pane.table.columnWidth(0) >= name + 8
    assert pane.table.columnWidth(VERDICT) >= wanted


def test_an_empty_table_says_what_will_be_in_it(pane, session):
    session.new()
    assert "A row for each node" in pane.reason.text()
    assert not pane.reason.isHidden()


def test_a_large_pane_has_a_large_table_with_every_row_in_view(pane, table, session):
    usual = table.font().pixelSize()
    pane.resize(1150, 860)
    assert table.font().pixelSize() >= 1.8 * usual
    heads = table.model().headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.FontRole)
    assert heads.pixelSize() >= 1.6 * usual
    assert pane.title.font().pixelSize() >= 1.6 * usual
    last = table.model().index(table.model().rowCount() - 1, 0)
    assert table.viewport().rect().contains(table.visualRect(last))
    pane.resize(560, 300)
    assert table.font().pixelSize() == usual


@pytest.mark.parametrize("height", [720, 1080, 2160])
def test_beside_the_card_of_a_hall_verdicts_stand_whole(make_view, session, height):
    pane = make_view(Gradients, session, height * 16 // 9 * 42 // 100, height // 3)
    table = pane.table
    pane.set_look(Look(DARK).projected(height))
    pane.show()
    session.check_all()
    verdict = table.model().columnCount() - 1
    words = table.fontMetrics().horizontalAdvance("will agree")
    assert table.columnWidth(verdict) >= words + 10
    seen = sum(table.columnWidth(at) for at in range(verdict + 1) if not table.isColumnHidden(at))
    assert seen <= table.viewport().width()
    pane.set_look(Look(DARK))
    assert not any(table.isColumnHidden(at) for at in range(verdict + 1))
