"""The signs of print and handwriting, constants and commas, through every door that reads a number."""

import json
import math

import pytest

import micrograd_gui as mg
from micrograd_gui.app.cli import main
from micrograd_gui.document.errors import ExpressionRefusal, Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.signs import plain
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.document.text import read_number, visible
from micrograd_gui.files import tables


def target_of(text):
    return expression_of(graph_from_expression(text)).split("; ")[-1]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("L = d × f", "L = d*f"),
        ("L = d · f − a ⋅ b", "L = d*f - a*b"),
        ("L = a·b + β·γ", "L = a*b + β*γ"),
        ("L = a\u0387b", "L = a*b"),
        ("y = ln(x) + σ(z)", "y = log(x) + sigmoid(z)"),
        ("c = a ÷ b", "c = a/b"),
        ("y = x²", "y = x**2"),
        ("y = x⁻¹ + z¹⁰", "y = x**-1 + z**10"),
        ("y = √x", "y = sqrt(x)"),
        ("y = √(a + √b)x", "y = sqrt(a + sqrt(b))*x"),
        ("y = 2√tanh(x)²", "y = 2*sqrt(tanh(x))**2"),
        ("y = x₁x₂ + w₁²", "y = x1*x2 + w1**2"),
        ("3x² − 4x + 5", "3*x**2 - 4*x + 5"),
        ("y = 2(a + b) + ½c", "y = 2*(a + b) + 0.5*c"),
        ("y = (a + b)c", "y = (a + b)*c"),
        ("y = 1e-3x", "y = 0.001*x"),
        ("y = x₁₂ – 1", "y = x12 - 1"),
        ("y = xⁿ⁻¹ + z²ⁿ", "y = x**(n - 1) + z**(2*n)"),
        ("Ｌ　＝　（ａ＋ｂ）＊２．５", "L = (a + b)*2.5"),
        ("重み＝３；y＝重み×２。5", "重み = 3; y = 重み*2.5"),
    ],
)
def test_signs_as_people_write_them_are_read(text, same):
    assert target_of(text) == target_of(same)
    assert expression_of(graph_from_expression(text)) == expression_of(graph_from_expression(same))


def test_what_stands_in_quotes_and_comments_stays():
    graph = graph_from_expression("a = Value(2.0, label='2x²')  # 3x²\nL = a × 3")
    assert {node.label for node in graph} >= {"2x²", "L"}
    graph = graph_from_expression("a = Value(2.0, label='ａ、ｂ')  # ｃ、ｄ\nL = a × 3")
    assert {node.label for node in graph} >= {"ａ、ｂ", "L"}
    graph = graph_from_expression("a = Value(2.0, label='l·l')  # 2·3\nL = a * 3")
    assert {node.label for node in graph} >= {"l·l", "L"}
    assert expression_of(graph) == expression_of(graph_from_expression(expression_of(graph)))


@pytest.mark.parametrize("text", ["y = x^2", "y = 3x^2 − 4x"])
def test_a_power_of_other_languages_is_answered_with_how_it_is_written(text):
    with pytest.raises(ExpressionRefusal, match=r"two stars: write x\*\*2"):
        graph_from_expression(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("z = a b", "5: “a b” is written a*b here"),
        ("o = tanh(w_1 x_1 + w_2 x_2 + b)", "10: “w_1 x_1” is written w_1*x_1 here"),
        ("z = 3 tanh x", "7: “tanh x” is written tanh(x) here"),
        ("z = (a+b)(c − d)", "5: “(a+b)(c − d)” is written (a+b)*(c − d) here"),
        ("z = a(b+c)", "5: there is no function “a”; if a product is meant, write a*(b+c)"),
        ("z = rate(b+c); rate = 2", "5: there is no function “rate”; there are tanh"),
        ("rate = 2; z = rate(b)", "15: there is no function “rate”; if a product is meant, write rate*(b)"),
        ("z = tahn(x)", "5: there is no function “tahn”, but there is tanh"),
        ("z = Σ(x)", "5: there is no function “Σ”"),
        ("z = pow(x, 2)", "5: “pow(x, 2)” is written x**2 here"),
        ("z = log10(x)", "5: “log10(x)” is written log(x)/log(10) here"),
        ("z = sin²(x)", "5: “sin²(x)” is written sin(x)**2 here"),
        ("z = 2 + tanh", "9: “tanh” is written tanh(x) here"),
        ("z = e**-x", "5: “e**-x” is written exp(-x) here"),
        ("z = 1/(1+e^{-x})", "8: a power is written with two stars: write exp(-x)"),
        ("z = (y + w^3)/2", "6: a power is written with two stars: write w**3"),
        ("z = |x − 1|·2", "5: “|x - 1|” is written abs(x - 1) here"),
        ("z = 1 250 000 * x", "5: “1 250 000” is written 1250000 here"),
        ("a = 2，b = 3； y = a*b", "6: “,b =” is written ; b = here"),
        ("a*b = L", "1: left of = stands one name, as in L = a*b"),
        ("f(x) = 3x²", "1: left of = stands one name, as in L = a*b"),
        ("no such thing", "4: “such thing” cannot stand here"),
    ],
)
def test_who_writes_it_otherwise_is_told_how_it_is_written(text, sentence):
    with pytest.raises(ExpressionRefusal) as refused:
        graph_from_expression(text)
    assert str(refused.value).startswith(f"Column {sentence}")


def test_a_node_may_have_the_name_of_a_function_or_of_e():
    given = graph_from_expression("exp = 3; e = 2; y = exp*e**x")
    assert {node.label for node in given} >= {"exp", "e", "y"}
    assert expression_of(graph_from_expression(expression_of(given))) == expression_of(given)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a = 3x² +", 10),
        ("a ＝ 3x² ＋", 10),
        ("a×b　＄", 5),
        ("a × b $ c", 7),
        ("x² + y² + abc(z)", 11),
        ("2x + foo(y)", 6),
    ],
)
def test_a_refusal_names_the_column_that_was_typed(text, column):
    with pytest.raises(ExpressionRefusal) as refused:
        graph_from_expression(text)
    assert refused.value.column == column


@pytest.mark.parametrize("text", ["2 5", "1½x", "b × × c", "(", "√"])
def test_what_nobody_means_is_still_refused(text):
    with pytest.raises(ExpressionRefusal):
        graph_from_expression(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("L = 2,5*b", "write 2.5"),
        ("y = tanh(2,5*x)", "write 2.5"),
        ("y = x*2,05", "write 2.05"),
        ("y=2,5x + 1,5", "write 2.5"),
        ("x**2,5", "write 2.5"),
        ("a = 1,234", "write 1.234 or 1234"),
    ],
)
def test_a_decimal_comma_is_told_of(text, said):
    with pytest.raises(ExpressionRefusal, match=said):
        graph_from_expression(text)


def test_a_number_of_any_length_with_a_comma_is_not_repeated_whole() -> None:
    with pytest.raises(ExpressionRefusal, match=r"write 2\.5+…[.]$") as refused:
        graph_from_expression(f"L = 2,{'5' * 4000}*b")
    assert len(str(refused.value)) < 200


def test_commas_of_lists_and_calls_stay():
    graph = graph_from_expression("a, b = 2,5; xs = 1, 2; n = MLP(2,[2,1]); o = n(xs)")
    assert {"a": 2.0, "b": 5.0}.items() <= {node.label: node.data for node in graph}.items()


def test_pi_is_a_number_as_long_as_nothing_is_called_so():
    given = {node.label: node.data for node in graph_from_expression("x = pi; y = sin(x)")}
    assert given["x"] == math.pi
    of_one_s_own = graph_from_expression("pi = 3; y = sin(pi)")
    assert {node.label: node.data for node in of_one_s_own}["pi"] == 3.0
    assert "3.14159" in expression_of(graph_from_expression("y = 2π + math.pi"))


NUMBERS = [
    ("2/3", 2 / 3), ("pi", math.pi), ("-1/3", -1 / 3), ("−π/2", -math.pi / 2), ("√2", math.sqrt(2)),
    ("2²", 4.0), ("½", 0.5), ("0,234", 0.234), ("2,5", 2.5), ("1234,567", 1234.567),
    ("1 234,5", 1234.5), ("−2’000’000", -2e6), ("2·10^-3", 0.002), ("2^3", 8.0),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_value_that_is_typed_may_be_worked_out(text, number):
    assert read_number(text) == number
    graph = mg.parse("y = x*1", x=text)
    assert next(node.data for node in graph if node.label == "x") == number


@pytest.mark.parametrize("text", ["1/0", "x", "2x", "", "(", "__import__('os')", "9**9**9**9", "e", "a/b"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Refusal, match="number"):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "said"), [("1,234", "1.234 or 1234"), ("-1,234,567", "-1234567"), ("12,000", "12.000 or 12000")]
)
def test_a_comma_that_may_part_thousands_is_asked_about(text, said, capsys):
    with pytest.raises(Refusal, match=said):
        read_number(text)
    with pytest.raises(Refusal, match="comma"):
        mg.parse("y = x*1", x=text)
    assert main(["check", "-e", "y = 2*a", "--set", f"a={text}"]) == 2
    assert said in capsys.readouterr().err
    with pytest.raises(Refusal, match="line 2"):
        tables.parse(f"x;y\n{text};2")


def test_the_slope_of_the_parabola_at_two_thirds_is_nothing(capsys):
    main(["check", "-e", "y = 3x² − 4x + 5", "--set", "x=2/3", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert abs(next(each["analytic"] for each in told["nodes"] if each["label"] == "x")) < 1e-12


def test_a_field_of_a_table_may_be_a_fraction_but_is_no_date():
    table = tables.parse("x,pi\n2/3,pi\n-1/3,2")
    assert table.rows == ((2 / 3, math.pi), (-1 / 3, 2.0))
    assert [column.name for column in table.columns] == ["x", "pi"]
    assert tables.parse("x;y\n1,234;2,5").rows == ((1.234, 2.5),)
    wide = ("身長，体重\n１７０．５，－６５", "身長、体重\n170.5、−65")
    for text in (*wide, "身長 | 体重\n---|:--:\n170.5 | -65"):
        assert tables.parse(text).rows == ((170.5, -65.0),)
        assert [column.name for column in tables.parse(text).columns] == ["身長", "体重"]
    named = tables.parse('"東京，大阪"\n1\n2')
    assert tables.parse(tables.as_text(named)) == named
    for date in ("2020-10-12", "1/2/2020"):
        with pytest.raises(Refusal, match="not a number"):
            tables.parse(f"d\n{date}")


def test_what_turns_the_direction_of_reading_is_left_out_of_code_as_out_of_what_is_shown() -> None:
    steering = [sign for sign in map(chr, range(0x10000)) if visible(f"a{sign}b", "?") == "ab"]
    assert len(steering) == 12
    assert {plain(f"a + {sign}b")[0] for sign in steering} == {"a + b"}
