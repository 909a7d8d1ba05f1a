"""The notebook's picture: labels as in the lecture, hostile labels, and no need of a system Graphviz."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import graphviz
import pytest

from micrograd import Value, draw_dot
from micrograd import dot as dot_module
from micrograd.dot import NodeRow, embedded_dot, picture, record
from micrograd.drawing import positioned as positioning

HOSTILE = [
    'a"b',
    "{x|y}",
    "<port>",
    "back\\slash",
    "end\\",
    "two\nlines",
    "&lt;",
    "\\N \\G",
    "<b>html</b>",
    "%s",
    "ö é 漢",
    "x" * 300,
    "\t",
    " ",
    '"]; evil [label="',
    "-->",
    "]]>",
    "\0",
    "&amp;",
    "\\",
]


def neuron():
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(6.7, label="b")
    o = (x * w + b).tanh()
    o.label = "o"
    o.backward()
    return o


def shown_texts(svg):
    return ["".join(t.itertext()) for t in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture
def _no_system_dot(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("dot") is None


@pytest.mark.usefixtures("_no_system_dot")
def test_it_renders_without_a_system_graphviz(tmp_path):
    dot = draw_dot(neuron())
    assert isinstance(dot, graphviz.Digraph)
    texts = shown_texts(dot.pipe(encoding="utf-8"))
    assert {"x", "data 2.0000", "tanh", "*", "+"} <= set(texts)
    bundle = dot._repr_mimebundle_()
    assert "<svg" in bundle["image/svg+xml"]
    path = dot.render(str(tmp_path / "neuron"), format="png")
    with open(path, "rb") as file:
        assert file.read(4) == b"\x89PNG"


def test_the_package_graphviz_is_left_as_it_was():
    from graphviz.backend import dot_command

    before = dot_command.DOT_BINARY
    draw_dot(neuron()).pipe()
    assert before == dot_command.DOT_BINARY


def test_the_embedded_engine_is_found():
    found = embedded_dot()
    assert found is not None
    assert subprocess.run([found, "-V"], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("recorded", ["bin/graphviz-pure", "../../bin/graphviz-pure"])
def test_the_engine_is_found_by_its_package_though_scripts_are_elsewhere(tmp_path, monkeypatch, recorded):
    """As in a notebook's environment that sees the packages of another, and after `pip install --target`."""
    packages = tmp_path / "lib" / "packages"
    info = packages / "graphviz_pure-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: graphviz-pure\nVersion: 1\n")
    (info / "RECORD").write_text(f"{recorded},,\n")
    program = packages / "bin" / "graphviz-pure"
    program.parent.mkdir()
    program.write_text("")
    monkeypatch.setattr(sys, "path", [str(packages)])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("micrograd.dot.sysconfig.get_path", lambda *_: str(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert embedded_dot() == program


@pytest.mark.parametrize("label", HOSTILE)
def test_any_label_is_shown_as_it_is(label):
    x = Value(1.0, label=label)
    svg = draw_dot(x * 2).pipe(encoding="utf-8")
    wanted = re.sub(r"\s", "", label.replace("\0", ""))
    assert wanted in re.sub(r"\s", "", "".join(shown_texts(svg)))
    assert svg.count("<polygon") >= 3  # both leaves and the result kept their boxes
    assert len(re.findall(r'class="node"', svg)) == 4


def test_numbers_are_those_of_the_lecture_and_long_ones_stay_short():
    assert record(NodeRow(0, "a", 2.0, -0.5)) == "{ a | data 2.0000 | grad -0.5000 }"
    assert record(NodeRow(0, "", 2.0)) == "{ data 2.0000 }"
    assert record(NodeRow(0, "a", 1e300, float("inf"))) == "{ a | data 1.0000e+300 | grad inf }"
    assert record(NodeRow(0, "a", float("nan"))) == "{ a | data nan }"


def test_the_text_is_the_same_each_time():
    assert draw_dot(neuron()).source == draw_dot(neuron()).source


def test_both_edges_of_a_square_are_drawn():
    a = Value(3.0)
    assert draw_dot(a * a).source.count("n0 -> n1op") == 2


def test_rows_need_no_values():
    rows = [NodeRow(1, "a", 2.0), NodeRow(7, "b"), NodeRow(9, "c", op="*", inputs=(1, 7))]
    source = picture(rows, rankdir="TB").source
    assert "n1 -> n9op" in source
    assert "n9op -> n9" in source
    assert "rankdir=TB" in source


def test_directions_and_formats():
    assert "rankdir=TB" in draw_dot(neuron(), rankdir="TB").source
    assert draw_dot(neuron(), format="png").pipe().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="rankdir"):
        draw_dot(neuron(), rankdir="UP")
    with pytest.raises(ValueError, match="format"):
        draw_dot(neuron(), format="nonsense")


def test_a_long_chain_is_written_without_recursion():
    y = Value(1.0)
    for _ in range(3000):
        y = y + 1
    assert draw_dot(y).source.count(" -> ") == 9000


def test_importing_the_library_brings_neither_numpy_nor_graphviz_nor_qt():
    code = (
        "import sys, micrograd, micrograd.nn; from micrograd import Value, nn; "
        "(Value(2.0) * 3).tanh().backward(); "
        "print([m for m in ('numpy', 'graphviz', 'PySide6', 'numba', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_gradcheck_is_the_function_however_it_was_imported():
    code = (
        "import micrograd.check, micrograd.replay.tape, micrograd.dot; "
        "from micrograd import gradcheck, draw_dot, trace; "
        "import micrograd; print(callable(gradcheck), callable(micrograd.gradcheck), callable(trace))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"] * 3


def sums_of_one_node(times):
    total = x = Value(1.0, label="x")
    for _ in range(times):
        total = total + x
    return total


@pytest.mark.parametrize("rankdir", ["LR", "TB", "RL", "BT"])
def test_what_graphviz_would_take_too_much_for_is_drawn_in_layers_and_said(rankdir):
    drawn = draw_dot(sums_of_one_node(130), rankdir=rankdir)
    with pytest.warns(UserWarning, match="would take too long: the graph is drawn in plain layers"):
        picture = drawn._repr_image_svg_xml()
    assert picture.count('class="node"') == 131 + 130
    assert picture.count('class="edge"') == 3 * 130


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands for dot")
@pytest.mark.parametrize("format", ["svg", "png"])
def test_a_graphviz_of_the_system_that_has_no_neato_is_helped_by_the_one_that_is_installed(
    format, monkeypatch, tmp_path
):
    dot = tmp_path / "dot"
    dot.write_text("#!/bin/sh\necho 'There is no layout engine support for \"neato\"' >&2\nexit 1\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    drawn = draw_dot(sums_of_one_node(130))
    picture = drawn.pipe(format, quiet=True)
    assert picture.startswith(b"\x89PNG") if format == "png" else picture.count(b'class="node"') == 261
    monkeypatch.setattr("micrograd.dot.embedded_dot", lambda: None)
    if format == "svg":
        assert b"<svg" in drawn.pipe(format, quiet=True)


def test_in_layers_operands_stand_on_the_side_that_the_direction_says():
    def middle(rankdir):
        drawn = draw_dot(sums_of_one_node(130), rankdir=rankdir)
        drawn.attr(rankdir=rankdir)
        said = json.loads(drawn.pipe("json", quiet=True))
        at = {each["name"]: [float(part) for part in each["pos"].split(",")] for each in said["objects"]}
        return at["n0"], at["n130"]

    assert middle("LR")[0][0] < middle("LR")[1][0]
    assert middle("RL")[0][0] > middle("RL")[1][0]
    assert middle("TB")[0][1] > middle("TB")[1][1]
    assert middle("BT")[0][1] < middle("BT")[1][1]


def test_what_takes_too_long_all_the_same_is_drawn_in_layers(monkeypatch, tmp_path):
    monkeypatch.setattr(dot_module, "_SECONDS", 0.01)
    drawn = draw_dot(sums_of_one_node(50))
    with pytest.warns(UserWarning, match=r"longer than 0\.01 seconds and was stopped: the graph is drawn"):
        path = drawn.render(str(tmp_path / "sums"), format="png")
    assert Path(path).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("rankdir", ["LR", "TB", "RL", "BT"])
def test_a_vast_graph_is_drawn_as_svg_without_graphviz(monkeypatch, rankdir):
    monkeypatch.setattr(positioning, "VAST", 200)
    monkeypatch.setattr(dot_module, "run_leashed", None)
    drawn = draw_dot(sums_of_one_node(130), rankdir=rankdir)
    drawn.node("strange", label='{ a\\|b \\{c\\} "d" &lt;&amp; | data 1 }', shape="record")
    picture = drawn.pipe("svg", quiet=True, encoding="utf-8")
    assert picture.count('class="node"') == 131 + 130 + 1
    assert picture.count('class="edge"') == 3 * 130
    texts = shown_texts(picture)
    assert texts[-2:] == ['a|b {c} "d" <&', "data 1"]
    assert texts.count("+") == 130
    assert texts.count("grad 0.0000") == 131
    assert drawn.pipe("png", quiet=True).startswith(b"\x89PNG")


def test_a_picture_that_graphviz_has_no_time_for_is_drawn_as_svg_and_else_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr(dot_module, "_SECONDS_IN_ALL", 0.0)
    drawn = draw_dot(sums_of_one_node(130))
    assert drawn.pipe("svg", quiet=True, encoding="utf-8").count('class="node"') == 131 + 130
    with pytest.raises(graphviz.CalledProcessError, match=r"^Graphviz took longer than 0 seconds .*as SVG"):
        drawn.pipe("png", quiet=True)


def test_of_letters_that_nobody_can_read_a_picture_in_pixels_has_none(monkeypatch):
    drawn = draw_dot(sums_of_one_node(130))
    lines = list(drawn)
    assert 'label=""' not in positioning.positioned(lines, positioning.Drawn(lines, "LR"), pixels=True)
    monkeypatch.setattr(positioning, "_PIXELS", 3e5)
    assert positioning.positioned(lines, positioning.Drawn(lines, "LR"), pixels=True).count('label=""') == 261
    assert drawn.pipe("png", quiet=True).startswith(b"\x89PNG")


def test_names_that_only_quotes_can_hold_keep_their_places():
    drawn = draw_dot(sums_of_one_node(130))
    drawn.node('a "b" -> c', label="x|y")
    drawn.edge('a "b" -> c', "n0")
    assert "a &quot;b&quot;" in drawn.pipe("svg", quiet=True, encoding="utf-8")


def test_what_no_svg_can_hold_is_replaced_in_labels_and_ops():
    strange = "\ufffe\uffff\ud800\udfff\x00\x01\x0b\x1b\x7f\x85\u2028\U0001fffe\ufdd0"
    a = Value(2.0, label=f"a{strange}b")
    dot = draw_dot(Value(4.0, (a,), f"op{strange}"))
    dot.source.encode("utf-8")
    root = ET.fromstring(dot.pipe(format="svg"))
    texts = [each.text or "" for each in root.iter() if each.tag.endswith("text")]
    assert any(text.startswith("a����") and text.endswith("b") for text in texts)
    assert any(text.startswith("op����") for text in texts)
    ET.fromstring(dot._repr_image_svg_xml())


def test_the_text_is_what_the_package_graphviz_writes_whatever_nodes_are_called():
    names = [0, 12, -3, "1b", "a b", 'q"', "ode"]
    rows = [NodeRow(names[0], "x", 1.0, 0.0, "", ())]
    rows += [
        NodeRow(name, "", 1.0, 0.0, op, (before,))
        for before, name in pairwise(names)
        for op in ("tanh", "**2", "+")
    ]
    whole = graphviz.Digraph(graph_attr={"rankdir": "LR"}, format="svg")
    for row in rows:
        whole.node(f"n{row.id}", label=record(row), shape="record")
        if row.op:
            whole.node(f"n{row.id}op", label=graphviz.escape(row.op))
    for row in rows:
        if row.op:
            whole.edge(f"n{row.id}op", f"n{row.id}")
            whole.edge(f"n{row.inputs[0]}", f"n{row.id}op")
    assert picture(rows).source == whole.source
