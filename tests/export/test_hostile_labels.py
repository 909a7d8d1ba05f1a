"""Hundreds of hostile labels in every form: the files are as with plain labels, but for the words."""

import ast
import csv
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.door import render
from micrograd_gui.files import documents
from micrograd_gui.layout.graphviz import engine
from tests.export.test_tikz import compiled, needs_tex
from tests.naughty import naughty

SVG = "{http://www.w3.org/2000/svg}"
LEAVES = 30  # of each graph; with their sums 59 labels


def summed(labels: list[str], sums: int | None = None) -> Graph:
    """A chain of sums over leaves, with those labels on all of them; as many sums as can be or as told."""
    leaves = (len(labels) + 1) // 2 if sums is None else len(labels) - sums
    nodes = {at: Node(at, None, (), labels[at - 1], float(at)) for at in range(1, leaves + 1)}
    before = 1
    for at, label in enumerate(labels[leaves:], leaves + 1):
        nodes[at] = Node(at, "+", (before, at - leaves + 1), label)
        before = at
    places = {at: (200.0 * (at % 30), 100.0 * (at // 30)) for at in nodes}
    return Graph(nodes, places, before, len(labels) + 1)


def graphs() -> Iterator[tuple[Graph, Graph]]:
    """Graphs that have all of the labels between them, each beside one with plain labels.

    Those are blank where the others are: most of them are one and the same graph.
    """
    waiting = iter(naughty())
    plain: dict[tuple[str, ...], Graph] = {}
    while labels := list(islice(waiting, 2 * LEAVES - 1)):
        words = tuple(f"v{at}" if label else "" for at, label in enumerate(labels))
        yield summed(labels), plain.setdefault(words, summed([*words]))


GRAPHS = list(graphs())


# What is left of a file when its words are taken out ---------------------------------------------


def of_svg(content: bytes) -> Hashable:
    root = ElementTree.fromstring(content)
    assert not [
        each for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name
    ]
    indices = {each for each in root.iter() if each.tag.endswith("tspan")}  # of a label like w_1
    assert all(each.attrib.keys() <= {"dy", "font-size"} and not len(each) for each in indices)
    fonts = {each for each in root if each.tag.endswith("style")}  # of other scripts
    face = r"@font-face\{font-family:'[\w -]+';font-weight:[\w ]+;src:url\(data:font/woff;base64,[\w+/=]+\)"
    assert all(re.fullmatch(rf"({face} format\('woff'\)\}}\s*)+", each.text or "") for each in fonts)
    rest = [each for each in root.iter() if each not in indices | fonts]
    return tuple((e.tag, tuple(e.attrib), e.get("id"), len(set(e) - indices - fonts)) for e in rest)


def of_dot(content: bytes) -> Hashable:
    """As Graphviz reads it."""
    read = json.loads(engine().run(content.decode("utf-8"), "dot_json"), strict=False)
    assert not [each for each in read["objects"] if {"URL", "href", "image", "shapefile"} & each.keys()]
    return (
        tuple((each["name"], each["shape"], _fields(each)) for each in read["objects"] if each.get("shape"))
        + tuple(each["name"] for each in read["objects"] if not each.get("shape")),
        tuple((each["tail"], each["head"]) for each in read["edges"]),
    )


def _fields(record: dict[str, str]) -> int:
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", record["label"]))


def of_tex(content: bytes) -> Hashable:
    text = content.decode("utf-8")
    body = text[text.index(r"\begin{tikzpicture}") : text.index(r"\end{tikzpicture}")]
    drawn = [line for line in body.splitlines() if r"\boldmath\textbf" not in line]  # a blank label has none
    commands = Counter(re.findall(r"\\([A-Za-z]+)", body.replace(r"\\", "")))
    outside = {"input", "include", "read", "write", "openin", "openout", "def", "let", "csname"}
    assert not commands.keys() & outside
    return Counter(line[:6] for line in drawn), text.count(r"\end{document}")


def of_mermaid(content: bytes) -> Hashable:
    text = content.decode("utf-8")
    assert not re.search(r"^\s*(click|%%|href|subgraph|linkStyle)", text, re.MULTILINE)
    return re.sub(r'\["[^"\n]*"\]', "[]", text)


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and what is in its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[Hashable] = []
        self.said: Counter[str] = Counter()
        self._in = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attributes)))
        self._in = tag

    def handle_data(self, data: str) -> None:
        if self._in == "script" and data.lstrip().startswith("["):
            self.said["moments"] = len(json.loads(data))


def of_html(content: bytes) -> Hashable:
    """The spans of step cards are left out, for a longer name may be more of them, and indices of labels."""
    read = Tags(content.decode("utf-8"))
    assert read.said["moments"] == 1
    assert not [
        names for _, names in read.tags if any(n.startswith("on") or n in ("src", "href") for n in names)
    ]  # type: ignore[misc]
    return tuple(each for each in read.tags if each[0] not in ("span", "tspan", "sub"))  # type: ignore[index]


def of_python(content: bytes) -> Hashable:
    """Each call by its name, and the statements, as Python reads them."""
    return _python(content.decode("utf-8"))


def _python(text: str) -> Hashable:
    tree = ast.parse(text)
    calls = Counter(ast.unparse(each.func) for each in ast.walk(tree) if isinstance(each, ast.Call))
    imported = [ast.unparse(each) for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)]
    plain = {name: count for name, count in calls.items() if "." not in name}
    return tuple(sorted(plain.items())), tuple(imported)


def of_notebook(content: bytes) -> Hashable:
    book = json.loads(content)
    kinds = tuple(cell["cell_type"] for cell in book["cells"])
    code = "\n".join("".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code")
    return kinds, _python(code)


def of_csv(content: bytes) -> Hashable:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    assert not [row for row in rows if row["node"].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))]
    return tuple(tuple(value for name, value in row.items() if name != "node") for row in rows)


FORMS: dict[str, tuple[Callable[[bytes], Hashable], dict[str, Any]]] = {
    ".svg": (of_svg, {"card": False}),
    ".dot": (of_dot, {}),
    ".tex": (of_tex, {"card": False}),
    ".mmd": (of_mermaid, {}),
    ".html": (of_html, {"style": "canvas", "step": "last"}),
    ".py": (of_python, {}),
    ".ipynb": (of_notebook, {}),
    ".csv": (of_csv, {}),
}


@pytest.mark.parametrize("suffix", FORMS)
def test_with_any_labels_a_file_has_the_same_nodes_and_edges_and_nothing_of_the_labels_making(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bones, told = FORMS[suffix]
    (tmp_path / "work").mkdir()
    (tmp_path / "chosen").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert sum(len(hostile) for hostile, _ in GRAPHS) > 664

    @cache
    def left(graph: Graph) -> Hashable:
        (path,) = render(graph, str(tmp_path / "chosen" / f"a{suffix}"), **told)
        return bones(path.read_bytes())

    for hostile, plain in GRAPHS:
        assert left(hostile) == left(plain)
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert made == {"work", "chosen", f"chosen/a{suffix}"}


# All of them in one picture ----------------------------------------------------------------------


SUMS = 10  # the other labels are on leaves: circles and wires need not be drawn 664 times


@pytest.fixture(scope="module")
def all_of_them() -> Graph:
    return summed(naughty(), SUMS)


def labels_in(path: Path) -> list[str]:
    return [node.label for node in documents.read(path)]


@pytest.mark.filterwarnings("ignore:No font of this machine has")
@pytest.mark.slow(10)
def test_a_png_with_all_labels_is_read_by_pillow_and_carries_them(all_of_them: Graph, tmp_path: Path) -> None:
    render(all_of_them, str(tmp_path / "a.png"), gradients=False, style="canvas", scale="0.5")
    with Image.open(tmp_path / "a.png") as picture:
        picture.verify()
    assert labels_in(tmp_path / "a.png") == [node.label for node in all_of_them]


@pytest.mark.filterwarnings("ignore:No font of this machine has")
@pytest.mark.slow(15)
@pytest.mark.skipif(shutil.which("pdfdetach") is None, reason="poppler is not here")
def test_a_pdf_with_all_labels_is_one_page_does_nothing_and_carries_them(
    all_of_them: Graph, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    render(all_of_them, str(path), style="canvas", gradients=False)

    def told(*command: str) -> str:
        done = subprocess.run([*command], cwd=tmp_path, capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, done.stderr
        assert "error" not in done.stderr.lower()
        return done.stdout

    info = told("pdfinfo", "a.pdf")
    assert re.search(r"Pages:\s+1\n", info)
    assert re.search(r"JavaScript:\s+no\n", info)
    assert not re.search(rb"/(JavaScript|JS|Launch|OpenAction|AA|URI|GoToR|SubmitForm)\b", path.read_bytes())
    words = told("pdftotext", "-layout", "a.pdf", "-")
    assert words.count("data") >= len(all_of_them)
    assert "<script>" in words, "it stands there as text"
    told("pdfdetach", "-save", "1", "-o", "inside.micrograd", "a.pdf")
    assert labels_in(tmp_path / "inside.micrograd") == [node.label for node in all_of_them]


@needs_tex
@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False])
def test_tex_compiles_all_labels_and_reads_and_writes_no_other_file(tmp_path: Path, whole: bool) -> None:
    """A picture of some as it is; one of all without what no label has a part in: cards, wires and numbers.

    TeX takes most of its time for those, and has no memory for as many.
    """
    labels = naughty()[::25] if whole else naughty()
    render(summed(labels, SUMS), str(tmp_path / "a.tex"), style="canvas", gradients=False)
    if not whole:
        drawn = (tmp_path / "a.tex").read_text("utf-8").split("\n")
        lines = [line for line in drawn if not line.startswith((r"\path", r"\node")) or _named(line)]
        assert sum(map(_named, lines)) > 664 + SUMS
        (tmp_path / "a.tex").write_text("\n".join(lines), "utf-8")
    pages, text = compiled(tmp_path / "a.tex")
    assert pages == 1
    assert "root:" not in text
    assert {each.suffix for each in tmp_path.iterdir()} == {".tex", ".pdf", ".log", ".aux"}


def _named(line: str) -> bool:
    """Whether a line of TikZ writes a label on a card."""
    return line.startswith(r"\node") and r"\boldmath\textbf{" in line
