"""No text escapes the catalogues, and no catalogue that is offered lacks one, or loses what is put in."""

import ast
import importlib.util
import os
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from micrograd import language
from micrograd.language import CONTEXT
from micrograd_gui import languages
from tests.house import spoken
from tests.house.structure import ROOT, modules

CATALOGUES = sorted((ROOT / "resources" / "languages").glob("*.po"))


@cache
def make() -> ModuleType:
    """`resources/languages/make.py`."""
    spec = importlib.util.spec_from_file_location(
        "make_languages", ROOT / "resources" / "languages" / "make.py"
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@cache
def texts() -> dict[str, object]:
    """Every text there is, by its key."""
    found = [text for module in modules() for text in make().of_tree(module.nodes, module.path)]
    return {text.key: text for text in (*found, *(text for _, text in make().of_resources()))}


def test_what_somebody_reads_goes_through_the_catalogue() -> None:
    unmarked = [
        f"{module.path}:{line}: {text}" for module in modules() for line, text in spoken.unspoken(module)
    ]
    assert unmarked == [], "see CONTRIBUTING.md, Languages"


def test_a_cache_that_holds_sentences_is_remembered() -> None:
    """`language.remembered` forgets them with their language, as `lru_cache` and `cache` do not."""
    found = [
        f"{module.path}:{function.lineno}: {function.name}"
        for module in modules()
        for function in module.nodes
        if isinstance(function, ast.FunctionDef)
        and any(_name_of(each) in ("lru_cache", "cache") for each in function.decorator_list)
        and any(_name_of(each) in ("tr", "trn", "trc", "again", "phrase") for each in _given_out(function))
    ]
    assert found == []


def _given_out(node: ast.AST) -> Iterator[ast.AST]:
    """All in a function but what it raises, which no cache holds."""
    if not isinstance(node, ast.Raise):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _given_out(child)


def _name_of(node: ast.AST) -> str:
    """What is called there."""
    called = node.func if isinstance(node, ast.Call) else node
    return getattr(called, "id", "")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('say("The graph is empty.")', ["The graph is empty."]),
        ('say(f"{name} has no target.")', ["◆ has no target."]),
        ('return f"{ordinal(n)} backward"', ["◆ backward"]),
        ('button.setText("Dismiss")', ["Dismiss"]),
        ('say(tr("The graph is empty."))', []),
        ('raise ValueError("no such thing")', []),
        ('"""What this is."""', []),
        ('if kind == "not finite": pass', []),
        ('_log.info("it was opened")', []),
        ('rule = "color: red; width: 3px;"', []),
        ('name = "zoom_in"', []),
        ('page = f"<p>Nothing has come yet to {name}.</p>"', ["|Nothing has come yet to ◆.|"]),
        ('page = f"<td class=row>{name}</td>"', []),
        ('help = "a file, or its address file:///…"', ["a file, or its address file:///…"]),
        ('where = "https://example.org/a b"', []),
        ('name = "two words"  # as in code', []),
    ],
)
def test_a_text_that_escaped_is_found(source: str, found: list[str]) -> None:
    assert [text for _, text in spoken.unspoken(spoken.Module("x.py", source))] == found


def test_what_is_marked_is_a_literal() -> None:
    texts()  # raises
    with pytest.raises(make().Unreadable, match=r"x\.py, line 1"):
        list(make().of_tree(ast.walk(ast.parse('tr(f"{n} nodes")')), "x.py"))


def test_one_singular_has_one_plural() -> None:
    found: dict[str, set[str]] = {}
    for module in modules():
        for text in make().of_tree(module.nodes, module.path):
            found.setdefault(text.key, set()).add(text.plural)
    assert {key: plurals for key, plurals in found.items() if len(plurals) > 1} == {}


def test_a_catalogue_is_read_as_it_was_written(tmp_path: Path) -> None:
    text = make().Text
    all_of_it = {text("a “b”\nc\\d\t\"e\""): ["x.py"], text("{n} node", "{n} nodes"): ["x.py"],
                 text("Last", context="of a run"): ["x.py"], text("waits"): ["x.py"]}  # fmt: skip
    known = {
        'a “b”\nc\\d\t"e"': 'ä\n„ö“\\\t"ü"',
        "{n} node": ("{n} Knoten", "{n} Knoten"),
        f"of a run{CONTEXT}Last": "Ende",
    }
    path = tmp_path / "de.po"
    path.write_text(make().written(all_of_it, known, "de"), "utf-8")
    head, found = languages.read(path)
    assert found == known
    assert "X-Complete: no" in head
    path.write_text(make().written({text("waits"): []}, {"waits": "wartet"}, "de"), "utf-8")
    assert languages.COMPLETE in languages.read(path)[0]


def test_what_is_only_guessed_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n\n#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr "d"\n', "utf-8"
    )
    assert languages.read(path)[1] == {"c": "d"}


@pytest.mark.parametrize("line", ['msgid "a', "nonsense", "msgid a"])
def test_a_catalogue_that_is_none_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "xx.po"
    path.write_text(f'msgid ""\nmsgstr ""\n{line}\n', "utf-8")
    with pytest.raises(languages.CatalogueFault, match=r"xx\.po, line 3"):
        languages.read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name here")
def test_a_pipe_that_is_named_as_a_catalogue_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "xx.po")
    command = [sys.executable, "-m", "micrograd_gui", "--language", str(path), "check", "neuron"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stderr.strip()) == (2, f"{path} is not a file.")


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "fr_FR"}, "fr"),
        ({"LANG": "nl_NL.UTF-8", "LANGUAGE": "nl:es:de"}, "es"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "en"),
        ({"LANG": "ja_JP.eucJP"}, "ja"),
        ({"LANG": "sv_SE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_follows_the_system(monkeypatch, environment: dict[str, str], wanted: str) -> None:
    monkeypatch.setattr(languages, "_is_complete", lambda _: True)
    assert languages.of_system(environment) == wanted
    if os.name != "nt":
        asks_for_none = wanted == "en" and environment.get("LANG", "C")[:2] not in ("zh", "sv")
        assert language.english_will_do(environment) == asks_for_none


def test_a_catalogue_is_looked_for_while_another_language_is_asked_for_or_in_use(monkeypatch) -> None:
    monkeypatch.setattr(os, "name", "posix")
    assert language.english_will_do({"LANG": "C"})
    assert language.english_will_do({"LANG": "de", language.VARIABLE: "en"})
    assert not any(
        language.english_will_do({"LANG": "C", language.VARIABLE: each}) for each in ("de", "en.po")
    )
    language.use({"a": "b"})
    try:
        assert not language.english_will_do({"LANG": "C"})
    finally:
        language.use()
    monkeypatch.setattr(os, "name", "nt")
    assert not language.english_will_do({"LANG": "C"})


def test_what_qt_tells_of_macos_and_windows_is_understood(monkeypatch) -> None:
    monkeypatch.setattr(languages, "_is_complete", lambda _: True)
    assert languages.of_system({}, ("zh-Hans-CN", "en-US")) == "zh_CN"
    assert languages.of_system({}, ("pt-BR", "fr-CA")) == "fr"


def test_a_language_is_offered_when_nothing_is_missing() -> None:
    for path in CATALOGUES:
        missing = texts().keys() - languages.read(path)[1].keys()
        head = languages.read(path)[0]
        assert (languages.COMPLETE in head) <= (not missing), f"{path.name}: {sorted(missing)[:5]}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_no_translation_loses_what_is_put_in(path: Path) -> None:
    wrong = []
    for key, said in languages.read(path)[1].items():
        text = texts().get(key)
        for form in said if isinstance(said, tuple) else (said,):
            english = {*_names(key.partition(CONTEXT)[2] or key), *_names(getattr(text, "plural", ""))}
            if _names(form) - english or (_names(key) - _names(form) - {"n"}):
                wrong.append((key, form))
    assert wrong == []


def _names(text: str) -> set[str]:
    """The placeholders of a text; of one with other braces, none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


def test_json_is_the_same_in_every_language(capsys) -> None:
    from micrograd_gui.app.cli import main

    class Loud(dict):
        def get(self, key: str, default: object = None) -> str:
            return f"⟦{key.rpartition(CONTEXT)[2]}⟧"

    main(["check", "neuron", "--json"])
    english = capsys.readouterr().out
    language.use(Loud())
    try:
        main(["check", "neuron", "--json"])
        assert capsys.readouterr().out == english
        main(["check", "neuron"])
        assert "⟦" in capsys.readouterr().out
    finally:
        language.use()


def test_every_language_is_offered() -> None:
    """Whoever adds a text has it translated: `python resources/languages/make.py` counts what waits."""
    assert languages.offered() == list(languages.NAMES)
