"""What no source file may say."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.house.structure import ROOT, Module, modules

MACHINE_PATH = re.compile(r"(?<![\w.<>)}\]-])/(?:home|Users|root|work|opt)/\w|\b[A-Z]:\\Users\\")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.org|deb\.debian\.org")
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle"}
FORBIDDEN_OF_OS = {"system", "popen"}
FORBIDDEN_NAME = re.compile(r"get_|\w*(?:Manager|Helper)$|_?(?:utils?|helpers?)$")


def texts() -> Iterator[tuple[str, str]]:
    """Each text file that the project keeps, or would keep at the next commit."""
    order = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(order, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("no git, or no git checkout: what the project keeps is not known")
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            yield name, content.decode("utf-8", "replace")


def sayings(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def forbidden(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Where code runs text, revives objects or starts a shell."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in FORBIDDEN_OF_OS:
                yield node.lineno, f"os.{name}"
            case ast.keyword(arg="shell", value=value) if not (
                isinstance(value, ast.Constant) and value.value is False
            ):
                yield value.lineno, "shell="
            case ast.Import(names=names):
                for alias in names:
                    if alias.name.split(".")[0] in FORBIDDEN_MODULES:
                        yield node.lineno, alias.name
            case ast.ImportFrom(module=str(module), names=names):
                if module.split(".")[0] in FORBIDDEN_MODULES:
                    yield node.lineno, module
                elif module == "os":
                    for alias in names:
                        if alias.name in FORBIDDEN_OF_OS:
                            yield node.lineno, f"os.{alias.name}"


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("eval('1')", "eval"),
        ("exec('1')", "exec"),
        ("compile('1', '', 'eval')", "compile"),
        ("import os\nos.system('ls')", "os.system"),
        ("from os import popen", "os.popen"),
        ("subprocess.run('ls', shell=True)", "shell="),
        ("import pickle", "pickle"),
        ("from marshal import loads", "marshal"),
    ],
)
def test_code_that_runs_text_would_be_noticed(code: str, what: str) -> None:
    assert [found for _, found in forbidden(ast.walk(ast.parse(code)))] == [what]


def test_an_event_loop_and_a_regular_expression_are_not_mistaken_for_code_that_runs_text() -> None:
    code = "app.exec()\nre.compile('a')\nrun(['ls'], shell=False)"
    assert not list(forbidden(ast.walk(ast.parse(code))))


def test_no_source_file_runs_text_revives_objects_or_starts_a_shell() -> None:
    found = [
        f"{module.path}:{line}: {what}"
        for module in (*modules(), Module("run.py", (ROOT / "run.py").read_text("utf-8")))
        for line, what in forbidden(module.nodes)
    ]
    assert not found


def test_names_say_what_a_thing_is() -> None:
    found = []
    for module in modules():
        names = [Path(module.path).stem]
        for node in module.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.append(node.name)
        found += [f"{module.path}: {name}" for name in names if FORBIDDEN_NAME.match(name)]
    assert not found


@pytest.mark.parametrize("place", ["home", "Users", "root", "work", "opt"])
def test_a_path_of_a_machine_would_be_noticed(place: str) -> None:
    assert MACHINE_PATH.search(f"open('/{place}/someone/file')")
    assert not MACHINE_PATH.search(f"the folder resources/{place}/file")


def test_nothing_names_a_path_of_a_machine() -> None:
    assert not sayings(MACHINE_PATH)


def test_nothing_names_the_address_of_a_registry() -> None:
    assert not sayings(REGISTRY)


def dataclasses_in(module: Module) -> set[str]:
    return {
        node.name
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(d) for d in node.decorator_list)
    }


def imported(module: Module, source: str = "") -> set[str]:
    """The names that it imports from that module; from any, where none is named."""
    froms = (node for node in module.nodes if isinstance(node, ast.ImportFrom))
    return {alias.name for node in froms if node.module == source or not source for alias in node.names}


def test_a_struct_is_taken_apart_and_made_anew_by_msgspec() -> None:
    known = set[str]().union(*map(dataclasses_in, modules()))
    wrong = [
        module.path
        for module in modules()
        if module.path.startswith("micrograd_gui/")
        and {"asdict", "astuple", "fields", "replace"} & imported(module, "dataclasses")
        and not known & (dataclasses_in(module) | imported(module))
    ]
    assert not wrong, "the type checker does not see it: there is no dataclass here"


def silent_about_refusals(module: Module, refusals: set[str]) -> list[str]:
    """The public functions of the module that raise one of these themselves, and whose docstring hides it."""
    said = re.compile(r"rais|refus", re.IGNORECASE)
    whole = ast.get_docstring(module.tree) or ""
    found = []
    for function in module.functions:
        words = ast.get_docstring(function)
        if words is None or function.name.startswith("_") or said.search(words + whole):
            continue
        raised = (each.exc for each in ast.walk(function) if isinstance(each, ast.Raise))
        called = {ast.unparse(each.func) for each in raised if isinstance(each, ast.Call)}
        if refusals.intersection(name.rpartition(".")[2] for name in called):
            found.append(f"{module.path}:{function.lineno} {function.name}")
    return found


def test_a_function_that_refuses_says_so() -> None:
    classes = [each for module in modules() for each in module.nodes if isinstance(each, ast.ClassDef)]
    refusals, before = {"Refusal"}, 0
    while len(refusals) > before:
        before = len(refusals)
        refusals |= {each.name for each in classes if refusals & {ast.unparse(base) for base in each.bases}}
    assert len(refusals) > 5
    assert [each for module in modules() for each in silent_about_refusals(module, refusals)] == []


def test_a_function_that_hides_its_refusal_would_be_noticed() -> None:
    hides = Module("rows.py", 'def read(path):\n    """The rows."""\n    raise errors.FileRefusal("no")')
    assert silent_about_refusals(hides, {"FileRefusal"}) == ["rows.py:1 read"]
    says = Module("rows.py", hides.text.replace("rows.", "rows; raises FileRefusal."))
    assert silent_about_refusals(says, {"FileRefusal"}) == []
