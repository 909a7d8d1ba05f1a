"""The command below the export dialog: in a terminal it makes the same file as the dialog, byte for byte."""

import shlex
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from micrograd_gui.app.cli import main
from micrograd_gui.app.exporting.command_row import SAME
from micrograd_gui.app.exporting.dialog import ExportDialog, open_export
from micrograd_gui.app.exporting.presets import USUAL
from micrograd_gui.door import parse, write


def choose(dialog: ExportDialog, **choices: object) -> None:
    """Choose, tick or type in the dialog's fields, by name."""
    for name, value in choices.items():
        field = dialog.form if name == "form" else dialog.fields[name]
        assert field.isEnabled(), name
        if isinstance(field, QCheckBox):
            field.setChecked(value)
        elif isinstance(field, QComboBox) and not field.isEditable():
            field.setCurrentIndex(field.findData(value))
        else:
            (field.lineEdit() if isinstance(field, QComboBox) else field).setText(value)


def settled(qtbot, dialog: ExportDialog) -> str:
    """What is known of the command, once that is."""
    note = dialog.command.note
    qtbot.waitUntil(lambda: not dialog.command._newest.busy, timeout=10_000)
    return note.text()


def both(qtbot, dialog: ExportDialog, folder: Path, monkeypatch) -> tuple[dict, dict]:
    """The files that the dialog makes, and those that its command makes."""
    (folder / "dialog").mkdir()
    (folder / "command").mkdir()
    monkeypatch.chdir(folder / "command")
    words = shlex.split(dialog.command.line.text())
    assert words[:2] == ["micrograd-gui", "render"]
    background = dialog._context.background
    dialog.export_to(folder / "dialog" / words[words.index("-o") + 1])
    qtbot.waitUntil(lambda: not background.busy("export"), timeout=20_000)
    assert main(words[1:]) == 0
    return tuple(
        {p.name: p.read_bytes() for p in (folder / each).iterdir()} for each in ("dialog", "command")
    )


CHOICES: list[tuple[dict[str, object], str]] = [
    ({"form": ".svg"}, "--step 5"),
    ({"form": ".svg", "theme": "dark", "digits": "2", "rankdir": "TB", "margin": "0", "transparent": True},
     "--step 5 --theme dark --transparent --rankdir TB --digits 2 --margin 0"),
    ({"form": ".svg", "moment": "result", "shown": "both", "wires": "all", "notation": "leibniz"},
     "--wires all --notation leibniz --card"),
    ({"form": ".svg", "moment": "all", "shown": "graph"}, "--step all"),
    ({"form": ".svg", "selected": True, "style": "canvas", "gradients": False},
     "--step 5 --style canvas --no-gradients --nodes a"),
    ({"form": ".svg", "paths": True}, "--step 5 --paths a"),
    ({"form": ".svg", "width": "column", "bars": True}, "--step 5 --width column --bars"),  # downwards
    ({"form": ".svg", "shown": "card"}, "--step 5 --only card"),
    ({"form": ".png", "scale": "0.5"}, "--step 5 --scale 0.5"),
    ({"form": ".gif", "scale": "0.1", "motion": False, "shown": "graph", "selected": True},
     "--scale 0.1 --nodes a --no-card --no-motion"),
    ({"form": ".html", "theme": "light"}, "--theme light"),
    ({"form": ".tex", "worksheet": True, "paper": "letter"},
     "--step 5 --theme light --worksheet --paper letter"),
    ({"form": ".tex"}, "--step 5 --no-card"),
    ({"form": ".svg", "panel": "sweep:a", "panel_at": "below"}, "--step 5 --panel sweep:a --panel-at below"),
    ({"form": ".pdf", "shown": "both"}, "--step 5 --card"),
    ({"form": ".mmd", "digits": "0"}, "--step 5 --digits 0"),
    ({"form": ".py", "dialect": "torch"}, "--dialect torch"),
    ({"form": ".csv"}, "--step 5"),
    ({"form": ".dot"}, "--step 5"), ({"form": ".ipynb"}, ""), ({"form": ".micrograd"}, ""),
]  # fmt: skip


def test_the_command_makes_the_same_file(reopened, act, qtbot, tmp_path, monkeypatch):
    window = reopened("lecture")
    act(window, "forward", "backward", "previous", "previous")
    window.session.select({window.session.state.graph.named("a")})
    for number, (choices, flags) in enumerate(CHOICES):
        dialog = open_export(window)
        dialog.presets.combo.setCurrentText(USUAL)  # else what was used last comes again
        choose(dialog, **choices)
        assert settled(qtbot, dialog) == SAME, choices
        said = dialog.command.line.text()
        file = f"lecture{choices['form']}"
        assert said == f"micrograd-gui render lecture -o {file} {flags}".strip()
        (tmp_path / str(number)).mkdir()
        ours, theirs = both(qtbot, dialog, tmp_path / str(number), monkeypatch)
        assert ours == theirs, choices
        assert len(ours) == (8 if "--step all" in flags else 1)


def test_a_worksheet_after_the_pass_asks_for_all_of_it_in_both(reopened, act, qtbot):
    window = reopened("lecture")
    act(window, "forward", "backward")
    dialog = open_export(window)
    choose(dialog, form=".tex", worksheet=True)
    assert settled(qtbot, dialog) == SAME
    assert "--step" not in dialog.command.line.text()


def test_nodes_that_are_called_by_formulas_are_so_in_both(reopened, act, qtbot, tmp_path, monkeypatch):
    window = reopened("parabola")
    act(window, "forward", "backward", "previous")
    dialog = open_export(window)
    choose(dialog, form=".svg", names="formula", shown="both")
    assert settled(qtbot, dialog) == SAME
    ours, theirs = both(qtbot, dialog, tmp_path, monkeypatch)
    assert ours == theirs
    assert "3·x² − 4x" in ours["parabola.svg"].decode()


def test_a_file_with_a_name_that_a_shell_would_take_apart_is_quoted(opened, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "it's a; net.micrograd"
    window = opened("lecture")
    window.session.set_value(window.session.state.graph.named("a"), 7.0)
    dialog = open_export(window)
    assert settled(qtbot, dialog) == "⚠ Save the graph first: the command reads it from the file."
    dialog.close()
    window.documents.save_to(path)
    dialog = open_export(window)
    assert settled(qtbot, dialog) == SAME
    ours, theirs = both(qtbot, dialog, tmp_path, monkeypatch)
    assert ours == theirs
    window.session.set_value(window.session.state.graph.named("a"), 3.0)
    dialog = open_export(window)
    assert settled(qtbot, dialog).startswith("⚠ Save the graph first")
    dialog.close()


def test_what_a_command_would_make_otherwise_is_said(reopened, act, qtbot):
    window = reopened("lecture")
    act(window, "forward")
    dialog = open_export(window)
    assert settled(qtbot, dialog) == SAME
    choose(dialog, shown="both")
    assert "the step card counts the moments of that run" in settled(qtbot, dialog)
    dialog.close()
    act(window, "backward", "backward")
    dialog = open_export(window)
    assert (
        settled(qtbot, dialog) == "⚠ No command goes to this moment: it is not of a run forward and backward."
    )
    choose(dialog, moment="result")
    assert "once, whatever was run here" in settled(qtbot, dialog)
    choose(dialog, form=".py")
    assert settled(qtbot, dialog) == SAME
    dialog.close()


def test_an_example_that_was_changed_is_no_example_and_an_edit_undone_is_one(reopened, act, qtbot):
    window = reopened("lecture")
    window.session.set_value(window.session.state.graph.named("a"), 3.0)
    dialog = open_export(window)
    assert settled(qtbot, dialog).startswith("⚠ Save the graph first")
    dialog.close()
    act(window, "undo")
    dialog = open_export(window)
    assert settled(qtbot, dialog) == SAME
    dialog.close()


def test_the_command_can_be_copied_and_is_none_where_an_option_is_refused(reopened, qtbot):
    dialog = open_export(reopened("lecture"))
    settled(qtbot, dialog)
    dialog.command.button.click()
    assert QGuiApplication.clipboard().text() == "micrograd-gui render lecture -o lecture.svg --step 0"
    dialog.findChild(QLineEdit, "margin").setText("wide")
    assert dialog.command.line.text() == ""
    assert not dialog.command.button.isEnabled()
    dialog.close()


def test_a_command_whose_figure_cannot_be_is_not_said_to_make_the_same_file(reopened, qtbot):
    dialog = open_export(reopened("neuron"))
    choose(dialog, form=".svg", width="20mm", text="9pt")
    preview = dialog.preview
    qtbot.waitUntil(lambda: preview.stack.currentWidget() is preview.why, timeout=20_000)
    assert "does not get into 20 mm" in preview.why.text()
    assert settled(qtbot, dialog).startswith("This command makes no file either")
    choose(dialog, width="column")
    assert settled(qtbot, dialog) == SAME


def test_a_graph_in_no_file_is_told_as_an_expression(reopened, qtbot, tmp_path, monkeypatch):
    window = reopened()
    window.commands.build("a = 2; b = -3; e = a*b; L = tanh(e + a)")
    dialog = open_export(window)
    choose(dialog, form=".csv")
    assert settled(qtbot, dialog) == SAME
    words = shlex.split(dialog.command.line.text())
    assert words[2:4] == ["-e", "a = 2; b = -3; e = a*b; L = tanh(e + a)"]
    ours, theirs = both(qtbot, dialog, tmp_path, monkeypatch)
    assert ours == theirs
    dialog = open_export(window)
    choose(dialog, form=".svg")
    assert settled(qtbot, dialog).startswith("⚠ The command places the nodes anew; save the graph")
    assert "-e" in shlex.split(dialog.command.line.text())
    dialog.close()
    window.session.set_target(window.session.state.graph.named("e"))  # which stands amidst, and is told last
    assert shlex.split(open_export(window).command.line.text())[3].endswith("; e")
    window.session.add_node("tanh", (0.0, 0.0))  # its port is empty: no expression is that
    dialog = open_export(window)
    assert settled(qtbot, dialog).startswith("⚠ Save the graph first")
    dialog.close()


def test_a_file_without_places_is_placed_anew_by_the_command_until_it_is_saved(
    opened, qtbot, tmp_path, monkeypatch
):
    path = tmp_path / "net.micrograd"
    write(parse("L = tanh(a*b) + c"), path)
    window = opened(str(path))
    qtbot.waitUntil(lambda: bool(window.session.state.graph.places))
    dialog = open_export(window)
    said = "⚠ The command places the nodes anew; save the graph to keep them where they are."
    assert settled(qtbot, dialog) == said
    choose(dialog, form=".mmd")  # which has no places
    assert settled(qtbot, dialog) == SAME
    dialog.close()
    window.documents.save_to(path)
    dialog = open_export(window)
    choose(dialog, form=".svg")
    assert settled(qtbot, dialog) == SAME
    ours, theirs = both(qtbot, dialog, tmp_path, monkeypatch)
    assert ours == theirs
