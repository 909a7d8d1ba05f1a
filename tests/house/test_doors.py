"""A net at each door: whatever falls through what is foreseen is a sentence and a line of the log."""

import ast
import logging
import re
from functools import cache
from itertools import chain

import pytest

import micrograd_gui
from micrograd_gui.document.errors import Net, Refusal, Unforeseen
from tests.house.structure import modules

# What comes from outside: files, the clipboard, things dragged in, live values, words of the command line.
OUTSIDE = {
    "read_whole", "read_bytes", "content_of", "read_text", "clipboard", "urls", "f_locals", "capture",
    "parse_args", "getOpenFileName", "recvfrom", "urlopen",
}  # fmt: skip
WRITERS = {"write_whole", "write_readable", "write_all"}
# Functions that have no net of their own, and why they need none.
BEHIND = {
    "app/actions/commands.py:copy": "an action: Bridge.attempt",
    "app/actions/commands.py:paste": "an action: Bridge.attempt",
    "app/desktop/install.py:_made": "the command line",
    "app/desktop/install.py:shared_files": "files of the program's own",
    "app/desktop/install.py:write_shared": "the command line",
    "app/desktop/shell.py:_filled": "files of the program's own",
    "app/documents.py:dropped_names": "names alone, which Documents.open_dropped opens",
    "app/exporting/clipboard.py:copy_picture": "an action: Bridge.attempt",
    "app/exporting/command_row.py:_copy": "a text of the program's own",
    "app/learning/help.py:show_about": "what the program says of itself",
    "app/notebooks/live.py:__init__": "show, create_window",
    "app/notebooks/live.py:refreshed": "refresh",
    "document/live/capture.py:graph_from_value": "capture",
    "export/code/training.py:training_script": "a file of the program's own",
    "export/loss_curve.py:write": "the command line",
    "export/player.py:player": "files of the program's own",
    "files/atomic.py:read_whole": "its callers",
    "files/atomic.py:write_readable": "its callers",
    "files/atomic.py:write_whole": "its callers",
    "files/documents.py:examples": "a file of the program's own",
    "files/given.py:_variables_of_the_caller": "the functions of the front door",
    "files/given.py:graph_given": "the functions of the front door",
    "files/looking.py:look": "names the file gone where it cannot be read",
    "files/looking.py:read": "its callers",
    "files/lessons.py:_lesson": "open_lesson",
    "files/lessons.py:lessons": "files of the program's own",
    "files/recovery.py:read": "a net of its own: whatever it is, the file is damaged",
    "files/recovery.py:write": "the thread that keeps documents goes on whatever happens",
    "languages.py:read": "CatalogueFault, which the command line says and a window logs",
    "views/canvas/menu.py:_ground": "it is only shown whether there is text; Host.create_nodes attempts",
    "views/expression_line.py:_take_in": "on_one_line, and then _read attempts",
    "views/expression_line.py:keyPressEvent": "what is copied",
    "views/gradients.py:keyPressEvent": "as_text",
    "views/plot/pane.py:save": "Bridge.attempt",
}


@cache
def functions() -> dict[str, set[str]]:
    """The functions of the program, by file and name, and the last names of what each calls or asks for.

    Of files in which no word of a door or a net stands there are none.
    """
    found = {}
    words = re.compile("|".join((*OUTSIDE, *WRITERS, "Net", "attempt")))
    for module in modules():
        if module.path.startswith("micrograd_gui/") and words.search(module.text):
            bodies = [module.tree.body, *(each.body for each in module.classes)]
            for each in chain(*bodies):
                if isinstance(each, ast.FunctionDef):
                    found[f"{module.path.removeprefix('micrograd_gui/')}:{each.name}"] = called(each)
    return found


def called(function: ast.FunctionDef) -> set[str]:
    nodes = list(ast.walk(function))
    calls = (node.func for node in nodes if isinstance(node, ast.Call))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        each.id for each in calls if isinstance(each, ast.Name)
    }


def test_all_that_takes_from_outside_or_writes_there_has_a_net() -> None:
    doors = {where for where, names in functions().items() if names & (OUTSIDE | WRITERS)}
    netted = {where for where in doors if functions()[where] & {"Net", "attempt"}}
    assert doors - netted - BEHIND.keys() == set(), (
        "a door without a net: give it one, or say which one it is behind"
    )
    assert BEHIND.keys() - (doors - netted) == set()
    assert len(netted) > 8


@pytest.mark.parametrize("name", [each for each in micrograd_gui.__all__ if each.islower()])
def test_what_programs_call_has_a_net(name: str) -> None:
    home = "app/start.py" if name == "show" else "door.py"
    assert "Net" in functions()[f"{home}:{name}"]


def test_each_command_and_each_verb_of_the_window_has_a_net() -> None:
    assert "Net" in functions()["app/cli.py:main"]
    assert "Net" in functions()["views/bridge.py:attempt"]


class Strange(Exception):
    """One that cannot even say what it is."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.unforeseen
@pytest.mark.parametrize(
    ("error", "why"),
    [
        (KeyError("x"), "something went wrong inside the program (KeyError: 'x')"),
        (RecursionError(), "it is nested too deeply"),
        (MemoryError(), "there is not enough memory for it"),
        (OSError(28, "No space left on device"), "no space left on device"),
        (ValueError("a\n" + "b" * 1000), "(ValueError: a " + "b" * 117 + "…)"),
        (Strange(), "(Strange)"),
    ],
)
def test_a_net_makes_a_sentence_of_anything_and_logs_it(
    error: Exception, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    @Net("open")
    def behind(name: str) -> None:
        raise error

    with caplog.at_level(logging.ERROR), pytest.raises(Unforeseen) as caught:
        behind("a.svg")
    said = str(caught.value)
    assert said.startswith("“a.svg” cannot be opened: ")
    assert why in said
    assert said.endswith(". Nothing has changed.")
    assert "\n" not in said
    assert caught.value.__cause__ is error
    (line,) = caplog.records
    assert line.exc_info is not None
    assert line.exc_info[1] is error


def test_a_net_lets_pass_what_is_foreseen_and_what_is_no_fault() -> None:
    for passing in (Refusal("No."), KeyboardInterrupt(), SystemExit(2), BrokenPipeError()):
        with pytest.raises(type(passing)) as caught, Net("open", "a", but=(OSError,)):
            raise passing
        assert caught.value is passing
