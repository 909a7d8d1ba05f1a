"""Originals: whole files and texts of every form that opens, or may be tried, which are to be spoiled."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from micrograd_gui import door
from micrograd_gui.document.clipboard import as_text
from micrograd_gui.document.graph import Graph
from micrograd_gui.export.formats import FORMS
from micrograd_gui.files import documents, recovery
from micrograd_gui.resource import resource
from micrograd_gui.session.session import Session

EXPRESSIONS = (
    "L = (a*b + c) * f",
    "o = tanh(x1*w1 + x2*w2 + b)",
    "a = 2.0; b = -3.0; c = 10.0; e = a*b; d = e + c; f = -2.0; L = d*f",
    "y = 3x² − 4x + 5",
    "q = exp(-x)**2 / (1 + relu(y - 0.5))",
    "k = √x₁ ÷ π · 2,5",
)
CELLS = (
    "a = Value(2.0, label='a')\nb = Value(-3.0)\ne = a*b; e.label = 'e'\ne.backward()\ndraw_dot(e)\n",
    "x = [2.0, 3.0, -1.0]\nn = MLP(3, [4, 4, 1])\nn(x)\n",
    "n = Neuron(2)\nx = [2.0, 3.0]\no = n(x)\no.backward()\n",
    "import math\nfrom micrograd.engine import Value\n\n# a cell\na = Value(3.0)\nL = a**2 + math.pi\n",
)
TABLES = (
    "x1,x2,y\n1,2,3\n4,5,6\n-1.5,2e3,0\n",
    "a;b;y\n1,5;2,25;1\n-3,0;4;-1\n",
    "1 2 3\n4 5 6\n",
    "# header\nx\ty\n0\t1\n1\t2\n",
    '"a","b"\n"1","2/3"\n"pi","-1"\n',
)
SCRIPT = "from micrograd import Value\na = Value(2.0)\nL = a.tanh()\nL.backward()\nprint(L)\n"
EXPORTED = (".svg", ".png", ".pdf", ".dot", ".html", ".py", ".ipynb", ".csv", ".tex", ".mmd", ".gif", ".webp")


SLOW_TO_MAKE = (".png", ".pdf", ".gif", ".webp")


@cache
def originals(*, quick: bool = False) -> dict[str, tuple[bytes, ...]]:
    """For each form (a suffix, or how text comes in) some that are whole; ``quick``: what is made at once."""
    found: dict[str, list[bytes]] = {
        ".micrograd": [example.path.read_bytes() for example in documents.examples()],
        "expression": [each.encode() for each in EXPRESSIONS],
        "cell": [each.encode() for each in CELLS],
        "clip": [
            as_text(graph, list(graph.nodes)[:9]).encode()
            for graph in map(documents.load_example, ("neuron", "mlp"))
        ],
        "rows": [each.encode() for each in TABLES],
        "lesson": [path.read_bytes() for path in sorted(resource("lessons").glob("*.toml"))],
    }
    golden = Path(__file__).resolve().parents[1] / "document" / "golden"
    found[".micrograd"] += [path.read_bytes() for path in sorted(golden.glob("*.micrograd"))]
    found[recovery.SUFFIX] = [_kept(name) for name in ("neuron", "xor", "mlp")]
    with tempfile.TemporaryDirectory() as name:
        for suffix in EXPORTED:
            if quick and suffix in SLOW_TO_MAKE:
                continue
            found.setdefault(suffix, []).extend(_written(Path(name) / f"a{suffix}"))
    found[".gv"] = found[".dot"]
    found[".txt"] = [*found["expression"], *found["cell"], SCRIPT.encode()]
    assert quick or FORMS.keys() <= found.keys()
    return {form: tuple(each) for form, each in found.items()}


def _kept(name: str) -> bytes:
    """The recovery file of a window in which that example was gone through."""
    session = Session()
    session.open_graph(documents.load_example(name))
    session.backward()
    return recovery.content(session.state, name)


def _written(path: Path) -> list[bytes]:
    small = door.parse("a = 2; b = -3; L = tanh(a*b)")
    graphs: list[Graph] = (
        [small] if path.suffix in SLOW_TO_MAKE else [small, documents.load_example("neuron")]
    )
    options = {"step": "last"} if path.suffix in (".gif", ".webp") else {}
    contents = []
    for graph in graphs:
        door.render(graph, path, **options)
        contents.append(path.read_bytes())
    return contents
