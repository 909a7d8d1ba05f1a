"""What the picture shows, checked by its pixels and its geometry; no golden pictures."""

import itertools
import time

import pytest
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage

from micrograd_gui.document.text import WIDEST
from micrograd_gui.figures.geometry import HEIGHT, NUMBER_SIZE, WIDTH, node_sizes
from micrograd_gui.layout.layout import places
from micrograd_gui.session.explain.slopes import rule_text
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.paint_cards import before_and_after
from micrograd_gui.views.canvas.pens import ROW_NUMBER, fit, pens_of
from micrograd_gui.views.theme import DARK, LIGHT, Look, load_fonts

NEURON = (
    "x1 = 2; x2 = 0; w1 = -3; w2 = 1; b = 6.8813735870195432; x1w1 = x1*w1; x2w2 = x2*w2;"
    "s = x1w1 + x2w2; n = s + b; o = tanh(n)"
)


def differing(before: QImage, after: QImage) -> QRect:
    """The smallest rectangle around all pixels that differ."""
    width, height = before.width(), before.height()
    one, two = bytes(before.constBits()), bytes(after.constBits())
    line = before.bytesPerLine()
    rows = [y for y in range(height) if one[y * line : (y + 1) * line] != two[y * line : (y + 1) * line]]
    if not rows:
        return QRect()
    columns = [
        x
        for y in rows
        for x in range(width)
        if one[y * line + 4 * x : y * line + 4 * x + 4] != two[y * line + 4 * x : y * line + 4 * x + 4]
    ]
    return QRect(min(columns), rows[0], max(columns) - min(columns) + 1, rows[-1] - rows[0] + 1)


def test_of_an_endless_label_no_more_is_measured_than_has_room(qapp) -> None:
    """Of one of 15 million characters Qt took four seconds, in the window's thread."""
    font = pens_of(Look(LIGHT)).name
    began = time.thread_time()
    for endless in ("x" * 15_000_000, "w_1" * 5_000_000):
        assert len(font.elided(endless, 200.0)) < 60
        assert font.width(endless) > 10_000_000
    assert time.thread_time() - began < 0.5
    assert font.elided("w_1", 200.0) == "w_1"


def on_screen(desk) -> QImage:
    """What the window shows, without asking it to paint."""
    shown = desk.view.screen().grabWindow(desk.view.winId())
    return shown.toImage().convertToFormat(QImage.Format.Format_RGB32)


def contrast(one: str, two: str) -> float:
    def light(colour: str) -> float:
        parts = QColor(colour).getRgbF()[:3]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((light(one), light(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_stepping_changes_nothing_outside_the_neighbourhood_of_the_acting_nodes(desk):
    desk.open(NEURON)
    desk.session.forward()
    desk.session.backward_step()
    for _ in range(4):
        before, was = desk.picture(), desk.view.picture
        desk.session.backward_step()
        after, now = desk.picture(), desk.view.picture
        near = QRectF()
        for rect in (*was.lit_rects, *now.lit_rects):
            near = near.united(rect)
        allowed = desk.view.viewportTransform().mapRect(near).toAlignedRect().adjusted(-3, -3, 3, 3)
        changed = differing(before, after)
        assert not changed.isNull()
        assert allowed.contains(changed)


@pytest.mark.parametrize("zoom", [0.15, 0.4, 0.55, 0.8, 1.3])
def test_what_is_repainted_in_part_looks_as_if_it_were_painted_whole(desk, zoom):
    desk.open(NEURON)
    desk.view.look_at(desk.view.graph_scene.bounds().center(), zoom)
    verbs = (
        desk.session.forward,
        desk.session.backward_step,
        desk.session.backward_step,
        desk.session.backward_step,
        desk.session.previous,
        desk.session.zero_grad,
        lambda: desk.session.select({desk.named("n")}),
        lambda: desk.session.nudge(desk.named("b"), 0.01),
        lambda: desk.session.set_value(desk.named("x1"), 2.5),
        lambda: desk.session.rename(desk.named("o"), "out"),
        lambda: desk.session.move({desk.named("n"): (300.0, 20.0)}),
        lambda: desk.session.set_target(desk.named("s")),
        lambda: desk.session.delete({desk.named("w2")}),
        desk.session.undo,
        lambda: desk.session.mark(desk.named("x1"), "parameter"),
        lambda: desk.session.update(0.1),
        desk.session.forward_step,
        desk.session.previous,
        desk.session.zero_grad,
    )
    desk.settle()
    for verb in verbs:
        verb()
        desk.settle()
        in_part = on_screen(desk)
        desk.view.viewport().repaint()
        assert differing(in_part, on_screen(desk)).isNull()


def test_the_wires_of_a_times_a_are_drawn_apart(desk):
    desk.open("a = 3; b = a*a")
    first, second = (desk.view.graph_scene.curves[desk.named("b"), port] for port in (0, 1))
    for t in (0.3, 0.5, 0.7):
        assert second.at(t)[1] - first.at(t)[1] > 10
    picture, ground = desk.picture(), QColor(LIGHT.ground).rgb()
    x = desk.wire("b", 0).x()
    ys = sorted(desk.wire("b", port).y() for port in (0, 1))
    column = [picture.pixel(x, y) for y in range(ys[0] - 4, ys[1] + 5)]
    dark = [colour not in (ground, QColor(LIGHT.grid).rgb()) for colour in column]
    assert len([is_wire for is_wire, _ in itertools.groupby(dark) if is_wire]) == 2


@pytest.mark.parametrize(
    "expression",
    [
        "a = 3; b = a*a",
        "a=2; b=-3; c=10; f=-2; e=a*b; d=e+c; L=d*f",
        NEURON,
        "x=2; y=-3; d=x*y; e=x+y; f=d*e",
        "x = 2; y = (x - 1) / (x + 1); z = (x**2) ** y",
    ],
)
@pytest.mark.parametrize("zoom", [0.4, 0.6, 1.0])
def test_chips_cover_neither_boxes_nor_each_other(desk, expression, zoom):
    desk.open(expression)
    desk.session.tidied(desk.graph, places(desk.graph, node_sizes(desk.graph)), as_edit=False)
    desk.view.look_at(QPointF(0, 0), zoom)
    desk.session.forward()
    seen = 0
    for _ in range(len(desk.graph)):
        desk.session.backward_step()
        chips = [chip.rect for chip in desk.view.picture.chips]
        seen += len(chips)
        boxes = [desk.view.box_of(number) for number in desk.graph.nodes]
        assert not any(chip.intersects(box) for chip in chips for box in boxes)
        assert not any(one.intersects(two) for one, two in itertools.combinations(chips, 2))
    assert seen >= 2


def test_chips_say_what_each_wire_contributes(desk):
    desk.open()
    desk.session.forward()
    for _ in range(4):
        desk.session.backward_step()
    assert [(chip.rule, chip.amount) for chip in desk.view.picture.chips] == [
        ("× b = −3", "+= 6"),
        ("× a = 2", "+= −4"),
    ]


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        ("o = tanh(n)", "× (1 − o²) = 0.42"),
        ("y = a + b", "× 1"),
        ("y = a - b", "× 1"),
        ("y = exp(a)", "× y = 2.718"),
    ],
)
def test_chips_put_the_rule_in_names(desk, expression, rule):
    desk.open(expression)
    desk.session.forward()
    desk.session.backward_step()
    desk.session.backward_step()
    assert desk.view.picture.chips[0].rule == rule


def test_a_rule_too_long_for_a_wire_gives_way_to_its_number(desk):
    desk.open("a_long_name = 3; another_long_name = 2; y = a_long_name / another_long_name")
    desk.session.forward()
    desk.session.backward()
    step = desk.state.step
    assert rule_text(desk.graph, step.node, step.contributions[1]) == "× −0.75"


def test_no_number_is_wider_than_its_field_or_too_small_to_read(desk):
    load_fonts()
    colours = pens_of(Look(LIGHT))
    for font, size, room in (
        (colours.number, NUMBER_SIZE, WIDTH / 2 - 6),
        (colours.row_number, ROW_NUMBER, WIDTH - 18),
    ):
        width = font.width(WIDEST)
        narrowed, smaller = fit(width, room)
        assert width * narrowed * smaller <= room + 0.01
        assert size * smaller >= 9.5
        assert fit(font.width("−6.0000"), room) == (1.0, 1.0)


def test_digits_are_all_of_the_same_width(desk):
    font = pens_of(Look(LIGHT)).number
    assert len({font.width(digit) for digit in "0123456789"}) == 1


def test_boxes_keep_their_size_whatever_they_hold(desk):
    desk.open("a = 2; L = a * 99999.5")
    before = node_sizes(desk.graph)
    desk.session.set_value(desk.named("a"), -12345.678)
    desk.session.rename(desk.named("a"), "a name as long as a sentence that no box can hold")
    assert node_sizes(desk.graph) == before
    assert set(before.values()) == {(WIDTH, HEIGHT)}


def test_changing_a_number_repaints_only_the_boxes_that_show_it(desk):
    desk.open()
    desk.session.forward()
    desk.session.first()
    before = desk.picture()
    desk.session.set_value(desk.named("f"), -12345.678)
    allowed = desk.view.viewportTransform().mapRect(desk.view.graph_scene.box_rect(desk.named("f")))
    assert allowed.toAlignedRect().contains(differing(before, desk.picture()))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_has_the_contrast_to_be_read(theme):
    grounds = (theme.panel, theme.accent_fill, theme.bad_fill)
    for ground in grounds:
        for colour in (theme.text, theme.muted, theme.data, theme.grad):
            assert contrast(colour, ground) >= 4.5, (colour, ground)
    assert contrast(theme.data, theme.chip) >= 4.5
    assert contrast(theme.on_data, theme.data) >= 4.5


def test_roles_target_and_problem_are_told_apart_without_colour(desk):
    desk.open("a = -2; L = log(a)")
    grey = []
    for role in ("", "input", "parameter"):
        desk.session.mark(desk.named("a"), role)
        desk.session.select(())
        place = desk.view.viewportTransform().mapRect(desk.view.box_of(desk.named("a"))).toAlignedRect()
        grey.append(desk.picture().copy(place).convertToFormat(QImage.Format.Format_Grayscale8))
    assert grey[0] != grey[1] != grey[2] != grey[0]
    place = desk.view.viewportTransform().mapRect(desk.view.box_of(desk.named("L"))).toAlignedRect()
    calm = desk.picture().copy(place)
    desk.session.forward()
    assert desk.view.picture.problem == desk.named("L")
    warned = desk.picture().copy(place)
    right = QRect(place.width() - 40, 0, 40, 30)
    assert calm.copy(right) != warned.copy(right)


def test_a_node_not_computed_yet_shows_a_dot_and_not_0(desk):
    desk.open("a = 0; L = a * 1")
    field = desk.view.viewportTransform().mapRect(card_geometry.fields(desk.place("L"), desk.view.zoom)[0])
    inner = field.toAlignedRect().adjusted(4, int(16 * desk.view.zoom), -4, -4)

    def inked():
        part, panel = desk.picture().copy(inner), QColor(LIGHT.panel).rgb()
        return sum(part.pixel(x, y) != panel for x in range(part.width()) for y in range(part.height()))

    dot = inked()
    assert 0 < dot < 60
    desk.session.forward()
    desk.session.select(())
    assert inked() > 3 * dot


def test_a_nudge_shows_old_and_new_numbers_on_what_moved_and_nowhere_else(desk):
    desk.open()
    desk.session.forward()
    desk.session.select({desk.named("a")})
    before = desk.picture()
    desk.session.nudge(desk.named("a"), 0.001)
    after = desk.picture()
    names = {desk.graph.nodes[number].name for number in desk.view.picture.nudged}
    assert names == {"a", "e", "d", "L"}
    for node in desk.graph:
        place = desk.view.viewportTransform().mapRect(desk.view.box_of(node.id)).toAlignedRect()
        assert (before.copy(place) != after.copy(place)) == (node.name in names)
    desk.session.end_nudge()
    assert desk.picture() == before


@pytest.mark.parametrize("zoom", [0.45, 1.3])
def test_a_stale_number_is_muted_with_a_line_through_it(desk, zoom):
    """In the row of pixels through the middle of a number there are gaps between digits, but for the line."""
    desk.open("w = 2; x = 3; L = (w*x - 1)**2")
    desk.view.look_at(desk.view.graph_scene.bounds().center(), zoom)
    desk.session.mark(desk.named("w"), "parameter")
    desk.session.backward()
    desk.session.select(())

    def through_the_middle(name, at):
        field = card_geometry.fields(desk.place(name), desk.view.zoom)[at]
        place = desk.view.viewportTransform().mapRect(field)
        inner = place.adjusted(4 * zoom, 0, -5 * zoom, 0).toAlignedRect()
        part = desk.picture().copy(inner)
        middle = round(24 * zoom) if zoom > 1 else inner.height() // 2
        row = [QColor(part.pixel(x, middle)).name() for x in range(part.width())]
        runs = (len(list(run)) for inked, run in itertools.groupby(row, lambda c: c != LIGHT.panel) if inked)
        return max(runs), set(row)

    before = through_the_middle("L", 0)
    assert LIGHT.data.lower() in before[1]
    desk.session.update(0.05)
    after = through_the_middle("L", 0)
    assert after[0] > 3 * before[0]
    assert LIGHT.muted.lower() in after[1]
    assert LIGHT.data.lower() not in after[1]
    desk.session.forward()
    assert LIGHT.data.lower() in through_the_middle("L", 0)[1]


@pytest.mark.parametrize(
    "label",
    ['quo"te', "{a|b}", "<b>x</b>", "back\\slash", "two\nlines", "\x07", "😀" * 40, "\u202eevil", "x" * 500],
)
def test_any_label_is_painted_inside_its_box(desk, label):
    desk.open()
    desk.session.rename(desk.named("c"), label)
    number = next(node.id for node in desk.graph if node.data == 10.0)
    picture = desk.picture()
    box = desk.view.viewportTransform().mapRect(desk.view.box_of(number)).toAlignedRect()
    right = box.right() + 12
    ground = {QColor(LIGHT.ground).rgb(), QColor(LIGHT.grid).rgb()}
    beside = {picture.pixel(right, y) for y in range(box.top() + 2, box.top() + 14)}
    assert beside <= ground


@pytest.mark.parametrize("kind", ["forward", "backward", "problem"])
def test_lit_wires_have_the_colour_of_what_flows_through_them(desk, kind):
    desk.open("a = 0; L = log(a)" if kind == "problem" else "a = 2; L = log(a)")
    desk.session.forward()
    if kind == "backward":
        desk.session.backward()
    assert desk.view.picture.step.kind == kind
    colour = LIGHT.grad if kind == "backward" else LIGHT.data
    assert desk.picture().pixelColor(desk.wire("L", 0, t=0.12)) == QColor(colour)


def test_from_further_off_a_nudge_leaves_the_name_whole_and_lights_no_row_of_data_for_a_grad(desk):
    desk.open()
    desk.session.forward()
    desk.session.backward()
    desk.view.zoom_by_hand(0.6 / desk.view.zoom)
    a, e = desk.named("a"), desk.named("e")
    desk.session.seek(6)
    assert (e, "grad") in desk.view.picture.fresh
    desk.session.select([a])
    before = desk.picture()
    desk.session.nudge(a, 0.001)
    after = desk.picture()
    assert before != after

    def name_of(image, top):
        rect = desk.view.graph_scene.boxes[a]
        box = desk.view.mapFromScene(QRectF(rect.left() + 6, rect.top() + top, 30, 20 - top)).boundingRect()
        return image.copy(box)

    assert name_of(before, 0) != name_of(after, 0), "by how much it moved stands above"
    assert name_of(before, 5.5) == name_of(after, 5.5)
    lit = desk.view.pens.accent_fill.rgb()
    row = card_geometry.fields(desk.place("e"), desk.view.zoom)[1]
    corner = desk.view.mapFromScene(QPointF(row.left() + 45, row.center().y()))
    assert (before.pixel(corner), after.pixel(corner)) == (lit, desk.view.pens.panel.rgb())


def test_a_very_small_nudge_shows_two_numbers_that_look_different(desk):
    desk.open()
    a = desk.named("a")
    desk.session.nudge(a, 1e-12)
    old, new = before_and_after(desk.view.picture, a)
    assert old != new
