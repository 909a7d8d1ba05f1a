"""The shape of the house: whole classes, no circles, one meaning a name, a line for each module."""

import ast
import importlib.util
import re
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from tests.house.structure import ROOT, circles, class_places, cut_classes, is_there, modules

LONGEST_FILE = 500
LONGEST_FUNCTION = 60
FULLEST_FOLDER = 20  # files
SMALL, SMALL_AT_MOST = 60, 15  # lines; files of no more than that, beside the ``__init__`` of a room

# What is still there and is to go: each list may only shrink.
CIRCLES = [
    {"micrograd.dot", "micrograd.engine"},  # stays: a notebook asks a Value for its picture
]  # fmt: skip
CUT = {
    "ZoomView",  # stays: zooming and scrolling with nothing of a graph in it, tested by itself
    "Room",  # stays: what all rooms of a session have in common
}
WRITE_BY_NAME = {
    "micrograd_gui/app/actions/language.py",  # stays: a window gets back all it had, where no other is made
    "micrograd_gui/app/cli.py",  # stays: argparse translates by functions that it does not offer
    "micrograd_gui/views/canvas/scene.py",  # stays: it takes over all that another thread has made for it
}
TWICE: set[str] = set()
LONG: set[str] = set()


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    assert {m.path: m.lines for m in modules() if m.lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_reader_can_hold() -> None:
    long = {
        function.name: module.path
        for module in modules()
        for function in module.functions
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    }
    assert long.keys() <= LONG, long


def test_no_folder_has_more_files_than_a_reader_can_survey() -> None:
    folders = Counter(PurePosixPath(module.path).parent.as_posix() for module in modules())
    assert {folder: count for folder, count in folders.items() if count > FULLEST_FOLDER} == {}


def test_few_files_are_so_small_that_one_has_to_look_elsewhere() -> None:
    small = [m.path for m in modules() if m.lines <= SMALL and not m.path.endswith("__init__.py")]
    assert len(small) <= SMALL_AT_MOST, small


def test_no_part_of_a_window_waits_for_an_heir_to_fill_it_in() -> None:
    views = [module for module in modules() if module.path.startswith("micrograd_gui/views/")]
    assert [module.path for module in views if "raise NotImplementedError" in module.text] == []


_FILLS = {"addWidget", "insertWidget", "addLayout", "addStretch", "addSpacing", "addItem", "addRow"}
_FILLS |= {"add_gap"}  # of a `Flow`


def filled_first(function: ast.AST) -> list[int]:
    """The lines at which it gives a layout away that it has filled, or that another function has made."""
    calls = [each for each in ast.walk(function) if isinstance(each, ast.Call)]
    calls = [each for each in calls if isinstance(each.func, ast.Attribute)]
    calls.sort(key=lambda each: each.lineno)
    filled: set[str] = set()
    found = []
    for call in calls:
        assert isinstance(call.func, ast.Attribute)
        if call.func.attr in ("addLayout", "insertLayout", "setLayout"):
            given = next((each for each in call.args if not isinstance(each, ast.Constant)), None)
            if given is not None and (isinstance(given, ast.Call) or ast.unparse(given) in filled):
                found.append(call.lineno)
        if call.func.attr in _FILLS:
            filled.add(ast.unparse(call.func.value))
    return found


def test_a_layout_is_put_into_another_one_while_it_is_empty() -> None:
    """Of one that is not PySide6 makes an object of Python for each of its items, and never learns when Qt
    deletes the item: what stands at that place in memory later, a header of a table say, is taken for it.
    """
    filled = {
        f"{module.path}:{line}"
        for module in modules()
        if "Layout(" in module.text and module.path.startswith("micrograd_gui/")
        for function in module.functions
        for line in filled_first(function)
    }
    assert filled == set()


def test_a_layout_that_is_filled_first_would_be_noticed() -> None:
    late = "def make(self):\n    row = QHBoxLayout()\n    row.addWidget(a)\n    column.addLayout(row, 1)"
    assert filled_first(ast.parse(late)) == [4]
    assert filled_first(ast.parse("column.addLayout(self.make_row())")) == [1]
    assert filled_first(ast.parse("row = QHBoxLayout()\ncolumn.addLayout(row)\nrow.addWidget(a)")) == []


def test_only_a_value_has_attributes_that_nobody_declared() -> None:
    assert [module.path for module in modules() if "__dict__" in module.text] == ["micrograd/engine.py"]
    found = {m.path for m in modules() if any(map(_writes_by_name, m.nodes)) and _PROGRAMS not in m.path}
    assert found == WRITE_BY_NAME


_PROGRAMS = "/document/python/"  # there objects are those of a program that was pasted


def _writes_by_name(node: ast.AST) -> bool:
    """Whether that puts something into the attributes of an object by way of its ``vars``."""
    match node:
        case ast.Subscript(value=ast.Call(func=ast.Name("vars")), ctx=ast.Store() | ast.Del()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("vars")), attr=done)):
            return done in ("update", "clear", "pop", "popitem", "setdefault")
    return False


def test_what_is_put_into_an_object_by_its_vars_would_be_noticed() -> None:
    for text in ("vars(x)['a'] = 1", "del vars(x)['a']", "vars(x).update(a=1)", "vars(self).pop('a', None)"):
        assert any(map(_writes_by_name, ast.walk(ast.parse(text)))), text
    assert not any(map(_writes_by_name, ast.walk(ast.parse("vars(x)['a']; vars(x).get('a')"))))


@pytest.mark.parametrize(
    ("room", "whole", "makers"),
    [
        ("micrograd_gui/app/", "MainWindow", {"window.py", "start.py", "__init__.py"}),
        ("micrograd_gui/views/canvas/", "CanvasView", {"view.py"}),
    ],
)
def test_no_part_knows_the_whole_that_it_is_a_part_of(room: str, whole: str, makers: set[str]) -> None:
    knowing = {
        Path(module.path).name
        for module in modules()
        if module.path.startswith(room)
        for node in module.nodes
        if isinstance(node, ast.Name) and node.id == whole
    }
    assert knowing <= makers


def test_a_class_is_whole_in_one_file() -> None:
    assert cut_classes().keys() <= CUT, cut_classes()


def test_modules_import_each_other_in_no_circle() -> None:
    unknown = [found for found in circles() if not any(set(found) <= known for known in CIRCLES)]
    assert not unknown


def test_a_class_name_means_one_thing() -> None:
    twice = {name: places for name, places in class_places().items() if len(places) > 1}
    assert twice.keys() <= TWICE, twice


def test_the_arrow_of_the_architecture_stands_on_the_corner_it_comes_from() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    lines = page.partition("## In one picture")[2].partition("\n## ")[0].splitlines()
    picture = [line for line in lines if line.startswith("    ") and line.strip()[0] in "┌├│└"]
    assert len({len(line) for line in picture}) == 1
    (head,) = (line.index("▲") for line in picture if "▲" in line)
    (corner,) = (line.index("┘") for line in picture if "┘" in line[:-1])
    assert head == corner


def test_architecture_tells_every_module_in_the_words_of_its_own_first_line() -> None:
    path = ROOT / "docs" / "make_module_table.py"
    spec = importlib.util.spec_from_file_location("make_module_table", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    page = made.PAGE.read_text("utf-8")
    assert page == made.with_table(page), "run: python docs/make_module_table.py"


# What architecture.md names that is not of the two packages.
FOREIGN = {"numpy", "ast", "gc.freeze", "new.frame", "mg.render", "Source", "Lesson"}
CODE = re.compile(r"`([^`\n]+)`")
NAME = re.compile(r"[A-Za-z_][\w.]*(?=$|\()")
FILE = re.compile(r"[\w./]+\.(?:py|json)|[\w.]+/[\w./]+")


def told() -> list[str]:
    """The pieces of code in architecture.md, but for the table that is made from the modules."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    return list(dict.fromkeys(CODE.findall(page.partition("<!-- modules")[0])))


def test_architecture_names_what_is_there() -> None:
    names = {found[0] for each in told() if not FILE.fullmatch(each) and (found := NAME.match(each))}
    assert len(names) > 100
    assert sorted(name for name in names - FOREIGN if not is_there(name)) == []


@pytest.mark.parametrize("name", ["Session.run_it", "tools.drop_it", "explain.cards.card", "lay_it_out"])
def test_a_name_that_is_not_there_would_be_noticed(name: str) -> None:
    assert not is_there(name)


def test_architecture_names_files_that_are_there() -> None:
    files = [each.removesuffix("/") for each in told() if FILE.fullmatch(each)]
    assert len(files) > 20
    known = [path.as_posix() for top in ("micrograd", "micrograd_gui", "resources", "tests", "docs")
             for path in (ROOT / top).rglob("*") if "__pycache__" not in path.parts]  # fmt: skip
    gone = [each for each in files
            if not any(f"{path}{end}".endswith(f"/{each}") for path in known for end in ("", "/"))
            and not any(path.removesuffix(".py").endswith(f"/{each}") for path in known)]  # fmt: skip
    assert gone == []
