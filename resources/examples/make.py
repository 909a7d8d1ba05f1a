"""Makes the built-in examples from their expressions: `python resources/examples/make.py`."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

import json  # noqa: E402

from lessons import LESSONS  # noqa: E402

from micrograd_gui.document.graph import Graph  # noqa: E402
from micrograd_gui.document.notation.reader import graph_from_expression  # noqa: E402
from micrograd_gui.figures.folding import FRAMES, box_sizes  # noqa: E402
from micrograd_gui.files import documents  # noqa: E402
from micrograd_gui.layout import layout  # noqa: E402
from micrograd_gui.layout.layout import places  # noqa: E402

NODE = (144.0, 60.0)  # the size of a node on the canvas
SECONDS = 60.0


@dataclass(frozen=True)
class Source:
    name: str
    title: str
    sentence: str
    expression: str
    inputs: str = ""
    parameters: str = ""
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)


NEURON = """
x1 = 2.0; x2 = 0.0; w1 = -3.0; w2 = 1.0; b = 6.8813735870195432
x1w1 = x1*w1; x2w2 = x2*w2
x1w1x2w2 = x1w1 + x2w2; x1w1x2w2.label = 'x1w1 + x2w2'
n = x1w1x2w2 + b
"""

SOURCES = (
    Source(
        "parabola",
        "A parabola and its slope",
        "3x² − 4x + 5 at x = 3: the slope is 14, and where the curve turns, at x = 2/3, it is 0.",
        "x = 3.0; f = 3*x**2 - 4*x + 5",
        inputs="x",
        ranges={"x": (-5.0, 5.0)},
    ),
    Source(
        "slopes",
        "Three slopes by hand",
        "d = a × b + c: nudge each of the three by h and see what d does.",
        "a = 2.0; b = -3.0; c = 10.0; d = a*b + c",
        inputs="a b c",
    ),
    Source(
        "lecture",
        "The lecture's first graph",
        "L = (a × b + c) × f: the chain rule, one node at a time.",
        "a = 2.0; b = -3.0; c = 10.0; f = -2.0; e = a*b; d = e + c; L = d*f",
        inputs="a b",
        parameters="c f",
    ),
    Source(
        "neuron",
        "A neuron",
        "Two inputs, two weights, a bias and tanh: what each weight should do to the output.",
        NEURON + "o = tanh(n)",
        inputs="x1 x2",
        parameters="w1 w2 b",
    ),
    Source(
        "neuron_exp",
        "A neuron, tanh taken apart",
        "The same neuron with tanh written as (e²ⁿ − 1) ÷ (e²ⁿ + 1): the same gradients.",
        NEURON + "e = exp(2*n); o = (e - 1)/(e + 1)",
        inputs="x1 x2",
        parameters="w1 w2 b",
    ),
    Source(
        "reuse",
        "A node used twice, twice",
        "b = a + a, c = b + b: gradients add up where a node is used more than once.",
        "a = 1.0; b = a + a; c = b + b",
        inputs="a",
    ),
    Source(
        "square",
        "Both wires from one node",
        "b = a × a: the same node on both ports, and each wire brings its own share.",
        "a = 3.0; b = a*a",
        inputs="a",
    ),
    Source(
        "diamond",
        "A diamond",
        "f = (a × b) × (a + b): two ways lead from each leaf, and their slopes add up.",
        "a = -2.0; b = 3.0; d = a*b; e = a + b; f = d*e",
        inputs="a b",
    ),
)


def graph_of(source: Source) -> Graph:
    graph = graph_from_expression(source.expression)
    for label in source.inputs.split():
        graph = graph.marked(graph.named(label), "input")
    for label in source.parameters.split():
        graph = graph.marked(graph.named(label), "parameter")
    for label, span in source.ranges.items():
        graph = graph.ranged(graph.named(label), span)
    return laid_out(graph)


def laid_out(graph: Graph) -> Graph:
    sizes = dict.fromkeys(graph.nodes, NODE)
    if not graph.blocks:
        return replace(graph, places=places(graph, sizes))
    found = layout.nested_places(
        graph, sizes, box_sizes(graph), frame=FRAMES, afresh=True, time_limit=SECONDS
    )
    return replace(graph, places=found)


def main() -> None:
    index = []
    for source in SOURCES:
        documents.write(HERE / f"{source.name}{documents.SUFFIX}", graph_of(source))
        index.append({"name": source.name, "title": source.title, "sentence": source.sentence})
    for lesson in LESSONS:
        documents.write(HERE / f"{lesson.name}{documents.SUFFIX}", laid_out(lesson.graph))
        row = {"name": lesson.name, "title": lesson.title, "sentence": lesson.sentence, "trains": True}
        index.append(row)
    text = json.dumps(index, indent=2, ensure_ascii=False) + "\n"
    (HERE / "index.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
