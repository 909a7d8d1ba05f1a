"""Names with an index as TeX writes it: typed, set, found, and shown low."""

import pytest

import micrograd_gui as mg
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.text import as_shown, as_tip, in_html, lowered
from micrograd_gui.session.explain.formulas import operand_name
from micrograd_gui.session.session import Session
from micrograd_gui.views.finding import matches


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("L = x_{12}*2", {"x_12"}),
        ("L = 3x_{1,2} + w_{ij}", {"x_1_2", "w_ij"}),
        ("x_{ 1 } = 4; L = x_{1}**2", {"x_1"}),
        ("L = tanh(w_{1})*(2 + b)", {"w_1", "b"}),
    ],
)
def test_an_index_in_braces_is_typed(typed: str, names: set[str]) -> None:
    assert {node.label for node in graph_from_expression(typed) if node.label} - {"L"} == names


def test_a_name_is_found_in_each_way_to_write_its_index() -> None:
    graph = graph_from_expression("L = x_{12}*2")
    assert graph.named("x_{12}") == graph.named("x_12")
    assert graph.relabelled(graph.named("x_12"), "x_{12}").named("x_12") == graph.named("x_12")
    assert matches(Session(graph).state, "x_{12}") == matches(Session(graph).state, "x_12") != []


def test_a_leaf_is_set_in_each_way_to_write_its_index() -> None:
    for typed in ("x_{12}", "x_12"):
        graph = mg.parse("L = x_{12}*2", **{typed: 3.0})
        assert graph.nodes[graph.named("x_12")].data == 3.0


def test_an_index_in_braces_makes_no_formula_of_a_name() -> None:
    graph = graph_from_expression("L = a*2").relabelled(1, "w_{12}")
    assert operand_name(graph.nodes[1]) == "w_{12}"
    assert operand_name(graph.relabelled(1, "w_{12} + b").nodes[1]) == "(w_{12} + b)"


def test_indices_are_low_where_text_is_shown() -> None:
    assert as_tip("w_1.grad of x_{12}, and learning_rate") == "w₁.grad of x₁₂, and learning_rate"
    assert lowered("w_1 and w1_4_1") == "w₁ and w₁,₄,₁"
    assert in_html("w_1 < x_{1,2}") == "w<sub>1</sub> &lt; x<sub>1,2</sub>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("∂L_1/∂w_{12} × w1_4_1.data", "∂L₁/∂w₁₂ × w₁,₄,₁.data"),
        ("“w_1” is in “net_1.micrograd”.", "“w₁” is in “net_1.micrograd”."),
        ("/data/a_1/x_1 has no w_1", "/data/a_1/x_1 has no w₁"),
        ("v_1 = L_1 / y_1", "v₁ = L₁ / y₁"),
        ("leaky_relu_2, learning_rate, x_b", "leaky_relu_2, learning_rate, x_b"),
    ],
)
def test_names_are_shown_with_low_indices_and_files_as_they_are_called(text: str, shown: str) -> None:
    assert as_shown(text) == shown
