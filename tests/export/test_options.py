"""The table of options agrees with the tables of forms, themes, styles and dialects, and with the types."""

from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from micrograd_gui.app.cli import _render_parser
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.export.code.python import DIALECTS
from micrograd_gui.export.formats import FORMS
from micrograd_gui.export.options import OPTIONS, RenderOptions, read_options
from micrograd_gui.figures.moments import DIRECTIONS, STYLES, Options
from micrograd_gui.figures.palette import PALETTES

CHOICES = {"theme": PALETTES, "style": STYLES, "rankdir": DIRECTIONS, "dialect": DIALECTS,
           "only": ("graph", "card")}  # fmt: skip


def test_choices_are_the_rows_of_the_tables() -> None:
    assert {name: row.choices() for name, row in OPTIONS.items() if row.choices} == {
        name: tuple(table) for name, table in CHOICES.items()
    }


def test_types_say_the_same_as_the_table() -> None:
    hints = get_type_hints(RenderOptions)
    assert hints.keys() == OPTIONS.keys()
    for name, row in OPTIONS.items():
        parts = [hints[name], *get_args(hints[name])]
        literal = next((part for part in parts if get_origin(part) is Literal), None)
        assert (() if literal is None else get_args(literal)) == (row.choices() if row.choices else ())
        assert (bool in parts) is row.switch, name


def test_the_command_line_has_an_argument_for_each_and_no_more() -> None:
    known = {action.dest: action for action in _render_parser("render")._actions}
    assert known.keys() - {"help", "debug", "file", "expression", "set", "output"} == OPTIONS.keys()
    for name, row in OPTIONS.items():
        assert row.flag in known[name].option_strings
        assert (tuple(known[name].choices or ()) == row.choices()) if row.choices else not known[name].choices


def test_forms_heed_options_that_there_are_and_each_option_is_heeded_by_some_form() -> None:
    heeded = {name for form in FORMS.values() for name in form.options}
    assert heeded == OPTIONS.keys()


def test_what_is_not_said_is_as_usual() -> None:
    assert read_options(Graph(), {}) == (None, Options())


def test_a_number_may_be_a_text_and_is_named_as_it_was_said() -> None:
    assert read_options(Graph(), {"scale": "2.5"})[1] == read_options(Graph(), {"scale": 2.5})[1]
    with pytest.raises(Refusal, match=r"^--scale is a number from"):
        read_options(Graph(), {"scale": "0"})
    with pytest.raises(Refusal, match=r"^scale is a number from"):
        read_options(Graph(), {"scale": 0})
