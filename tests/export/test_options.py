"""The table of options agrees with the tables of forms, themes, styles and dialects, and with the types."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from micrograd_gui.app.cli import _render_parser, main
from micrograd_gui.document.data import Column, Data
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.door import parse
from micrograd_gui.export import pdf
from micrograd_gui.export.code.python import DIALECTS
from micrograd_gui.export.formats import FORMS, render
from micrograd_gui.export.options import OPTIONS, PRESETS, RenderOptions, read_options
from micrograd_gui.figures.figure import DIRECTIONS, STYLES
from micrograd_gui.figures.fitting import sizing
from micrograd_gui.figures.moments import PAPERS, Options
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.resource import FontFile, main_font
from micrograd_gui.session.trace import Notation, Wires

CHOICES = {"theme": PALETTES, "style": STYLES, "rankdir": DIRECTIONS, "dialect": DIALECTS,
           "wires": get_args(Wires), "notation": get_args(Notation),
           "names": ("labels", "formula"), "panel_at": ("beside", "below"),
           "only": ("graph", "card"), "paper": PAPERS}  # fmt: skip


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
    of_all = {"help", "debug", "language", "file", "expression", "set", "output"}
    assert known.keys() - of_all == OPTIONS.keys()
    for name, row in OPTIONS.items():
        assert row.flag in known[name].option_strings
        assert (tuple(known[name].choices or ()) == row.choices()) if row.choices else not known[name].choices


def test_forms_heed_options_that_there_are_and_each_option_is_heeded_by_some_form() -> None:
    heeded = {name for form in FORMS.values() for name in form.options}
    assert heeded == OPTIONS.keys()


def test_what_is_not_said_is_as_usual() -> None:
    assert read_options(Graph(), {}) == (None, Options())


def test_a_number_may_be_a_text() -> None:
    assert read_options(Graph(), {"scale": "2.5"})[1] == read_options(Graph(), {"scale": 2.5})[1]
    for wrong in ("0", 0):
        with pytest.raises(Refusal, match=r"^scale must be a number from"):
            read_options(Graph(), {"scale": wrong})


# Which form heeds which option -------------------------------------------------------------------

OTHER: dict[str, object] = {  # than usual, for each option
    "wires": "all", "notation": "leibniz",
    "step": "3", "style": "canvas", "theme": "print", "scale": 0.7, "gradients": False, "transparent": True,
    "motion": False, "rankdir": "TB", "nodes": "y,L", "open_blocks": True, "digits": 1, "card": True,
    "only": "card", "margin": 50, "dialect": "torch", "train": True, "fps": 50, "seconds": 0.1,
    "names": "formula", "bars": True, "panel": "sweep:x", "panel_at": "below", "paths": "x",
    "worksheet": True, "paper": "letter", "width": "40cm", "text": "15pt", "dpi": 60,
    "font": "DejaVu Serif",
}  # fmt: skip
SIZES = ("scale", "width", "text", "dpi")  # one goes without the others
HEEDED = [(form.suffix, name) for form in FORMS.values() for name in OPTIONS if name in form.options]
UNHEEDED = [(form.suffix, name) for form in FORMS.values() for name in OPTIONS if name not in form.options]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """A small graph with a collapsed block and rows."""
    text = "from micrograd.nn import Neuron\nn = Neuron(1)\no = n([x])\nL = (o - y)**2"
    made = parse(text, x=1, y=2)
    for name in "xy":
        made = made.marked(made.named(name), "input")
    columns = tuple(Column(name, made.named(name)) for name in "xy")
    return made.fed(Data(columns, ((1.0, 2.0), (2.0, 3.0)))).collapsed(made.blocks[0].id)


def made(graph: Graph, path: Path, options: dict[str, object]) -> dict[str, bytes]:
    path.parent.mkdir()
    return {each.name: each.read_bytes() for each in render(graph, path, options)}


@pytest.fixture(scope="module")
def usual(graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, bytes]]:
    """What a form makes of options as they are usually: made once for all the options that it heeds."""

    @cache
    def once(suffix: str, *said: tuple[str, object]) -> dict[str, bytes]:
        return made(graph, tmp_path_factory.mktemp("usual") / "files" / f"a{suffix}", dict(said))

    return once


@pytest.fixture(scope="module")
def small_font(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool, bool], FontFile]:
    """The fonts of figures with the signs of this test alone: a PDF takes most of its time to read them."""
    folder = tmp_path_factory.mktemp("fonts")

    @cache
    def font(bold: bool = False, italic: bool = False) -> FontFile:
        whole = main_font(bold, italic)
        read = TTFont(whole.path, fontNumber=whole.number)
        signs = subset.Subsetter(subset.Options(drop_tables=["GSUB", "GPOS", "GDEF", "kern"], hinting=False))
        signs.populate(unicodes=[*range(0x20, 0x100), *map(ord, "∂−∑→·…₁₂")])
        signs.subset(read)
        read.save(folder / f"{bold}{italic}.ttf")
        return whole._replace(path=folder / f"{bold}{italic}.ttf", number=0)

    return font


@pytest.mark.parametrize(("suffix", "name"), HEEDED)
def test_what_a_form_heeds_makes_another_file(
    graph: Graph,
    usual: Callable[..., dict[str, bytes]],
    small_font: Callable[[bool, bool], FontFile],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    suffix: str,
    name: str,
) -> None:
    said: dict[str, object] = {} if name == "step" else {"step": "5"}
    if suffix in (".py", ".ipynb", ".micrograd"):
        said = {}
    if suffix in (".png", ".gif", ".webp") and name not in SIZES:
        said["scale"] = 0.3
    if name != "font":
        monkeypatch.setattr(pdf, "main_font", small_font)
    if name in ("step", "fps", "seconds") and "fps" in FORMS[suffix].options:
        said |= {"step": "all", "nodes": "x", "card": False}
    if name == "transparent":
        said["theme"] = "dark"  # a light .tex has no ground
    if name == "paper":
        said["worksheet"] = True
    if name == "panel_at":
        said["panel"] = "sweep:x"
    other = False if name == "card" and FORMS[suffix].animated else OTHER[name]
    plain = usual(suffix, *said.items())
    assert made(graph, tmp_path / "other" / f"a{suffix}", said | {name: other}) != plain


@pytest.mark.parametrize(("suffix", "name"), UNHEEDED)
def test_what_a_form_has_no_use_for_is_refused_and_the_forms_that_have_are_named(
    graph: Graph, tmp_path: Path, suffix: str, name: str
) -> None:
    with pytest.raises(Refusal, match=f"^{name} is of no use to a {suffix}: it goes with") as refused:
        render(graph, tmp_path / f"a{suffix}", {name: OTHER[name]})
    assert {form.suffix for form in FORMS.values() if name in form.options} == set(
        re.findall(r"[.][a-z]+", str(refused.value).partition(": ")[2])
    )
    assert not list(tmp_path.iterdir())


def test_saying_what_is_usual_is_never_refused(graph: Graph, tmp_path: Path) -> None:
    said = {name: row.default for name, row in OPTIONS.items()}
    for suffix in (".dot", ".py", ".csv", ".micrograd"):
        for step in (None, "last"):
            (path,) = render(graph, tmp_path / f"a{suffix}", said | {"step": step})
            assert path.stat().st_size


def test_the_command_line_says_flags_and_a_program_keywords(tmp_path: Path, capsys) -> None:
    out = str(tmp_path / "a.csv")
    for options, words in (
        ({"open_blocks": True}, "--open-blocks is of no use to a .csv"),
        ({"gradients": False}, "--no-gradients is of no use to a .csv"),
        ({"margin": "wide"}, "--margin must be a number, not “wide”."),
        ({"step": "99"}, "--step must be a whole number from 0 to"),
        ({"fps": "1", "seconds": "1"}, "--fps and --seconds both say"),
        ({"only": "graph", "card": True}, "--only and --card say opposite"),
    ):
        flags = [
            text
            for name, value in options.items()
            for text in ([OPTIONS[name].flag] if isinstance(value, bool) else [OPTIONS[name].flag, value])
        ]
        assert main(["render", "lecture", "-o", out, *flags]) == 2
        said = capsys.readouterr().err
        assert said.startswith(words)
        with pytest.raises(Refusal) as refused:
            render(parse("L = a*b"), Path(out), options)
        assert "--" not in str(refused.value)
        assert str(refused.value).partition(" ")[0] in options


def test_the_readme_names_every_form() -> None:
    page = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    told = page.partition("the suffix decides:")[2].partition(";")[0]
    assert re.findall(r"[.][a-z]+", told) == list(FORMS)


def test_presets_are_those_of_the_table_of_sizes() -> None:
    assert tuple(sizing.PRESETS) == PRESETS
