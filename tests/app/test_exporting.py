"""Exporting from the window: the dialog, the background, the way out, and the clipboard."""

import io
import threading
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QWidget,
)

from micrograd_gui.app.exporting import clipboard
from micrograd_gui.app.exporting.clipboard import copy_picture
from micrograd_gui.app.exporting.dialog import STAND_FOR, ExportDialog, open_export
from micrograd_gui.app.exporting.request import request_of, write_files
from micrograd_gui.document.errors import Refusal
from micrograd_gui.export.formats import FORMS, render
from micrograd_gui.export.options import OPTIONS, Option
from micrograd_gui.export.worksheet import worksheet_of
from micrograd_gui.files import documents
from micrograd_gui.files.embedded import graph_inside
from micrograd_gui.layout.graphviz import Cancelled
from micrograd_gui.views.background import all_written

SVG = "{http://www.w3.org/2000/svg}"


def chosen(dialog: ExportDialog, **choices: str) -> None:
    """Choose in the dialog's boxes, by name."""
    for name, data in choices.items():
        combo = dialog.findChild(QComboBox, name)
        assert combo.findData(data) >= 0, (name, data)
        combo.setCurrentIndex(combo.findData(data))


def texts(path: Path) -> list[str]:
    return [each.text or "" for each in ElementTree.parse(path).getroot().iter(f"{SVG}text")]


def finished(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.background.busy("export"), timeout=20_000)


def test_the_dialog_makes_a_file_of_this_moment_and_goes(opened, qtbot, tmp_path):
    window = opened("lecture")
    window.session.forward()
    window.session.backward_step()
    dialog = open_export(window)
    chosen(dialog, form=".svg", theme="dark")
    dialog.choose.click()
    dialog.findChild(QFileDialog, "file").fileSelected.emit(str(tmp_path / "a.svg"))
    finished(qtbot, window)
    assert "−8.0000" in texts(tmp_path / "a.svg")
    assert "6.0000" not in texts(tmp_path / "a.svg"), "this moment, not the end of the run"
    assert "#0e1218" in (tmp_path / "a.svg").read_text("utf-8")
    assert window.message.text() == "Exported to a.svg."
    qtbot.waitUntil(lambda: window.findChild(ExportDialog, "export_dialog") is None)


def test_all_moments_are_made_though_nothing_was_run(reopened, qtbot, tmp_path):
    window = reopened("lecture")
    for style in ("notebook", "canvas"):
        path = tmp_path / f"{style}.pdf"
        dialog = open_export(window)
        chosen(dialog, form=".pdf", moment="all", style=style)
        dialog.export_to(path)
        finished(qtbot, window)
        assert path.read_bytes().count(b"/Type /Page\n") == 8, style
        assert window.session.state.trace is None, "the window's own run is untouched"


def test_numbered_files_that_are_there_are_replaced_only_after_a_question(reopened, qtbot, tmp_path):
    window = reopened("square")
    (tmp_path / "a-01.svg").write_text("old")
    dialog = open_export(window)
    chosen(dialog, form=".svg", moment="all")
    dialog.export_to(tmp_path / "a.svg")
    box = dialog.findChild(QMessageBox, "replace")
    assert "a-01.svg" in box.text()
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert [path.name for path in tmp_path.iterdir()] == ["a-01.svg"]
    dialog.export_to(tmp_path / "a.svg")
    replace = dialog.findChildren(QMessageBox, "replace")[-1]
    next(button for button in replace.buttons() if button.text() == "Replace").click()
    finished(qtbot, window)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a-0{n}.svg" for n in range(4)]
    assert texts(tmp_path / "a-01.svg")


def test_cancel_ends_a_long_export_and_leaves_nothing_behind(reopened, qtbot, tmp_path):
    window = reopened("neuron")
    dialog = open_export(window)
    chosen(dialog, form=".gif", moment="all", scale="3")
    bar = dialog.findChild(QProgressBar, "progress")
    dialog.export_to(tmp_path / "a.gif")
    qtbot.waitUntil(lambda: bar.maximum() == 12 and bar.value() >= 1, timeout=20_000)
    dialog.reject()
    assert not window.background.busy("export")
    assert all_written(60.0)  # a picture that was begun is drawn to its end
    QApplication.processEvents()
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said_in_the_dialog_which_stays(reopened, qtbot, tmp_path):
    window = reopened("lecture")
    dialog = open_export(window)
    dialog.export_to(tmp_path / "none" / "a.svg")
    finished(qtbot, window)
    assert "no folder “none”" in dialog.message.text()
    assert dialog.isVisible()
    assert dialog.choose.isEnabled()
    dialog.close()


def test_a_name_that_no_file_can_be_made_of_is_said_in_the_dialog_which_stays(reopened, qtbot, tmp_path):
    window = reopened("lecture")
    dialog = open_export(window)
    for name, words in (
        ("nosuffix", "A suffix is missing"),
        ("a.xyz", "The suffix “.xyz” is not known"),
        (f"{'x' * 300}.svg", "cannot be written: file name too long"),
    ):
        dialog.export_to(tmp_path / name)
        qtbot.waitUntil(lambda words=words: words in dialog.message.text())
        assert dialog.isVisible(), name
        assert dialog.choose.isEnabled(), name
        assert not list(tmp_path.iterdir()), name
    dialog.export_to(tmp_path / "a.svg")
    finished(qtbot, window)
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_only_what_the_form_has_use_for_can_be_chosen(reopened):
    window = reopened("lecture")
    dialog = open_export(window)
    assert not dialog.findChild(QCheckBox, "selected").isEnabled(), "nothing is selected"
    for form, style, scale, transparent in (
        (".svg", True, False, True),
        (".png", True, True, True),
        (".mmd", False, False, False),
        (".micrograd", False, False, False),
    ):
        chosen(dialog, form=form)
        assert dialog.findChild(QComboBox, "style").isEnabled() is style, form
        assert dialog.findChild(QComboBox, "scale").isEnabled() is scale, form
        assert dialog.findChild(QCheckBox, "transparent").isEnabled() is transparent, form
    dialog.close()


def asked_for(dialog: ExportDialog) -> set[str]:
    """The options of the table that the dialog asks for: for some it has words of its own."""
    seen = {name for name, field in dialog.fields.items() if field.isVisibleTo(dialog)}
    return {option for name in seen for option in STAND_FOR.get(name, (name,))}


def test_the_dialog_asks_for_every_option_of_the_form_and_for_no_other(reopened):
    dialog = open_export(reopened("lecture"))
    for suffix in FORMS:
        chosen(dialog, form=suffix)
        dialog.options.more.setChecked(True)
        assert asked_for(dialog) == FORMS[suffix].options, suffix
        assert dialog.options.none.isHidden() == bool(FORMS[suffix].options), suffix
    dialog.close()


def test_a_row_that_is_added_to_the_table_is_in_the_dialog_by_itself(reopened, monkeypatch):
    row = Option(name="line_weight", within=(0, 9), default=1, help="of wires")
    monkeypatch.setitem(OPTIONS, row.name, row)
    monkeypatch.setitem(FORMS, ".svg", replace(FORMS[".svg"], options=FORMS[".svg"].options | {row.name}))
    dialog = open_export(reopened("lecture"))
    field = dialog.findChild(QLineEdit, "line_weight")
    field.setText("3")
    assert field.accessibleName() == "Line weight"
    assert field.placeholderText() == "1"
    assert dialog.request().given["line_weight"] == "3"
    chosen(dialog, form=".pdf")
    assert not field.isEnabled()
    assert "line_weight" not in dialog.request().given
    dialog.close()


def test_tab_goes_through_all_that_can_be_chosen_as_it_is_seen(reopened, qtbot):
    dialog = open_export(reopened("lecture"))
    chosen(dialog, form=".gif")
    qtbot.keyClick(dialog.options.more, Qt.Key.Key_Space)
    dialog.form.setFocus()
    seen = [dialog.focusWidget()]
    while True:
        qtbot.keyClick(seen[-1], Qt.Key.Key_Tab)
        if dialog.focusWidget() in seen:
            break
        seen.append(dialog.focusWidget())
    fields = [each for each in seen if each in dialog.fields.values()]
    assert {each.objectName() for each in fields} == {n for n, f in dialog.fields.items() if f.isEnabled()}
    heights = [each.mapTo(dialog.options, each.rect().topLeft()).y() for each in fields]
    assert heights == sorted(heights)
    names = [each.objectName() for each in seen]
    assert names[:3] == ["form", "preset", "save_preset"]
    assert names.index("more") < names.index("preview_scroll") < names.index("command")
    assert names.index("copy_command") < names.index("choose_file")
    dialog.close()


def test_what_is_animated_is_of_all_moments_and_a_picture_of_this_one(reopened, qtbot, tmp_path):
    window = reopened("square")
    dialog = open_export(window)
    for form, which in (
        (".gif", "all"),
        (".png", "now"),
        (".webp", "all"),
        (".pdf", "now"),
        (".html", "all"),
    ):
        chosen(dialog, form=form)
        assert dialog.request().which == which, form
    chosen(dialog, form=".gif", scale="1")
    dialog.export_to(tmp_path / "a.gif")
    finished(qtbot, window)
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames >= 4


def test_what_was_chosen_stays_when_the_form_is_another(opened):
    dialog = open_export(opened("lecture"))
    assert dialog.options.value("theme") == "light"
    chosen(dialog, form=".svg", style="canvas")
    dialog.findChild(QLineEdit, "digits").setText("2")
    chosen(dialog, form=".html")
    assert dialog.request().options.style == "canvas"
    assert dialog.request().options.digits == 2
    assert dialog.request().options.theme is None, "a page goes by its reader's screen"
    chosen(dialog, theme="dark")
    chosen(dialog, form=".png")
    assert dialog.request().options.theme == "dark"
    assert dialog.options.more.text() == "More (1 chosen)"
    dialog.close()


def test_from_a_dark_window_pictures_are_light_until_dark_is_chosen(opened):
    window = opened("lecture")
    window.appearance.use_theme("dark")
    dialog = open_export(window)
    for form, theme in ((".pdf", "light"), (".tex", "light"), (".png", "light"), (".gif", "dark")):
        chosen(dialog, form=form)
        assert dialog.request().options.theme == theme, form
    chosen(dialog, form=".pdf", theme="dark")
    chosen(dialog, form=".png")
    assert dialog.request().options.theme == "dark"
    dialog.close()


def test_what_is_refused_is_said_at_its_option_and_nothing_can_be_made(reopened, qtbot, tmp_path):
    window = reopened("lecture")
    dialog = open_export(window)
    dialog.findChild(QLineEdit, "digits").setText("2.5")
    note = dialog.findChild(QLabel, "digits_refused")
    assert note.text() == "⚠ Digits must be a whole number from 0 to 12, not “2.5”."
    assert not note.isHidden()
    assert dialog.options.more.isChecked(), "it is seen where it was hidden"
    assert not dialog.choose.isEnabled()
    dialog.export_to(tmp_path / "a.svg")
    assert not list(tmp_path.iterdir())
    dialog.findChild(QLineEdit, "digits").setText("2")
    assert note.isHidden()
    assert dialog.choose.isEnabled()
    chosen(dialog, form=".gif")
    dialog.findChild(QLineEdit, "fps").setText("2")
    dialog.findChild(QLineEdit, "seconds").setText("1")
    for name in ("fps", "seconds"):
        assert "both say" in dialog.findChild(QLabel, f"{name}_refused").text()
    dialog.close()


def test_options_that_the_dialog_had_not_come_into_the_file(reopened, qtbot, tmp_path):
    window = reopened("lecture")
    dialog = open_export(window)
    chosen(dialog, form=".py", dialect="jax")
    dialog.export_to(tmp_path / "a.py")
    finished(qtbot, window)
    assert "import jax" in (tmp_path / "a.py").read_text("utf-8")
    dialog = open_export(window)
    chosen(dialog, form=".svg", rankdir="TB")
    for name, text in (("digits", "1"), ("margin", "50")):
        dialog.findChild(QLineEdit, name).setText(text)
    dialog.export_to(tmp_path / "a.svg")
    finished(qtbot, window)
    render(
        window.session.state.graph,
        tmp_path / "b.svg",
        {"step": "0", "rankdir": "TB", "digits": 1, "margin": 50},
    )
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_the_step_card_alone_can_be_chosen_and_then_nothing_of_the_graph(opened, qtbot, tmp_path):
    window = opened("lecture")
    window.session.select([window.session.state.graph.named("L")])
    window.session.forward()
    window.session.backward_step()
    dialog = open_export(window)
    chosen(dialog, form=".svg", shown="card")
    assert not dialog.findChild(QComboBox, "style").isEnabled()
    assert not dialog.findChild(QCheckBox, "selected").isEnabled()
    dialog.export_to(tmp_path / "a.svg")
    finished(qtbot, window)
    assert "moment 4 of 7" in "".join(texts(tmp_path / "a.svg"))
    assert "data" not in texts(tmp_path / "a.svg")


def test_a_run_is_shown_with_its_step_cards_unless_told_otherwise(reopened):
    dialog = open_export(reopened("lecture"))
    chosen(dialog, form=".pdf")
    assert dialog.request().options.card is False
    chosen(dialog, moment="all")
    assert dialog.request().options.card is True
    chosen(dialog, shown="graph")
    assert dialog.request().options.card is False
    chosen(dialog, form=".html")
    assert dialog.request().options.card is None, "a player has its own"
    dialog.close()


def test_the_dialog_offers_the_selection_alone_when_there_is_one(opened, qtbot, tmp_path):
    window = opened("lecture")
    window.session.select([window.session.state.graph.named("L"), window.session.state.graph.named("d")])
    dialog = open_export(window)
    box = dialog.findChild(QCheckBox, "selected")
    assert box.isEnabled()
    box.setChecked(True)
    chosen(dialog, form=".svg")
    dialog.export_to(tmp_path / "a.svg")
    finished(qtbot, window)
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert {group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")} == {"L", "d"}


def test_the_selection_alone_is_exported(opened, tmp_path):
    window = opened("lecture")
    window.session.select([window.session.state.graph.named("L")])
    write_files(request_of(window, nodes=window.session.state.selection), tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")] == ["L"]


def test_in_the_canvas_style_nodes_stand_as_in_the_window_with_the_chips_of_its_step(reopened, tmp_path):
    window = reopened("lecture")
    graph = window.session.state.graph
    window.session.move({graph.named("a"): (-300.0, 500.0)})
    window.session.forward()
    for _ in range(4):
        window.session.backward_step()
    write_files(request_of(window, style="canvas"), tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    corners = {}
    for group in root.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        corners[group.findtext(f"{SVG}title")] = float(rect.get("x")), float(rect.get("y"))
    places = window.session.state.graph.places
    ax, ay = places[graph.named("a")]
    for name, (x, y) in corners.items():
        there = places[graph.named(name)]
        assert (x - corners["a"][0], y - corners["a"][1]) == pytest.approx((there[0] - ax, there[1] - ay))
    assert {"× b = −3", "+= 6"} <= set(texts(tmp_path / "a.svg"))


def test_an_empty_graph_is_refused(reopened, tmp_path):
    window = reopened("lecture")
    window.session.select_all()
    window.session.delete()
    with pytest.raises(Refusal, match="empty"):
        copy_picture(window)
    dialog = open_export(window)
    window.bridge.attempt(dialog.export_to, tmp_path / "a.svg")
    assert not list(tmp_path.iterdir())
    dialog.close()


def test_a_picture_is_copied_as_pixels_and_as_svg_and_carries_its_graph(reopened, qtbot):
    window = reopened("lecture")
    window.session.forward()
    QApplication.clipboard().setText("before")
    copy_picture(window)
    qtbot.waitUntil(lambda: QApplication.clipboard().mimeData().hasImage())
    data = QApplication.clipboard().mimeData()
    assert data.hasImage()
    with Image.open(io.BytesIO(bytes(data.data("image/png").data()))) as picture:
        assert picture.width > 500
    svg = bytes(data.data("image/svg+xml").data())
    assert QSvgRenderer(svg).isValid()
    graph = graph_inside(svg)
    assert graph is not None
    assert {node.label for node in graph} == set("abcdefL")


def test_a_picture_for_the_clipboard_is_drawn_in_another_thread_and_can_be_cancelled(
    reopened, qtbot, monkeypatch
):
    window = reopened("lecture")
    QApplication.clipboard().setText("before")
    drawing, ended = threading.Event(), threading.Event()

    def endless(request, *, stop):
        assert threading.current_thread() is not threading.main_thread()
        drawing.set()
        stop.wait(60)
        ended.set()
        raise Cancelled("The layout was cancelled.")

    monkeypatch.setattr(clipboard, "draw_picture", endless)
    copy_picture(window)
    assert drawing.wait(30)
    waiting = window.findChild(QWidget, "waiting_for_picture")
    qtbot.waitUntil(waiting.isVisible)
    window.session.forward()  # the window can be used meanwhile
    qtbot.mouseClick(waiting.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert ended.wait(30)
    assert not window.background.busy("copy picture")
    assert not waiting.isVisible()
    assert QApplication.clipboard().text() == "before"


def test_an_exported_picture_opens_as_a_document(qtbot, opened, tmp_path):
    window = opened("lecture")
    for suffix in (".svg", ".png", ".pdf"):
        path = tmp_path / f"a{suffix}"
        write_files(request_of(window), path)
        assert len(documents.read(path)) > 1, suffix
        window.documents.open_example("square")
        window.documents.open_soon(documents.open_named(str(path)))
        assert {node.label for node in window.session.state.graph} == set("abcdefL"), suffix
    again = opened(str(path))
    qtbot.waitUntil(lambda: len(again.session.state.graph) > 0)  # a busy machine reads it behind
    assert {node.label for node in again.session.state.graph} == set("abcdefL")


ASKED = (
    (
        (),
        [
            "e.data",
            "d.data",
            "L.data",
            "L.grad",
            "d.grad",
            "f.grad",
            "e.grad",
            "c.grad",
            "a.grad",
            "b.grad",
        ],
    ),
    (("forward",), ["L.grad", "d.grad", "f.grad", "e.grad", "c.grad", "a.grad", "b.grad"]),
    (("forward", "backward_step", "backward_step"), ["e.grad", "c.grad", "a.grad", "b.grad"]),
    (("backward",), ["L.grad", "d.grad", "f.grad", "e.grad", "c.grad", "a.grad", "b.grad"]),
)


def test_a_worksheet_asks_for_what_comes_after_this_moment(opened):
    window = opened("lecture")
    for verbs, asked in ASKED:
        window.documents.open_example("lecture")
        for verb in ("forward_step", "first", *verbs):
            getattr(window.session, verb)()
        dialog = open_export(window)
        chosen(dialog, form=".pdf", theme="dark", paper="letter")
        dialog.findChild(QCheckBox, "worksheet").setChecked(True)
        film = dialog.request().film()
        sheet = worksheet_of(film)
        assert [ask.label for ask in sheet.asks] == asked, verbs
        assert not sheet.palette.dark
        assert sheet.paper == (612.0, 792.0)
        dialog.reject()


def test_the_paths_of_the_selected_node_are_exported_where_they_are_shown(reopened, act):
    window = reopened("a = 3; d = a*a; L = d + a")
    act(window, "forward", "backward")
    dialog = open_export(window)
    assert not dialog.paths.isEnabled()
    assert not dialog.paths.isChecked()
    dialog.close()
    window.session.select({window.session.state.graph.named("a")})
    act(window, "paths")
    dialog = open_export(window)
    assert dialog.paths.isChecked()
    (figure,) = dialog.request().film().pictures
    texts = [text.text for line in figure.paths for text in line.texts]
    assert "7.0000" in texts
    dialog.form.setCurrentIndex(dialog.form.findData(".csv"))
    assert not dialog.paths.isEnabled()
    dialog.close()
