"""Brings the catalogues up to date with the texts there are: `python resources/languages/make.py`.

With the code of a language its catalogue is begun; with a path that ends in .pot a template is written.
What is translated stays, what is new waits, what is no longer said goes; the head says whether all is there.
"""

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from micrograd.language import CONTEXT  # noqa: E402
from micrograd_gui import languages  # noqa: E402

MARKS = ("tr", "N_", "kept", "phrase", "trn", "trc")
OF_LESSONS = {"title", "sentence", "text", "ask", "hint", "done", "end"}  # what a learner reads
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "zh_CN": "nplurals=1; plural=0;",
    "ja": "nplurals=1; plural=0;",
}


class Text(NamedTuple):
    """A text to be translated: its singular or whole, its plural where it has one, and its context."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str:
        """How `languages.read` calls it."""
        return f"{self.context}{CONTEXT}{self.text}" if self.context else self.text


class Unreadable(ValueError):
    """What is marked as a text is no literal: no translator would ever see it."""


def of_tree(nodes: Iterable[ast.AST], path: str) -> Iterator[Text]:
    """What a source marks; raises Unreadable with the place of a mark around anything but literals."""
    for node in nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS):
            continue
        name, given = node.func.id, node.args[: 2 if node.func.id in ("trn", "trc") else 1]
        texts = [each.value if isinstance(each, ast.Constant) else None for each in given]
        if name == "N_" or all(isinstance(each, str) for each in texts):
            if not all(isinstance(each, str) for each in texts):
                raise Unreadable(f"{path}, line {node.lineno}: {ast.unparse(node)}")
            first, second = (*map(str, texts), "")[:2]
            yield {"trc": Text(second, context=first), "trn": Text(first, second)}.get(name, Text(first))
        elif any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in given):
            raise Unreadable(f"{path}, line {node.lineno}: {ast.unparse(node)}")


def of_sources() -> Iterator[tuple[str, Text]]:
    """All that the two packages say, with the file it stands in."""
    for package in ("micrograd", "micrograd_gui"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for text in of_tree(ast.walk(ast.parse(path.read_text("utf-8"))), name):
                yield name, text


def of_resources() -> Iterator[tuple[str, Text]]:
    """What is read in the lessons, in the player and of the examples."""
    for path in sorted((ROOT / "resources" / "lessons").glob("*.toml")):
        for text in _texts_in(tomllib.loads(path.read_text("utf-8"))):
            yield f"resources/lessons/{path.name}", Text(text)
    page = (ROOT / "resources" / "player" / "player.html").read_text("utf-8")
    for text in re.findall(r"\[\[(.+?)\]\]", page):
        yield "resources/player/player.html", Text(text)
    for row in json.loads((ROOT / "resources" / "examples" / "index.json").read_text("utf-8")):
        for text in (row["title"], row["sentence"]):
            yield "resources/examples/index.json", Text(text)


def _texts_in(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _texts_in(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each, name)
    elif isinstance(value, str) and name in OF_LESSONS:
        yield value


def collected() -> dict[Text, list[str]]:
    """Every text, with the files that say it, in the order of their paths."""
    found: dict[Text, list[str]] = {}
    for file, text in (*of_sources(), *of_resources()):
        if text.text and file not in found.setdefault(text, []):
            found[text].append(file)
    return found


def quoted(text: str) -> str:
    """As a catalogue writes it: a line a line."""
    lines = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").split("\n")
    ended = [f'"{line}\\n"' for line in lines[:-1]] + (
        [f'"{lines[-1]}"'] if lines[-1] or len(lines) == 1 else []
    )
    return ended[0] if len(ended) == 1 else "\n".join(['""', *ended])


def written(texts: dict[Text, list[str]], known: dict[str, str | tuple[str, ...]], code: str) -> str:
    """The catalogue of that language; with no code a template."""
    rule = PLURALS.get(code, "nplurals=2; plural=(n != 1);")
    forms = int(rule.removeprefix("nplurals=")[0])
    complete = bool(code) and all(text.key in known for text in texts)
    head = {
        "Language": code,
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": rule,
        "X-Complete": "yes" if complete else "no",
    }
    parts = ['msgid ""\nmsgstr ""\n' + "".join(f'"{name}: {value}\\n"\n' for name, value in head.items())]
    for text, files in texts.items():
        lines = [f"#: {' '.join(files)}"]
        if "{" in text.text + text.plural:
            lines.append("#, python-brace-format")
        if text.context:
            lines.append(f"msgctxt {quoted(text.context)}")
        lines.append(f"msgid {quoted(text.text)}")
        said = known.get(text.key, "")
        if text.plural:
            all_said = said if isinstance(said, tuple) and len(said) == forms else ("",) * forms
            lines.append(f"msgid_plural {quoted(text.plural)}")
            lines += [f"msgstr[{at}] {quoted(each)}" for at, each in enumerate(all_said)]
        else:
            lines.append(f"msgstr {quoted(said if isinstance(said, str) else said[0])}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def main(given: list[str]) -> None:
    """Write what is asked for, and bring all catalogues up to date."""
    texts = collected()
    print(f"{len(texts)} texts")
    begun = {HERE / f"{code}.po" for code in given if not code.endswith(".pot")}
    for path in sorted({*HERE.glob("*.po"), *begun}):
        known = languages.read(path)[1] if path.exists() else {}
        path.write_text(written(texts, known, path.stem), "utf-8")
        print(f"{path.name}: {sum(text.key not in known for text in texts)} wait to be translated")
    for template in (Path(each) for each in given if each.endswith(".pot")):
        template.write_text(written(texts, {}, ""), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
