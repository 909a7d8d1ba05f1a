"""The built-in examples: graphs that every user has at hand by name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.resource import resource
from micrograd_gui.services import files


@dataclass(frozen=True, slots=True)
class Example:
    """One entry of the Examples menu; ``trains`` says whether gradient descent has something to learn."""

    name: str
    title: str
    sentence: str
    trains: bool = False

    @property
    def path(self) -> Path:
        return resource("examples", f"{self.name}{files.SUFFIX}")


@cache
def examples() -> tuple[Example, ...]:
    """All of them, in the order of the lecture."""
    rows = json.loads(resource("examples", "index.json").read_text("utf-8"))
    return tuple(Example(**row) for row in rows)


def names() -> tuple[str, ...]:
    """What they are called on the command line."""
    return tuple(example.name for example in examples())


def load(name: str) -> Graph:
    """The example's graph; raises Refusal, which lists the names, where there is none of that name."""
    by_name = {example.name: example for example in examples()}
    if name not in by_name:
        raise Refusal(f"There is no example “{name[:40]}”; there are {', '.join(by_name)}.")
    return files.read(by_name[name].path)
