"""The worksheet: what is asked is right, what is asked is nowhere on the sheet, and it is on paper."""

import random
import re
import subprocess

import pytest

import micrograd_gui as mg
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.text import written
from micrograd_gui.export import worksheet
from micrograd_gui.export.worksheet import EDGE, LEAST, worksheet_of
from micrograd_gui.figures.blanks import asks_at
from micrograd_gui.figures.figure import BLANK
from micrograd_gui.figures.moments import PAPERS, Options, film_of
from micrograd_gui.files import documents
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Pass
from tests.export.test_tikz import compiled, needs_tex
from tests.lecture import LECTURE
from tests.session.oracle import computed

H = 1e-6


def graph_of(text):
    return graph_from_expression(text)


def sheet_of(graph, step=None, **options):
    return worksheet_of(film_of(graph, step, Options(worksheet=True, **options)))


def moment_before(graph, step):
    """What a worksheet asks after that moment."""
    return film_of(graph, step, Options(worksheet=True)).moments[0]


def a_random_graph(chance):
    known = [f"v{at}" for at in range(4)]
    lines = [f"{name} = {chance.uniform(-2, 2):.3f}" for name in known]
    for at in range(chance.randint(2, 7)):
        one, other = chance.choice(known), chance.choice(known)
        ops = (
            f"{one} + {other}",
            f"{one} * {other}",
            f"tanh({one})",
            f"{one} - {other}",
            f"{one}**2",
            f"sin({one})",
        )
        known.append(f"u{at}")
        lines.append(f"u{at} = {chance.choice(ops)}")
    return graph_of("; ".join(lines))


def worked_out(graph, moved=None, by=0.0):
    """The data of all nodes by the oracle's own arithmetic, one of them moved."""
    data = {}
    for number in graph.order:
        node = graph.nodes[number]
        if node.op is None:
            data[number] = node.data
        else:
            data[number] = computed(node.op, *(data[source] for source in node.inputs))
        data[number] += by if number == moved else 0.0
    return data


def test_the_answers_are_right_on_100_random_graphs():
    chance = random.Random(3)
    for _ in range(100):
        graph = a_random_graph(chance)
        data, run = worked_out(graph), mg.run(graph)
        end = run.frame(len(run) - 1)
        asks = asks_at(graph, moment_before(graph, str(chance.randint(0, len(run) - 2))))
        assert asks
        for ask in asks_at(graph, moment_before(graph, "0")):
            name = graph.nodes[ask.node].name
            if ask.field == "data":
                right = data[ask.node]
            else:
                high, low = worked_out(graph, ask.node, H), worked_out(graph, ask.node, -H)
                right = (high[graph.target] - low[graph.target]) / (2 * H)
                assert ask.right == end.grad[name]
            assert ask.right == pytest.approx(right, rel=1e-5, abs=1e-6)
            assert ask.answer[-1].text.endswith(f"= {written(ask.right)}"), ask.answer[-1].text
        fresh = {(ask.node, ask.field): ask.right for ask in asks_at(graph, moment_before(graph, "0"))}
        assert all(fresh[ask.node, ask.field] == ask.right for ask in asks)


def test_everything_after_the_moment_is_asked_in_the_order_of_the_passes():
    graph = graph_of(LECTURE)
    assert [ask.label for ask in asks_at(graph, moment_before(graph, None))] == [
        "L.grad", "d.grad", "f.grad", "e.grad", "c.grad", "a.grad", "b.grad",
    ]  # fmt: skip
    assert [ask.label for ask in asks_at(graph, moment_before(graph, "1"))][:3] == [
        "d.data",
        "L.data",
        "L.grad",
    ]
    assert [ask.label for ask in asks_at(graph, moment_before(graph, "6"))] == ["a.grad", "b.grad"]
    again = graph_of("a = 3; b = a + a; c = b * a")
    half = asks_at(again, moment_before(again, "4"))
    assert [(ask.label, ask.given, ask.right) for ask in half] == [("a.grad", "it holds 6.0000 so far", 12.0)]


def test_what_is_asked_is_blank_on_the_sheet_and_there_in_the_key():
    graph = graph_of("a = 2.3; b = -0.7; e = a*b; o = tanh(e)")
    for style in ("notebook", "canvas"):
        sheet = sheet_of(graph, style=style)
        blank, filled = ({text.text for text in figure.texts} for figure in (sheet.blank, sheet.filled))
        for ask in sheet.asks:
            if ask.label != "o.grad":
                assert written(ask.right) not in blank
            assert written(ask.right) in filled
        assert {"2.3000", "−0.7000"} <= blank
        assert any(text and not text.strip("_") for text in blank)


@pytest.mark.parametrize("paper", list(PAPERS))
@pytest.mark.parametrize("name", ["lecture", "neuron", "neuron_exp", "reuse", "line"])
def test_it_is_on_paper_at_a_legible_size(name, paper):
    sheet = sheet_of(documents.load_example(name), paper=paper)
    wide, high = reversed(PAPERS[paper]) if sheet.landscape else PAPERS[paper]
    assert len(sheet.parts) == 1
    assert sheet.room[0] <= wide - 2 * EDGE + 0.01
    assert sheet.room[1] <= high - 2 * EDGE
    assert min(text.size for text in sheet.blank.texts) * sheet.scale >= LEAST - 0.01


def test_a_large_graph_is_spread_over_pages():
    sheet = sheet_of(documents.load_example("xor"))
    assert len(sheet.parts) > 1
    assert not sheet.rows
    assert sheet.scale * min(text.size for text in sheet.blank.texts) >= LEAST - 0.01


def test_a_graph_that_no_page_has_room_for_is_asked_in_a_table_below_its_blocks():
    graph = documents.load_example("moons")
    sheet = sheet_of(graph, notation="leibniz")
    assert len(sheet.parts) == 1
    assert [box.label for box in sheet.blank.boxes if box.label.startswith("MLP")] == ["MLP(2, [16, 16, 1])"]
    assert [row.name for row in sheet.rows] == [graph.nodes[number].name for number in reversed(graph.order)]
    assert {row.grad for row in sheet.rows} == {BLANK}
    assert {(ask.node, ask.field) for ask in sheet.asks} == {(number, "grad") for number in graph.nodes}
    end = (run := record(graph, (Pass("forward"), Pass("backward")))).frame(len(run)).grad
    assert all(ask.right == end[ask.node] for ask in sheet.asks)
    assert sheet.grad == "∂total/∂node"


def a_chain(length, *, rest=""):
    steps = "; ".join(f"u{at} = {f'u{at - 1}' if at else 'x'} * w" for at in range(length))
    return graph_of(f"x = 0.9; w = 1.01; {steps}{rest}")


@pytest.fixture
def in_tables(monkeypatch):
    """As if no page had room for more than a few nodes."""
    monkeypatch.setattr(worksheet, "MOST_DRAWN", 10)


def test_a_table_shows_what_is_known_and_leaves_blank_what_is_asked(tmp_path, in_tables):
    graph = a_chain(40)
    sheet = sheet_of(graph, "20")
    rows = {row.name: row for row in sheet.rows}
    assert not sheet.parts
    assert [rows[name].data for name in ("x", "u19", "u20")] == ["0.9000", written(0.9 * 1.01**20), BLANK]
    assert rows["u20"][1:] == ("u19 × w", BLANK, "u21", BLANK, "")
    assert rows["w"].readers.endswith(", and 16 more")
    assert [row.name for row in sheet.rows][-1] == "u39"
    path = tmp_path / "sheet.pdf"
    mg.render(graph, path, worksheet=True, step=20)
    try:
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        return
    sheet, key = text.split("Answers: ")
    assert "u20" in sheet
    assert re.search(rf"u20 = u19 × w = .* = {written(0.9 * 1.01**21)}$", key, re.MULTILINE)
    assert written(0.9 * 1.01**21) not in sheet


def test_a_graph_larger_than_anybody_prints_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(worksheet, "MOST_ROWS", 40)
    with pytest.raises(Refusal, match="of 42 nodes is too large: a worksheet has at most 40 rows"):
        mg.render(a_chain(40), tmp_path / "sheet.pdf", worksheet=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_only_what_is_asked_is_blank(style):
    graph = graph_of("a = 2; b = -3; z = a + 1; L = a*b")
    sheet = sheet_of(graph, style=style)
    texts = [text.text for text in sheet.blank.texts]
    assert texts.count(BLANK) == len(sheet.asks) == 3


def test_an_update_is_asked_with_the_number_before_it():
    graph = graph_of("x = 1; w = 2; L = w*x")
    (number,) = (node.id for node in graph if node.name == "w")
    graph = graph.marked(number, "parameter")
    run = record(
        graph,
        (Pass("forward"), Pass("backward"), Pass("update", rate=0.1), Pass("forward"), Pass("backward")),
    )
    moment = film_of(graph, "3", Options(worksheet=True), run).moments[0]
    asks = {ask.label: ask for ask in asks_at(graph, moment)}
    assert asks["w.data"].given == "it is 2.0000 before the update"
    assert asks["w.data"].right == 1.9


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (LECTURE, {"step": 7}, "nothing is left"),
        (LECTURE, {"step": "all"}, "whole number"),
        (LECTURE, {"step": 99}, "from 0 to 7"),
        (LECTURE, {"nodes": "a,b"}, "whole graph"),
        (LECTURE, {"gradients": False}, "asks for gradients"),
        ("a = 2", {}, "nothing to work out"),
        ("a = -1; b = log(a)", {}, "without a fault"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(tmp_path, text, options, said):
    with pytest.raises(Refusal, match=said):
        mg.render(graph_of(text), tmp_path / "sheet.pdf", worksheet=True, **options)
    assert not list(tmp_path.iterdir())


def test_only_pdf_and_tex_are_worksheets_and_paper_goes_with_them(tmp_path):
    with pytest.raises(Refusal, match=r"\.pdf, \.tex"):
        mg.render(graph_of(LECTURE), tmp_path / "sheet.svg", worksheet=True)
    with pytest.raises(Refusal, match="worksheet alone"):
        mg.render(graph_of(LECTURE), tmp_path / "sheet.pdf", paper="letter")


def test_the_pdf_has_its_size_carries_its_graph_and_opens_again(tmp_path):
    path = tmp_path / "sheet.pdf"
    mg.render(graph_of(LECTURE), path, worksheet=True, paper="letter")
    _, *boxes = re.findall(rb"/MediaBox \[0 0 (\S+) (\S+)\]", path.read_bytes())
    assert len(boxes) == 2, "behind that of a page which has none of its own"
    assert all((float(w), float(h)) == pytest.approx(PAPERS["letter"], abs=0.5) for w, h in boxes)
    assert len(mg.read(path).nodes) == 7
    try:
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        return
    sheet, key = text.split("\f")[:2]
    assert "Name ___" in sheet
    assert "6.0000" not in sheet.replace("−6.0000", "")
    assert "a.grad = b.data × e.grad = −3.0000 × −2.0000 = 6.0000" in key


@needs_tex
def test_the_tex_compiles_with_labels_that_mean_something_to_tex(tmp_path):
    path = tmp_path / "sheet.tex"
    mg.render(
        graph_of("w_1 = 2; b = -3; e = w_1*b; d = e + w_1*b; o = tanh(d)"), path, worksheet=True, step=2
    )
    pages, text = compiled(path)
    sheet, *_, key, _ = text.split("\f")
    assert pages >= 2
    assert "Worksheet" in sheet
    assert "Answers" in key
    assert "tanh" in key


@needs_tex
def test_the_tex_of_a_table_compiles(tmp_path, in_tables):
    path = tmp_path / "sheet.tex"
    mg.render(a_chain(20), path, worksheet=True, notation="leibniz")
    _, text = compiled(path)
    assert "∂u19/∂node" in text
    assert "u18 × w" in text
