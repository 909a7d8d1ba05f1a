"""Pages of the site that are made of the program: the command line of its parser, the file of its schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {
    "": "The window",
    "render": "A figure, a film, a script",
    "check": "Analytic and numeric gradients",
    "train": "Gradient descent",
    "examples": "What can stand in place of a file",
    "lessons": "The lessons",
}
COMMON = """In a checkout `python3 run.py` stands for `micrograd-gui`. All but the window need no screen. Bad
input of any kind gets one sentence on standard error that names what and where, exit status 2, and nothing is
written."""
FILES = """A `*.micrograd` file is JSON in UTF-8 with sorted keys and two spaces of indent: what is saved,
opened and saved again has the same bytes. Node ids are integers; positions and all else that is only
seen live under `view`, apart from the graph. Files of version 1 open for ever; a newer version, another
format, and a damaged file are refused in a sentence that names the field. The schema is
`resources/micrograd-graph.schema.json`."""


def write(folder: Path) -> None:
    """Write them into that folder, each where it has changed, so that Sphinx reads no page in vain."""
    folder.mkdir(exist_ok=True)
    for name, text in (("command_line.md", command_line()), ("file_format.md", file_format())):
        page = folder / name
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")


def command_line() -> str:
    """What each command says of itself, by `--help`."""
    parts = ["# The command line", COMMON]
    for command, title in COMMANDS.items():
        name = f"micrograd-gui {command}".strip()
        parts += [f"## {title}: `{name}`", f"```text\n{help_of(command)}\n```"]
    return "\n\n".join(parts) + "\n"


def help_of(command: str) -> str:
    """The help of a command as a terminal of a hundred columns shows it, in English."""
    words = [command, "--help"] if command else ["--help"]
    environment = {**os.environ, "COLUMNS": "100", "LANGUAGE": "en", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "micrograd_gui", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


def file_format() -> str:
    """A table for each object of the schema, in the order in which a reader of a file meets them."""
    schema = json.loads((ROOT / "resources" / "micrograd-graph.schema.json").read_text("utf-8"))
    parts = ["# The file format", FILES, f"```json\n{smallest()}\n```"]
    for name in in_order(schema):
        model = schema["$defs"][name]
        title = name.removesuffix("Model")
        parts += [f"## {title}", " ".join(model.get("description", "").split())]
        rows = [row(field, said, model) for field, said in model.get("properties", {}).items()]
        if rows:
            parts.append("\n".join(["| field | type | |", "|---|---|---|", *rows]))
    return "\n\n".join(part for part in parts if part) + "\n"


def smallest() -> str:
    """A file that opens, of one product."""
    from micrograd_gui import parse
    from micrograd_gui.document import codec

    return codec.encode(parse("L = a*b", a=2, b=-3)).strip()


def in_order(schema: dict[str, Any]) -> Iterator[str]:
    """The names of the objects, each before those that it is made of."""
    left, seen = [schema["$ref"].rpartition("/")[2]], set()
    while left:
        name = left.pop(0)
        if name in seen:
            continue
        seen.add(name)
        yield name
        left += list(referred(schema["$defs"][name]))


def referred(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for each in part.values():
            yield from referred(each)
    elif isinstance(part, list):
        for each in part:
            yield from referred(each)


def row(field: str, said: dict[str, Any], model: dict[str, Any]) -> str:
    """A row of the table: its name, its type, and what stands there where it is left out."""
    must = field in model.get("required", ())
    what = "must be there" if must else f"else `{json.dumps(said['default'])}`" if "default" in said else ""
    return f"| `{field}` | {kind(said)} | {what} |"


def kind(said: dict[str, Any]) -> str:
    """What a value is, in words."""
    if "$ref" in said:
        name = said["$ref"].rpartition("/")[2].removesuffix("Model")
        return f"[{name}](#{name.lower()})"
    if "enum" in said:
        return ", ".join(f"`{json.dumps(each)}`" for each in said["enum"])
    if "const" in said:
        return f"`{json.dumps(said['const'])}`"
    if "anyOf" in said:
        return " or ".join(kind(each) for each in said["anyOf"])
    if said.get("type") == "array":
        if "prefixItems" in said:
            return f"[{', '.join(kind(each) for each in said['prefixItems'])}]"
        return f"list of {kind(said['items'])}" if said.get("items") else "list"
    if said.get("type") == "object":
        of = said.get("additionalProperties")
        return f"object of {kind(of)}" if isinstance(of, dict) else "object"
    return str(said.get("type", "anything"))
