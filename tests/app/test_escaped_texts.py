"""No word of the program escapes another language: not of the window, the hall, or the command line."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from msgspec import Struct
from PySide6.QtCore import QPointF, QTranslator
from PySide6.QtWidgets import QApplication, QDialog

from micrograd import language
from micrograd_gui import languages, version
from micrograd_gui.app.cli import main
from micrograd_gui.app.disk import ask_overwrite
from micrograd_gui.app.learning.explaining import why_selected
from micrograd_gui.app.learning.help import LICENSES
from micrograd_gui.document.block import OFFERED_KINDS
from micrograd_gui.export.formats import FORMS
from micrograd_gui.export.options import OPTIONS
from micrograd_gui.files.documents import example_names, load_example
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text
from micrograd_gui.session.session import Session
from micrograd_gui.views.expression_line import ExpressionLine
from micrograd_gui.views.plot.kinds.table import KINDS
from micrograd_gui.views.plot.model import ABOVE, Color, Scale, Style
from tests.app.all_said import all_said, canvas_said, indices_as_typed, names_in
from tests.pseudo import Accented, accented, escaped

# Code, formats and keys, and names of the program's own: the same in each language.
_CODE = "xor data grad micrograd gui if else nan MLP ReLU Ctrl Shift CSV PNG neuron lecture moons"
_OWN = tuple(languages.NAMES.values())  # each language by its own name, in their menu


class QtWords(QTranslator):
    """Qt's own texts in that language, too."""

    def translate(self, context: str, text: str, note: str | None = None, n: int = -1) -> str:
        return accented(text)

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def other_language(qapp) -> Iterator[None]:
    words = QtWords()
    language.use(Accented())
    qapp.installTranslator(words)
    yield
    qapp.removeTranslator(words)
    language.use()


def test_no_word_of_the_window_escapes_another_language(opened, act, other_language: None) -> None:
    window = opened("neuron")
    session = window.session
    for node in session.state.graph:
        session.rename(node.id, f"{node.label.rstrip('12') or 'v'}_{node.id}")
    session.forward()
    session.backward_step()
    session.backward_step()
    session.check_all()
    session.select({3})
    said = {"why": [why_selected(session.state)], "card": [as_text(card(session.state))]}
    act(window, "bug_lab", "start_here", "why", "show_moments", "show_cells", "hold", "wires", "predict")
    QApplication.processEvents()
    known = [_CODE, *_OWN, *names_in(session.state.graph)]
    seen = all_said(window) | canvas_said(window)
    assert escaped(said | seen, known) == {}
    assert indices_as_typed(seen, window.findChild(ExpressionLine).text()) == []
    session.nudge(1)
    act(window, "hold", "export", "own_op", "keys", "about")
    for kind in OFFERED_KINDS:
        window.blocks.ask(kind, QPointF())
    ask_overwrite(window, Path("a.micrograd"), *[lambda: None] * 4)
    assert len(window.findChildren(QDialog)) >= 5 + len(OFFERED_KINDS)
    known += [
        "commit render swish Serif",
        version.commit(),
        *FORMS,
        *_values(),
        *(" ".join(row) for row in LICENSES),
    ]
    assert escaped(all_said(window), known) == {}


def test_no_word_of_what_learns_escapes_it(opened, act, other_language: None) -> None:
    window = opened("xor")
    session = window.session
    session.forward()
    session.backward()
    session.select({session.state.graph.parameters[0]})
    act(window, "forward_mode", "notation", "paths", "why")
    session.update()
    QApplication.processEvents()
    known = [_CODE, *_OWN, *names_in(session.state.graph)]
    assert escaped(all_said(window) | canvas_said(window), known) == {}
    session.train_step()
    act(window, "projector")
    QApplication.processEvents()
    assert escaped(all_said(window), known) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_of_a_plot_escapes_it(kind: str, other_language: None) -> None:
    session = Session(load_example("xor"))
    plot = KINDS[kind].make()
    said = {"empty": [plot.why_empty(session.state)]}
    session.train_step()
    session.train_step()
    said |= {"plot": list(_strings(plot.build(session.state, None)))}
    places = "lower upper left right"  # of a key, as matplotlib calls them
    words = [each for literal in (Color, Style, Scale) for each in get_args(literal)]
    assert escaped(said, [_CODE, ABOVE, places, *words, *names_in(session.state.graph)]) == {}


def _strings(thing: object) -> Iterator[str]:
    """All texts in a value, however deep."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, list | tuple):
        for each in thing:
            yield from _strings(each)
    elif isinstance(thing, Struct) and type(thing).__module__.startswith("micrograd_gui.views.plot"):
        for name in thing.__struct_fields__:
            yield from _strings(getattr(thing, name))


@pytest.mark.parametrize(
    "command",
    [
        "--help", "check --help", "render --help", "train --help", "lessons --help", "check neuron",
        "render neuron", "render neuron -o x.foo", "render neuron -o x.svg --width 3kg", "check nope",
        "--nope", "render neuron -o nope/x.svg", "train neuron",
    ],
)  # fmt: skip
def test_no_word_of_the_command_line_escapes_it(command: str, capsys, other_language: None) -> None:
    with contextlib.suppress(SystemExit):
        main(command.split())
    said = "".join(capsys.readouterr())
    assert said
    known = [_CODE, *command.split(), *FORMS, *example_names(), _METAVARS, *_values()]
    assert escaped({command: said.splitlines()}, known) == {}


_METAVARS = "CODE EXPR NAME NUMBER FILE OUT WHAT NODE DIR NODES ROWS STEPS RATE SEED"


def _values() -> Iterator[str]:
    """What options are given, as one types it."""
    for option in OPTIONS.values():
        yield from option.offered
        yield option.name
        yield from option.choices() if option.choices is not None else ()


def test_the_command_line_reads_the_catalogue_that_a_variable_names(tmp_path, monkeypatch, capsys) -> None:
    path = tmp_path / "own.po"
    text = "{slope}, analytic against numeric (central, h = {h:g})"
    path.write_text(f'msgid "{text}"\nmsgstr "{accented(text)}"\n', "utf-8")
    monkeypatch.setenv(language.VARIABLE, str(path))
    monkeypatch.setattr(languages, "_asked", languages._asked)  # as it was, in the end
    try:
        assert main(["check", "neuron"]) == 0
    finally:
        languages.use("en")
    assert capsys.readouterr().out.startswith("∂o/∂node, áńáłýťíć áǧáíńśť ńúḿéŕíć")
