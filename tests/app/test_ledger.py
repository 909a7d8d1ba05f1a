"""The ledger in a real window: its key, its rows, a click on one, in the window and in the hall."""

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTableView


def ledger_of(window) -> QTableView:
    return window.findChild(QTableView, "ledger")


def texts(table) -> list[list[str]]:
    model = table.model()
    columns = range(model.columnCount())
    return [[model.index(row, column).data() for column in columns] for row in range(model.rowCount())]


def click(table, row: int) -> None:
    rect = table.visualRect(table.model().index(row, 0))
    table.scrollTo(table.model().index(row, 0))
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center() + QPoint(0, 0))


def said(window) -> str:
    return window.findChild(QLabel, "ledger_notes").text()


def test_y_shows_a_row_per_addition_and_a_click_goes_to_its_moment(opened, act, qtbot) -> None:
    window = opened("a = 3; b = 2; d = a*a; L = d*b")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    session = window.session
    QTest.keyClick(window.canvas, Qt.Key.Key_Y)
    assert "Select a node" in said(window)
    session.select({session.state.graph.named("a")})
    assert "run forward" in said(window)
    act(window, "forward", "backward")
    table = ledger_of(window)
    assert table.isVisible()
    assert [row[1:] for row in texts(table)] == [
        ["d, 1st operand", "2.0000 × 3.0000 = 6.0000", "· → 6.0000"],
        ["d, 2nd operand", "2.0000 × 3.0000 = 6.0000", "6.0000 → 12.0000"],
    ]
    last = table.model().index(1, 3)
    assert last.data(Qt.ItemDataRole.UserRole) == session.state.frame.grad[session.state.selected] == 12.0
    act(window, "first")
    click(table, 1)
    assert session.state.cursor == 5
    assert session.state.asked.wire == (session.state.graph.named("d"), 1)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]
    act(window, "previous")
    assert not table.selectionModel().selectedRows()
    QTest.keyClick(window.canvas, Qt.Key.Key_Y)
    assert not table.isVisible()


def test_rows_of_later_moments_are_grey_and_slanted_and_say_so(opened, act) -> None:
    window = opened("a = 3; b = 2; d = a*a; L = d*b")
    act(window, "forward", "backward", "why")
    window.session.select({window.session.state.graph.named("a")})
    table = ledger_of(window)
    index, font, ink = table.model().index(0, 0), Qt.ItemDataRole.FontRole, Qt.ItemDataRole.ForegroundRole
    now = index.data(ink).color()
    assert not index.data(font).italic()
    act(window, "previous")
    assert index.data(font).italic()
    assert index.data().endswith("later")
    assert index.data(ink).color() != now


def test_under_the_projector_it_is_the_third_pane_and_all_of_a_row_is_read(opened, act) -> None:
    window = opened("a = 3; b = 2; d = a*a; L = d*b", (1920, 1080))
    act(window, "forward", "backward")
    window.session.select({window.session.state.graph.named("a")})
    act(window, "projector", "why")
    table = ledger_of(window)
    assert table.isVisible()
    assert table.font().pixelSize() >= 20
    assert table.parentWidget().width() < 0.5 * window.width()
    shown = [" ".join(table.lines_of(table.model().index(0, column))) for column in (0, 2)]
    assert "1st operand" in shown[0]
    assert "→" in shown[1]
    act(window, "why")
    assert not table.isVisible()


def test_while_the_graph_trains_and_with_a_collapsed_block_it_says_what_it_can(opened, act, qtbot) -> None:
    window = opened("mlp")
    session = window.session
    act(window, "why")
    block = session.state.graph.blocks[0]
    session.select(session.state.graph.within(block.id))
    assert (session.state.selected is None) == (block.output is None)
    assert ("Several nodes" in said(window)) == (block.output is None)
    session.select({session.state.graph.parameters[0]})
    act(window, "forward", "backward")
    rows = texts(ledger_of(window))
    assert "rows" in rows[-1][1]
    act(window, "train")
    qtbot.waitUntil(lambda: "Pause" in said(window))
    assert not texts(ledger_of(window))
    act(window, "train")
    qtbot.waitUntil(lambda: bool(texts(ledger_of(window))))


def strands(window) -> dict:
    """Which paths go along each drawn wire."""
    along: dict = {}
    for each in window.canvas.picture.strands:
        along.setdefault(each.wire, []).append(each.path)
    return along


def test_shift_y_draws_every_path_and_a_click_leaves_one_alone(opened, act, qtbot) -> None:
    window = opened("a = 3; b = 2; d = a*a; L = d*b + a")
    session, named = window.session, window.session.state.graph.named
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    session.select({named("a")})
    QTest.keyClick(window.canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    paths = window.findChild(QTableView, "paths_list")
    assert paths.isVisible()
    assert [row[2:] for row in texts(paths)] == [["", ""]] * 3, "symbols only before the pass"
    act(window, "forward", "backward")
    assert [row[3] for row in texts(paths)] == ["6.0000", "6.0000", "1.0000"]
    total = window.findChild(QLabel, "ledger_total")
    assert "13.0000" in total.text()
    target = session.state.graph.target
    product = session.state.graph.nodes[target].inputs[0]
    assert strands(window) == {
        (named("d"), 0): [0], (named("d"), 1): [1], (product, 0): [0, 1], (target, 0): [0, 1],
        (target, 1): [2],
    }  # fmt: skip
    shared = [each.lane for each in window.canvas.picture.strands if each.wire == (product, 0)]
    assert shared == [-0.5, 0.5], "beside each other"
    click(paths, 1)
    assert set(strands(window)) == {(named("d"), 1), (product, 0), (target, 0)}
    click(paths, 1)
    assert len(strands(window)) == 5
    act(window, "paths")
    assert strands(window) == {}


def test_a_path_goes_through_a_collapsed_block_by_its_box_and_says_so(opened, act) -> None:
    window = opened("mlp")
    session = window.session
    session.select({session.state.graph.named("x1")})
    act(window, "forward", "backward", "paths")
    paths = window.findChild(QTableView, "paths_list")
    rows = texts(paths)
    assert len(rows) == 13
    assert "[neuron 1_" in rows[0][0]
    assert rows[-1][0].startswith("4 more")
    drawn = strands(window)
    assert drawn.keys() <= window.canvas.graph_scene.curves.keys()
    (last,) = (wire for wire in drawn if wire[0] == session.state.graph.target)
    assert drawn[last] == list(range(12))
    act(window, "projector", "why")
    assert paths.isVisible()
    assert strands(window)[last] == list(range(12))
    window.canvas.grab()


def test_a_row_lights_the_wire_it_came_along(opened, act) -> None:
    window = opened("a = 3; b = 2; d = a*a; L = d*b")
    act(window, "forward", "backward", "why", "first")
    window.session.select({window.session.state.graph.named("a")})
    before = window.canvas.grab().toImage()
    click(ledger_of(window), 1)
    assert strands(window) == {(window.session.state.graph.named("d"), 1): [-1]}
    assert window.canvas.grab().toImage() != before
    act(window, "previous")
    assert strands(window) == {}


def test_paths_keep_their_dashes_on_the_wires_of_the_step(opened, act) -> None:
    window = opened("a = 3; b = a*a")
    window.session.select([window.session.state.graph.named("a")])
    act(window, "paths", "forward", "backward")
    canvas, (first, second) = window.canvas, sorted(window.canvas.picture.lit)
    image = canvas.viewport().grab().toImage()
    curves, scale = canvas.picture.scene.curves, image.devicePixelRatio()

    def inked(wire) -> float:
        """How much of the wire is in another colour than the ground."""
        points = [canvas.mapFromScene(QPointF(*curves[wire].at(0.05 + k / 1000))) for k in range(150)]
        seen = [image.pixelColor(round(at.x() * scale), round(at.y() * scale)) for at in points]
        return sum(colour.saturation() > 80 for colour in seen) / len(seen)

    assert inked(first) > 0.95
    assert inked(second) < 0.75


def test_a_grad_from_before_an_update_is_struck_in_the_ledger(opened, act):
    window = opened("w = 2; x = 3; L = (w*x - 1)**2")
    window.session.mark(window.session.state.graph.named("w"), "parameter")
    window.session.select((window.session.state.graph.named("w"),))
    act(window, "backward", "why")
    pane = window.panes.late["ledger"]
    assert "<s>" not in pane.title.text() + pane.total.text()
    act(window, "update")
    assert "<s><b>30.0000</b></s>" in pane.title.text()
    assert "<s><b>30.0000</b></s>" in pane.total.text()
    act(window, "zero_grad")
    assert "<s>" not in pane.title.text() + pane.total.text()


def test_on_little_room_what_an_update_did_is_told_in_lines_and_nothing_is_cut(opened, act) -> None:
    window = opened("neuron")
    window.resize(1024, 700)
    act(window, "backward", "update", "forward", "backward")
    window.session.select([window.session.state.graph.named("w1")])
    act(window, "why")
    QTest.qWait(50)
    table = window.findChild(QTableView, "ledger_data")
    index = table.model().index(1, 1)
    lines = table.lines_of(index)
    assert lines == ["update: w1.data − rate × w1.grad", "= −3.0000 − 0.0500 × 1.0000 = −3.0500"]
    font = table.fontMetrics()
    assert max(map(font.horizontalAdvance, lines)) <= table.columnWidth(1)
    assert table.rowHeight(0) < table.rowHeight(1)
    assert table.height() >= table.verticalHeader().length()


def test_a_ledger_that_nobody_sees_is_styled_when_it_is_seen(opened, act) -> None:
    window = opened("a = 3; b = 2; L = a*b")
    pane = window.panes.ensure("ledger")
    size = pane.title.font().pixelSize()
    larger = replace(window.look, scale=2 * window.look.scale)
    window.panes.set_look(larger)
    assert pane.title.font().pixelSize() == size
    act(window, "why")
    assert pane.title.font().pixelSize() == larger.font(14).pixelSize() > size
