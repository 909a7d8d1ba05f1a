"""Presets of the export dialog: what was used last comes again, and what has a name can be chosen."""

from PySide6.QtWidgets import QComboBox, QInputDialog, QPushButton

from micrograd_gui.app.exporting.dialog import ExportDialog, open_export
from micrograd_gui.app.exporting.presets import OWN, USUAL
from micrograd_gui.app.settings import Settings


def chosen(dialog: ExportDialog, **choices: str) -> None:
    for name, data in choices.items():
        combo = dialog.findChild(QComboBox, name)
        combo.setCurrentIndex(combo.findData(data))


def exported(qtbot, window, dialog: ExportDialog, path) -> None:
    dialog.export_to(path)
    qtbot.waitUntil(lambda: not window.background.busy("export"), timeout=20_000)


def test_what_was_used_last_comes_again_for_each_form(opened, qtbot, tmp_path):
    window = opened("lecture")
    window.session.select({window.session.state.graph.named("a")})
    dialog = open_export(window)
    chosen(dialog, form=".mmd", rankdir="TB", moment="result")
    dialog.fields["digits"].setText("2")
    dialog.selected.setChecked(True)
    exported(qtbot, window, dialog, tmp_path / "a.mmd")
    dialog = open_export(window)
    assert dialog.form.currentData() == ".mmd"
    assert dialog.request().options.digits == 2
    assert dialog.request().options.rankdir == "TB"
    assert dialog.request().which == "now", "which moment and which nodes is a matter of the graph"
    assert dialog.request().options.nodes is None
    chosen(dialog, form=".svg")
    assert dialog.request().options.digits == 4
    chosen(dialog, form=".mmd")
    assert dialog.request().options.digits == 2
    dialog.reject()
    dialog = open_export(window)
    dialog.fields["digits"].setText("7")
    dialog.reject()
    dialog = open_export(window)
    assert dialog.request().options.digits == 2, "what was not exported is not remembered"
    dialog.reject()


def test_a_named_preset_is_saved_chosen_replaced_and_deleted(opened, qtbot):
    window = opened("lecture")
    dialog = open_export(window)
    preset = dialog.findChild(QComboBox, "preset")
    delete = dialog.findChild(QPushButton, "delete_preset")
    chosen(dialog, form=".gif", theme="dark", shown="graph")
    dialog.fields["scale"].setEditText("0.5")
    dialog.findChild(QPushButton, "save_preset").click()
    asking = dialog.findChild(QInputDialog, "preset_name")
    asking.setTextValue("  for\nslides ")
    asking.accept()
    assert preset.currentText() == "for slides"
    assert dialog.message.text() == "The preset “for slides” is saved."
    dialog.reject()
    dialog = open_export(opened("neuron"))
    preset = dialog.findChild(QComboBox, "preset")
    delete = dialog.findChild(QPushButton, "delete_preset")
    assert preset.currentText() == OWN
    assert not delete.isEnabled()
    assert dialog.form.currentData() == ".svg"
    preset.setCurrentIndex(preset.findText("for slides"))
    assert dialog.form.currentData() == ".gif"
    request = dialog.request()
    assert (request.which, request.options.theme, request.options.scale) == ("all", "dark", 0.5)
    assert request.options.card is False
    chosen(dialog, theme="light")
    assert preset.currentText() == OWN, "it is no longer what the preset says"
    dialog.presets.save_as("for slides")
    preset.setCurrentIndex(preset.findText(USUAL))
    assert dialog.request().options.scale is None
    preset.setCurrentIndex(preset.findText("for slides"))
    assert dialog.request().options.theme == "light"
    assert delete.isEnabled()
    delete.click()
    assert preset.findText("for slides") == -1
    assert dialog.request().options.scale == 0.5
    dialog.reject()


HARMLESS = (
    "no JSON",
    "[1]",
    '{"form": ".nothing", "last": {".svg": {"theme": "pink", "nonsense": 3}}}',
    '{"form": ".nothing", "last": {".svg": {"theme": "pink", "nonsense": "x", "digits": true}}}',
    '{"named": {"a": {"form": ".zip", "values": {"style": null, "moment": "x"}}}}',
)


def test_settings_that_somebody_else_has_written_do_no_harm(opened):
    window = opened("lecture")
    for kept in HARMLESS:
        Settings().exports = kept
        dialog = open_export(window)
        assert dialog.form.currentData() == ".svg", kept
        assert dialog.options.value("theme") == "light", kept
        preset = dialog.findChild(QComboBox, "preset")
        preset.setCurrentIndex(preset.count() - 1)
        assert dialog.request().which == "now", kept
        dialog.close()


def test_a_preset_needs_a_name_of_its_own(opened):
    dialog = open_export(opened("lecture"))
    for name in ("", "  ", USUAL, "\u200b"):
        dialog.presets.save_as(name)
        assert "not saved" in dialog.message.text()
    assert dialog.presets.combo.count() == 2
    dialog.close()
