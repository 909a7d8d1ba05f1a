"""What somebody writes with micrograd_gui, for mypy: types are known, and a word that is none of a choice."""

from pathlib import Path
from typing import assert_type

import micrograd_gui as mg
from micrograd import Value
from micrograd_gui.document.graph import Graph

graph = mg.read("lecture")
assert_type(graph, Graph)
assert_type(mg.run(graph).frame(0).data["a"], float)
assert_type(mg.check(graph)[0].ok, bool | None)
assert_type(mg.render(graph, "a.svg", theme="dark"), tuple[Path, ...])
assert_type(mg.train(graph).losses, tuple[float, ...])
mg.render(Value(2.0) * 3, "a.svg"), mg.run("neuron"), mg.check(Value(2.0))
mg.run(5)  # type: ignore[arg-type]
mg.render(graph, "a.svg", theme="pink")  # type: ignore[arg-type]
