"""The pane of rows: typed, pasted, read, bound, shown."""

from threading import Event

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, Qt, QThreadPool
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QProgressBar, QPushButton, QToolButton, QWidget

from micrograd_gui.document.networks import BlockSpec
from micrograd_gui.files import tables
from micrograd_gui.session.session import Session
from micrograd_gui.views.data.pane import DataPane
from tests.views import learning


@pytest.fixture
def session():
    return Session(learning.plane())


@pytest.fixture
def pane(make_view, session):
    made = make_view(DataPane, session, 460, 300)
    made.show()
    return made


def heading(pane, column):
    return pane.model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)


def cell(pane, row, column, role=Qt.ItemDataRole.UserRole):
    return pane.model.data(pane.model.index(row, column), role)


def press(pane, name):
    QTest.mouseClick(pane.findChild(QToolButton, f"data_{name}"), Qt.MouseButton.LeftButton)


def named(session, name):
    return session.state.graph.named(name)


def chosen(pane, column, text):
    """Choose an entry of a column's menu."""
    menu = pane.column_menu(column)
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


def test_every_row_and_what_its_columns_feed_is_shown(pane):
    assert (pane.model.rowCount(), pane.model.columnCount()) == (4, 3)
    assert heading(pane, 0).startswith("x1\n→ x1")
    assert cell(pane, 3, 2) == -1.0
    assert cell(pane, 3, 2, Qt.ItemDataRole.DisplayRole) == "−1"
    assert "4 rows" in pane.status.text()


def test_a_click_on_a_row_lets_the_graph_show_it(pane, session):
    place = pane.table.visualRect(pane.model.index(2, 0)).center()
    QTest.mouseClick(pane.table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    graph = session.state.graph
    assert graph.data.shown == 2
    assert [graph.nodes[named(session, name)].data for name in ("x1", "x2", "y")] == [1.0, 0.0, 1.0]
    assert pane.model.headerData(2, Qt.Orientation.Vertical, Qt.ItemDataRole.DisplayRole) == "▸ 3"
    assert "row 3" in pane.status.text()


def test_the_numbers_go_to_the_inputs_live_while_a_run_is_on_screen(pane, session):
    session.forward()
    before = session.state.frame.data[session.state.graph.target]
    pane.show_row(1)
    assert session.state.frame.data[session.state.graph.target] != before


def test_a_typed_number_becomes_the_cell_and_the_input(pane, session):
    assert pane.model.setData(pane.model.index(0, 0), "−2,5")
    assert session.state.graph.data.rows[0][0] == -2.5
    assert session.state.graph.nodes[named(session, "x1")].data == -2.5
    session.undo()
    assert session.state.graph.data.rows[0][0] == 0.0


@pytest.mark.parametrize("text", ["abc", "", "nan", "1e999"])
def test_what_is_no_number_is_refused_at_its_place(pane, session, text):
    before = session.state
    assert not pane.model.setData(pane.model.index(1, 1), text)
    assert "“x2” of row 2" in pane.refusal.text()
    assert pane.refusal.isVisible()
    assert session.state is before
    assert pane.model.setData(pane.model.index(1, 1), "3")
    assert not pane.refusal.isVisible()


def test_digits_typed_on_the_table_edit_the_cell(pane, session, qtbot):
    pane.activateWindow()
    pane.table.setFocus()
    pane.table.setCurrentIndex(pane.model.index(1, 0))
    QTest.keyClicks(pane.table, "7")
    editor = pane.table.findChild(QLineEdit)
    assert editor.text() == "7"
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.state.graph.data.rows[1][0] == 7.0)


def test_a_table_with_names_on_top_replaces_the_rows(pane, session):
    QGuiApplication.clipboard().setText("x1\tx2\ty\n1\t2\t1\n3\t4\t-1\n")
    press(pane, "paste")
    data = session.state.graph.data
    assert data.rows == ((1.0, 2.0, 1.0), (3.0, 4.0, -1.0))
    assert [column.node for column in data.columns] == [named(session, name) for name in ("x1", "x2", "y")]


def test_numbers_alone_are_pasted_from_the_cell_on(pane, session):
    pane.table.setCurrentIndex(pane.model.index(3, 1))
    QGuiApplication.clipboard().setText("8\t9\n10\t11\n")
    press(pane, "paste")
    rows = session.state.graph.data.rows
    assert rows[3] == (1.0, 8.0, 9.0)
    assert rows[4] == (0.0, 10.0, 11.0)
    assert len(rows) == 5


def test_what_is_wider_than_the_table_is_refused(pane, session):
    pane.table.setCurrentIndex(pane.model.index(0, 2))
    QGuiApplication.clipboard().setText("1\t2\n")
    before = session.state
    press(pane, "paste")
    assert "has 2 columns" in pane.refusal.text()
    assert session.state is before


def test_a_bad_paste_names_line_and_column(pane, session):
    QGuiApplication.clipboard().setText("x1,x2,y\n1,2,3\n1,two,3\n")
    before = session.state
    press(pane, "paste")
    assert "line 3, column 2" in pane.refusal.text()
    assert session.state is before


def test_a_file_is_read_off_this_thread_and_bound_by_name(pane, session, qtbot, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("y;x2;x1\n1;2,5;3\n-1;4;5\n", "utf-8-sig")
    pane.open_file(path)
    qtbot.waitUntil(lambda: len(session.state.graph.data) == 2)
    assert session.state.graph.data.numbers(0)[named(session, "x2")] == 2.5
    pane.save_to(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "y,x2,x1\n1.0,2.5,3.0\n-1.0,4.0,5.0\n"


def test_a_file_that_is_too_large_or_broken_is_refused_in_the_pane(pane, session, qtbot, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n3\n")
    before = session.state
    pane.open_file(path)
    qtbot.waitUntil(lambda: "line 3" in pane.refusal.text())
    with open(path, "wb") as file:
        file.truncate(100_000_000)
    pane.open_file(path)
    qtbot.waitUntil(lambda: "too large" in pane.refusal.text())
    assert session.state is before
    assert "4 rows" in pane.status.text()


def test_a_built_in_set_takes_the_place_of_the_rows(pane, session):
    action = next(each for each in pane.sets.actions() if each.objectName() == "data_set_moons")
    action.trigger()
    assert len(session.state.graph.data) == 100
    assert session.state.graph.data.columns[2].node == named(session, "y")
    assert pane.model.rowCount() == 100


def test_rows_and_columns_come_and_go(pane, session):
    press(pane, "add_row")
    assert len(session.state.graph.data) == 5
    pane.table.selectRow(0)
    press(pane, "remove_row")
    assert len(session.state.graph.data) == 4
    press(pane, "add_column")
    assert heading(pane, 3) == "x4\n⚠ unbound ▾"
    chosen(pane, 3, "Remove the column")
    assert pane.model.columnCount() == 3


def test_removing_rows_with_none_selected_says_so(pane):
    pane.table.clearSelection()
    press(pane, "remove_row")
    assert "Select the rows" in pane.refusal.text()


def test_a_column_is_bound_by_its_menu_and_the_other_one_let_go(pane, session):
    chosen(pane, 0, "→ x2")
    columns = session.state.graph.data.columns
    assert columns[0].node == named(session, "x2")
    assert columns[1].node is None
    assert "unbound" in heading(pane, 1)
    chosen(pane, 0, "→ nothing")
    assert session.state.graph.data.columns[0].node is None


def test_a_graph_without_rows_gets_columns_for_its_inputs(pane, session):
    session.set_rows(None)
    assert "No rows yet" in pane.status.text()
    press(pane, "add_row")
    assert [column.name for column in session.state.graph.data.columns] == ["x1", "x2", "y"]
    session.new()
    press(pane, "add_row")
    assert "no input" in pane.refusal.text()


def test_the_loss_is_the_mean_or_the_sum_of_the_rows(pane, session):
    session.train_step()
    mean = session.state.losses[0]
    session.undo()
    pane.reduction.setCurrentIndex(pane.reduction.findData("sum"))
    pane.reduction.activated.emit(1)
    session.train_step()
    assert session.state.losses[0] == pytest.approx(4 * mean)


def test_all_rows_are_copied_as_csv(pane):
    pane.table.setFocus()
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QApplication.sendEvent(pane.table, event)
    assert QGuiApplication.clipboard().text().startswith("x1,x2,y\n0.0,0.0,-1.0\n")


def test_the_menu_opens_under_the_heading(pane):
    header = pane.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(1) + 20, 5)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    popup = QApplication.activePopupWidget()
    assert [action.text() for action in popup.actions()][:2] == ["→ x2", "→ x1"]
    popup.close()


def renaming(pane, column):
    chosen(pane, column, "Rename the column")
    field = pane.findChild(QLineEdit, "data_column_name")
    assert field.hasFocus() or not pane.isActiveWindow()
    return field


def test_a_column_is_renamed_from_its_menu_and_the_name_can_be_undone(pane, session):
    assert "rename" in pane.model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    before = session.state.graph.data
    field = renaming(pane, 0)
    assert (field.text(), field.selectedText()) == ("x1", "x1")
    QTest.keyClicks(field, "height")
    QTest.keyClick(field, Qt.Key.Key_Return)
    data = session.state.graph.data
    assert [column.name for column in data.columns] == ["height", *(c.name for c in before.columns[1:])]
    assert (data.columns[0].node, data.rows) == (before.columns[0].node, before.rows)
    assert heading(pane, 0).startswith("height\n→ x1")
    session.undo()
    assert session.state.graph.data == before
    assert heading(pane, 0).startswith("x1\n")


def test_a_name_that_another_column_has_is_refused_and_changes_nothing(pane, session, qtbot):
    field = renaming(pane, 0)
    QTest.keyClicks(field, "x2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "There is a column “x2” already." in pane.refusal.text()
    assert session.state.graph.data.columns[0].name == "x1"
    qtbot.waitUntil(lambda: pane.findChild(QLineEdit, "data_column_name") is None)


def test_esc_leaves_the_name_of_a_column_as_it_was(pane, session, qtbot):
    before = session.state.history
    field = renaming(pane, 1)
    QTest.keyClicks(field, "width")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert session.state.graph.data.columns[1].name == "x2"
    assert session.state.history is before
    qtbot.waitUntil(lambda: pane.findChild(QLineEdit, "data_column_name") is None)


def test_a_column_that_goes_takes_the_field_of_its_name_with_it(pane, session, qtbot):
    renaming(pane, 2)
    pane.remove_column(2)
    qtbot.waitUntil(lambda: pane.findChild(QLineEdit, "data_column_name") is None)
    assert [column.name for column in session.state.graph.data.columns] == ["x1", "x2"]


def test_the_first_row_holds_what_the_graph_does(pane, session):
    session.set_rows(None)
    session.set_value(named(session, "x1"), 0.75)
    press(pane, "add_row")
    data = session.state.graph.data
    assert dict(zip((column.name for column in data.columns), data.rows[0], strict=True))["x1"] == 0.75
    assert session.state.graph.nodes[named(session, "x1")].data == 0.75


def test_headings_of_four_columns_have_room(pane, session):
    press(pane, "add_column")
    header = pane.table.horizontalHeader()
    for column in range(4):
        widest = max(
            header.fontMetrics().horizontalAdvance(line) for line in heading(pane, column).split("\n")
        )
        assert widest + 6 <= header.sectionSize(column), heading(pane, column)


def test_a_regularisation_in_a_sum_over_rows_is_said_to_count_for_each(pane, session):
    session.add_block(BlockSpec("loss", form="l2"))
    assert "counts" not in pane.status.text()
    pane.reduction.setCurrentIndex(pane.reduction.findData("sum"))
    pane.reduction.activated.emit(pane.reduction.currentIndex())
    assert "L2 regularisation counts 4 times in the sum" in pane.status.text()
    session.undo()
    session.undo()
    assert "counts" not in pane.status.text()


def test_numbers_that_are_not_those_of_the_row_are_said(pane, session):
    assert "other numbers" not in pane.status.text()
    session.set_value(named(session, "x1"), 9.0)
    assert "row 1, with other numbers" in pane.status.text()
    pane.show_row(0)
    assert session.state.graph.nodes[named(session, "x1")].data == 0.0
    assert "row 1" in pane.status.text()
    assert "other numbers" not in pane.status.text()


def test_a_long_table_is_pasted_behind_the_window(pane, session, qtbot, monkeypatch):
    monkeypatch.setattr("micrograd_gui.views.data.pane._LONG", 10)
    QGuiApplication.clipboard().setText("x,y\n1,2\n3,4\n5,6\n")
    pane.paste()
    assert pane.status.text() == "Reading what was pasted …"
    qtbot.waitUntil(lambda: session.state.graph.data is not None and len(session.state.graph.data) == 3)


@pytest.fixture
def held(monkeypatch):
    """Reading lasts until it is let go, or nobody wants it; it is told of at once."""
    go, read = Event(), tables.read
    monkeypatch.setattr("micrograd_gui.views.data.reading.SHOWN_AFTER", 0)

    def slowly(path, reading):
        while not go.wait(0.01):
            reading.has_come_to(0.4, "it")
        return read(path, reading)

    monkeypatch.setattr(tables, "read", slowly)
    yield go
    go.set()


def test_reading_a_file_tells_how_far_it_is_and_can_be_cancelled(make_view, session, qtbot, tmp_path, held):
    pane = make_view(DataPane, session, 460, 300)
    pane.show()
    path = tmp_path / "rows.csv"
    path.write_text("x1,x2,y\n1,2,3\n")
    before = session.state
    pane.open_file(path)
    line = pane.findChild(QWidget, "data_waiting")
    qtbot.waitUntil(line.isVisible)
    qtbot.waitUntil(lambda: line.findChild(QProgressBar).value() == 40)
    assert pane.status.text() == "Reading “rows.csv” …"
    pane.findChild(QPushButton, "data_cancel").click()
    assert not line.isVisible()
    assert "4 rows" in pane.status.text()
    qtbot.waitUntil(lambda: QThreadPool.globalInstance().activeThreadCount() == 0)  # it ends, unasked
    assert session.state is before
    assert not pane.refusal.isVisible()


def test_rows_that_are_read_for_one_document_do_not_come_into_the_next(pane, session, qtbot, tmp_path, held):
    path = tmp_path / "rows.csv"
    path.write_text("x1,x2,y\n1,2,3\n")
    pane.open_file(path)
    session.open_graph(learning.line())
    held.set()
    qtbot.waitUntil(lambda: QThreadPool.globalInstance().activeThreadCount() == 0)
    qtbot.wait(10)
    assert len(session.state.graph.data) == 20
    assert "20 rows" in pane.status.text()


def test_many_rows_are_copied_and_saved_behind_the_window(pane, session, qtbot, monkeypatch, tmp_path):
    monkeypatch.setattr("micrograd_gui.views.data.pane._MANY", 1)
    QGuiApplication.clipboard().clear()
    pane.copy()
    assert pane.status.text() == "Copying the rows …"
    assert not QGuiApplication.clipboard().text()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().startswith("x1,x2,y\n0.0,0.0,-1.0\n"))
    pane.save_to(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: "4 rows" in pane.status.text())
    assert tables.read(tmp_path / "out.csv").rows == session.state.graph.data.rows
    pane.save_to(tmp_path / "nowhere" / "out.csv")
    qtbot.waitUntil(lambda: "out.csv" in pane.refusal.text())


def test_a_change_of_all_rows_is_told_once(pane, session, qtbot):
    rows = tuple((float(at), 1.0, -1.0) for at in range(200))
    session.set_rows(replace(session.state.graph.data, rows=rows))
    told = []
    pane.model.dataChanged.connect(lambda *each: told.append(each))
    session.set_rows(replace(session.state.graph.data, rows=tuple((a + 1, b, c) for a, b, c in rows)))
    assert len(told) <= 2
    assert (told[0][0].row(), told[0][1].row()) == (0, 199)
    pane.set_look(pane._look)
    assert len(told) <= 3
