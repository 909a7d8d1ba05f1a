"""The preview in the export dialog: what the file will be, at true size, and never what it was before."""

import threading

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSlider

from micrograd_gui.app.exporting import picturing, preview
from micrograd_gui.app.exporting.dialog import ExportDialog, open_export
from micrograd_gui.export import formats
from micrograd_gui.figures import moments


def chosen(dialog: ExportDialog, **choices: str) -> None:
    for name, data in choices.items():
        combo = dialog.findChild(QComboBox, name)
        combo.setCurrentIndex(combo.findData(data))


def seen(qtbot, dialog: ExportDialog) -> str:
    """What is said of the preview, once it is there."""
    qtbot.waitUntil(lambda: not dialog.preview._newest.busy, timeout=20_000)
    return dialog.findChild(QLabel, "preview_says").text()


def colours(dialog: ExportDialog) -> set[str]:
    image = dialog.preview.picture.image
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(image.height())}


def test_a_picture_is_seen_as_large_as_it_will_be(reopened, qtbot, tmp_path):
    window = reopened("lecture")
    dialog = open_export(window)
    chosen(dialog, form=".svg")
    said = seen(qtbot, dialog)
    image = dialog.preview.picture.image
    assert f"{image.width()} × {image.height()} px in a browser" in said
    assert "smallest text" in said
    chosen(dialog, form=".png", scale="1")
    said = seen(qtbot, dialog)
    dialog.export_to(tmp_path / "a.png")
    image = dialog.preview.picture.image
    qtbot.waitUntil(lambda: not window.background.busy("export"), timeout=20_000)
    with Image.open(tmp_path / "a.png") as made:
        assert said == f"{made.width:,} × {made.height:,} px, one to one"
        assert made.size == (image.width(), image.height())
        pixel = made.convert("RGB").getpixel((made.width // 2, made.height // 2))
    assert image.pixelColor(image.width() // 2, image.height() // 2).getRgb()[:3] == pixel


def test_on_paper_a_width_in_centimetres_is_that_by_the_inch_of_the_screen(reopened, qtbot):
    dialog = open_export(reopened("lecture"))
    chosen(dialog, form=".pdf")
    dialog.fields["width"].setEditText("12cm")
    said = seen(qtbot, dialog)
    assert said.startswith("12.0 × ")
    dpi = dialog.preview._screen().dpi
    assert f"this screen's {dpi:.0f} points to the inch" in said
    assert dialog.preview.picture.image.width() == pytest.approx(12 / 2.54 * dpi, abs=1)
    dialog.close()


def test_what_is_old_never_looks_current(opened, qtbot):
    dialog = open_export(opened("lecture"))
    chosen(dialog, form=".svg")
    seen(qtbot, dialog)
    picture = dialog.preview.picture
    assert not picture.old
    chosen(dialog, theme="dark")
    assert picture.old
    assert dialog.preview.says.text() == "Drawing what is chosen now …"
    assert "px" in seen(qtbot, dialog)
    assert not picture.old
    assert "#0e1218" in colours(dialog)
    dialog.findChild(QLineEdit, "digits").setText("many")
    assert picture.image is None
    assert "until what is marked is mended" in dialog.preview.why.text()
    dialog.close()


def test_of_many_questions_only_the_newest_is_answered_and_one_is_asked_at_a_time(opened, qtbot, monkeypatch):
    dialog = open_export(opened("square"))
    seen(qtbot, dialog)
    running, most, answered = [], [], []
    gate = threading.Event()
    real = picturing.glimpse_of

    def counted(begin, number, screen, *, stop):
        assert threading.current_thread() is not threading.main_thread()
        running.append(1)
        most.append(len(running))
        gate.wait(60)
        try:
            sight = real(begin, number, screen, stop=stop)
            answered.append(sight.reel.film.options.theme)
            return sight
        finally:
            running.pop()

    monkeypatch.setattr(preview, "glimpse_of", counted)
    chosen(dialog, theme="dark")
    qtbot.waitUntil(lambda: bool(running))
    for theme in ("print", "light", "dark-contrast"):
        chosen(dialog, theme=theme)
        qtbot.wait(200)
    gate.set()
    seen(qtbot, dialog)
    assert set(most) == {1}
    assert answered == ["dark-contrast"]
    assert "#000000" in colours(dialog)
    dialog.close()


def test_the_moments_of_a_film_can_be_stepped_through_by_key(reopened, act, qtbot):
    window = reopened("lecture")
    act(window, "forward", "backward", "first", "next")
    dialog = open_export(window)
    chosen(dialog, form=".html")
    assert seen(qtbot, dialog).startswith("picture 2 of 8: "), "it begins where the window is"
    slider = dialog.findChild(QSlider, "preview_moment")
    before = colours(dialog)
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert dialog.preview.picture.old
    assert seen(qtbot, dialog).startswith("picture 5 of 8: ")
    assert colours(dialog) != before
    chosen(dialog, form=".csv")
    seen(qtbot, dialog)
    assert not slider.isVisible()
    assert dialog.preview.text.toPlainText().startswith("step,")
    dialog.close()


def test_each_form_has_a_preview(reopened, act, qtbot):
    window = reopened("lecture")
    act(window, "forward", "backward")
    dialog = open_export(window)
    for form in (".tex", ".dot", ".mmd", ".py", ".ipynb", ".micrograd", ".gif"):
        chosen(dialog, form=form)
        if form == ".gif":
            dialog.fields["scale"].setEditText("0.2")
        assert seen(qtbot, dialog), form
        assert dialog.preview.stack.currentWidget() is not dialog.preview.why, form
    chosen(dialog, form=".pdf")
    dialog.findChild(QCheckBox, "worksheet").setChecked(True)
    assert seen(qtbot, dialog).startswith("page 1 of ")
    page = dialog.preview.picture.image
    dark = [
        y
        for y in range(page.height())
        if any(page.pixelColor(x, y).lightness() < 90 for x in range(page.width()))
    ]
    assert 0.03 < dark[0] / page.height() < 0.1, "the title stands on top"
    dialog.close()


def test_what_the_export_refuses_is_said_in_place_of_the_preview(reopened, qtbot):
    dialog = open_export(reopened("lecture"))
    chosen(dialog, form=".png")
    dialog.fields["scale"].setEditText("20")
    seen(qtbot, dialog)
    assert "At 20 pixels per unit the picture would be" in dialog.preview.why.text()
    dialog.close()


def test_too_many_moments_are_refused_before_they_are_made(reopened, qtbot, monkeypatch):
    monkeypatch.setattr(formats, "HEAVIEST", 20)
    monkeypatch.setattr(moments, "moment", None)
    dialog = open_export(reopened("lecture"))
    chosen(dialog, form=".gif")
    seen(qtbot, dialog)
    assert dialog.preview.why.text().startswith("8 moments of 7 nodes are too many to draw")
    dialog.close()


def test_of_a_large_graph_a_preview_is_made_when_it_is_asked_for(reopened, qtbot, monkeypatch):
    monkeypatch.setattr(preview, "AT_ONCE", 3)
    dialog = open_export(reopened("lecture"))
    button = dialog.findChild(QPushButton, "make_preview")
    assert button.isVisible()
    assert "takes a while" in dialog.preview.why.text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "px" in seen(qtbot, dialog)
    assert not button.isVisible()
    dialog.close()


def test_signs_that_no_font_has_are_told_below_the_preview_and_a_font_is_refused_at_its_field(
    reopened, qtbot, monkeypatch
):
    from micrograd_gui import fonts

    window = reopened("lecture")
    window.session.rename(window.session.state.graph.named("a"), "\U0001f9ff")
    monkeypatch.setattr(fonts, "_with_sign", lambda sign, bold: None)
    dialog = open_export(window)
    chosen(dialog, form=".png")
    assert "No font of this machine has \U0001f9ff: boxes stand in their place." in seen(qtbot, dialog)
    fonts._fallbacks.cache_clear()
    dialog.fields["font"].setEditText("DejaVu Seri")
    qtbot.waitUntil(lambda: dialog.findChild(QLabel, "font_refused") is not None, timeout=20_000)
    assert "near to it are “DejaVu Serif" in dialog.findChild(QLabel, "font_refused").text()
    dialog.fields["font"].setEditText("DejaVu Serif")
    assert "boxes stand" in seen(qtbot, dialog)
    dialog.reject()
