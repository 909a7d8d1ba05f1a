"""The table of operations: one op is one row, and everything that knows ops reads it from here.

A row says how to compute (`forward`), how to differentiate (`partials`: the slope per operand) and how to
speak (symbol, text, slopes, help). Derivatives: Abramowitz & Stegun, Handbook of Mathematical Functions,
3.3 and 4; at kinks and at the edges of the domain they take PyTorch's side (derivatives.yaml), so that
relu'(0) = |x|'(0) = 0, leaky_relu'(0) = 0.01, and two equal operands of max or min have a slope of ½ each.

Adding an op is adding a row; only the first five fields are needed:

    OPS["softsign"] = Op("softsign", "softsign", 1,
                         forward=lambda x: ieee.divide(x, 1 + _abs(x)),
                         partials=lambda x, out: (ieee.divide(1.0, (1 + _abs(x)) * (1 + _abs(x))),))
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from micrograd import ieee
from micrograd.language import N_, again, kept

T = TypeVar("T")
LETTERS = ("x", "y", "z", "u", "v", "w")  # of the operands in a template, in their order
_SUPERSCRIPT = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ORDINALS = (N_("first"), N_("second"), N_("third"), N_("fourth"), N_("fifth"), N_("sixth"))


def by_letter(operands: Iterable[T], out: T | None = None) -> dict[str, T]:
    """What is to be put into a template: the operands by their letters, and the result as `out`."""
    known = dict(zip(LETTERS, operands, strict=False))
    return known if out is None else {**known, "out": out}


class _Row(NamedTuple):
    name: str
    symbol: str
    arity: int
    forward: Callable[..., Any]
    partials: Callable[..., tuple[Any, ...]]
    text: str
    slopes: tuple[str, ...]
    help: str
    group: str
    op_text: str
    kinks: tuple[float, ...]
    domain: Callable[..., str] | None
    exponent: float | None


class Op(_Row):
    """A row: `forward(*operands)` never raises, `partials(*operands, out)` gives the slope per operand.

    Both take floats, numpy arrays and complex numbers alike.

    Attributes:
        name: the key in the table, and the method of Value where it is a function of one operand.
        symbol: what its badge shows.
        arity: the number of operands, at most six.
        text: what it does, as a template over {x} {y} …; `name(x, y)` where the row does not say.
        slopes: d out / d operand in words, a template per operand over {x} {y} … {out}; empty where unsaid.
        help: one sentence.
        group: "arithmetic", "function" or "rarer", under which the palette has it.
        op_text: micrograd's `_op`.
        kinks: the numbers of `along(*operands)` at which left and right slope differ.
        domain: why operands have no finite result, in a few words; "" where they have one.
        exponent: the constant n of a row "**n"; None of any other row.
    """

    __slots__ = ()

    def __new__(
        cls, name: str, symbol: str, arity: int,
        forward: Callable[..., Any], partials: Callable[..., tuple[Any, ...]],
        text: str = "", slopes: tuple[str, ...] = (), help: str = "", group: str = "function",
        op_text: str = "", kinks: tuple[float, ...] = (), domain: Callable[..., str] | None = None,
        exponent: float | None = None,
    ) -> Op:
        """The row, with words for what it does not say itself."""
        text = text or f"{name}({', '.join(f'{{{letter}}}' for letter in LETTERS[:arity])})"
        if not help:
            help = kept("{op} of its operands.", op=symbol)
            if arity == 1:
                help = kept("{op} of its operand.", op=symbol)
        return super().__new__(cls, name, symbol, arity, forward, partials, text, slopes, help, group,
                               op_text or name, kinks, domain, exponent)

    def filled(self, names: Iterable[str]) -> str:
        """What it does with operands of those names: "a × b"."""
        return self.text.format(**by_letter(names))

    @property
    def told(self) -> str:
        """What it does, in the language in use."""
        return again(self.help)

    def slope_words(self, port: int) -> str | None:
        """The template of the slope for that operand; None where the row has no words for it."""
        return self.slopes[port] if port < len(self.slopes) else None

    def slope_name(self, port: int) -> str:
        """The template that stands for the slope where there are no words: "∂softsign/∂{x}"."""
        return f"∂{self.name}/∂{{{LETTERS[port]}}}"

    def ordinal(self, port: int) -> str:
        """Which of the operands that is: "first", "second", …; empty where there is only one."""
        return "" if self.arity == 1 else _ORDINALS[port]

    def along(self, x: Any, *others: Any) -> Any:
        """What the kinks are numbers of: the operand, or how far the first is above the second."""
        return x - others[0] if others else x

    def __reduce__(self) -> tuple[Callable[[str], Op], tuple[str]]:
        return op_of, (self.name,)  # a copied or pickled Value keeps pointing at the row of the table


def _pow_slopes(x: Any, y: Any, out: Any) -> tuple[Any, Any]:
    base = ieee.where(y == 0, 0.0, y * ieee.power(x, y - 1))
    exponent = ieee.where((x == 0) & (ieee.real(y) >= 0), 0.0, out * ieee.log(x))
    return base, exponent


def _pow_domain(x: float, y: float) -> str:
    if x == 0 and y < 0:
        return kept("0 to a negative power")
    return kept("negative number to a fractional power") if x < 0 and y % 1 else ""


def _divide_domain(x: float, y: float) -> str:
    return (kept("0 divided by 0") if x == 0 else kept("division by 0")) if y == 0 else ""


def _log_domain(x: float) -> str:
    return kept("log of 0") if x == 0 else kept("log of a negative number") if x < 0 else ""


def _relu(x: Any) -> Any:
    if type(x) is float:  # the commonest activation, and so quick
        return 0.0 if x < 0.0 else x
    return ieee.where(ieee.real(x) < 0, 0.0, x)


def _relu_slopes(x: Any, out: Any) -> tuple[Any]:
    if type(x) is float:
        return (0.0 if x <= 0.0 else 1.0,)
    return (ieee.where(ieee.real(x) <= 0, 0.0, 1.0),)


def _abs(x: Any) -> Any:
    return ieee.where(ieee.real(x) < 0, -x, x + 0.0)


def _sign(x: Any) -> Any:
    return ieee.where(ieee.real(x) > 0, 1.0, ieee.where(ieee.real(x) < 0, -1.0, 0.0))


def _softplus(x: Any) -> Any:
    return ieee.where(ieee.real(x) > 0, x + ieee.log1p(ieee.exp(-x)), ieee.log1p(ieee.exp(x)))


def _gelu_slope(x: Any) -> Any:
    below = 0.5 * (1.0 + ieee.erf(x * math.sqrt(0.5)))
    return below + x * (ieee.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


def _silu_slope(x: Any) -> Any:
    share = ieee.divide(1.0, 1.0 + ieee.exp(-x))
    return share * (1.0 + x * (1.0 - share))


def _chosen(x: Any, y: Any, first: Any, second: Any) -> Any:
    """x where the first comparison holds, y where the second does; nan, which is neither, stays."""
    return ieee.where(first, x, ieee.where(second, y, ieee.nan))


def _larger(x: Any, y: Any, out: Any) -> tuple[Any, Any]:
    """Whether each is the larger one: 1, 0, or ½ for both of two that are equal."""
    x, y = ieee.real(x), ieee.real(y)
    equal = x == y
    return (ieee.where(equal, 0.5, ieee.where(x < y, 0.0, 1.0)),
            ieee.where(equal, 0.5, ieee.where(y < x, 0.0, 1.0)))


ROWS = (
    Op("+", "+", 2, operator.add, lambda x, y, out: (1.0, 1.0),
       "{x} + {y}", ("1", "1"), N_("Adds: passes its grad on to both operands unchanged."), "arithmetic"),
    Op("-", "−", 2, operator.sub, lambda x, y, out: (1.0, -1.0),
       "{x} − {y}", ("1", "−1"), N_("Subtracts: the second operand's grad has the other sign."),
       "arithmetic"),
    Op("*", "×", 2, operator.mul, lambda x, y, out: (y, x),
       "{x} × {y}", ("{y}", "{x}"), N_("Multiplies: each operand's slope is the other operand."),
       "arithmetic"),
    Op("/", "÷", 2, ieee.divide, lambda x, y, out: (ieee.divide(1.0, y), -ieee.divide(out, y)),
       "{x} ÷ {y}", ("1 ÷ {y}", "−{out} ÷ {y}"), N_("Divides the first operand by the second."), "arithmetic",
       domain=_divide_domain),
    Op("**", "xʸ", 2, ieee.power, _pow_slopes,
       "{x} ^ {y}", ("{y} × {x}^({y} − 1)", "{out} × log({x})"),
       N_("Raises the first operand to the second."), "arithmetic", domain=_pow_domain),
    Op("neg", "−x", 1, operator.neg, lambda x, out: (-1.0,),
       "−{x}", ("−1",), N_("Turns the sign."), "arithmetic"),
    Op("tanh", "tanh", 1, ieee.tanh, lambda x, out: (1.0 - out * out,),
       "tanh({x})", ("1 − {out}²",), N_("Squashes to −1 … 1; flat, hence deaf to change, far from 0.")),
    Op("relu", "ReLU", 1, _relu, _relu_slopes,
       "relu({x})", ("1 if {x} > 0 else 0",), N_("Lets positive numbers through and stops the rest."),
       op_text="ReLU", kinks=(0.0,)),
    Op("sigmoid", "σ", 1, ieee.sigmoid, lambda x, out: ((1.0 - out) * out,),
       "σ({x})", ("{out} × (1 − {out})",), N_("Squashes to 0 … 1, as a probability.")),
    Op("exp", "exp", 1, ieee.exp, lambda x, out: (out,),
       "exp({x})", ("{out}",), N_("e to the operand: its slope is itself.")),
    Op("log", "log", 1, ieee.log, lambda x, out: (ieee.divide(1.0, x),),
       "log({x})", ("1 ÷ {x}",), N_("Natural logarithm, of positive numbers."), domain=_log_domain),
    Op("sqrt", "√", 1, ieee.sqrt, lambda x, out: (ieee.divide(0.5, out),),
       "√{x}", ("1 ÷ (2 × {out})",), N_("Square root, of positive numbers."),
       domain=lambda x: kept("square root of a negative number") if x < 0 else ""),
    Op("sin", "sin", 1, ieee.sin, lambda x, out: (ieee.cos(x),),
       "sin({x})", ("cos({x})",), N_("Sine, of an angle in radians.")),
    Op("cos", "cos", 1, ieee.cos, lambda x, out: (-ieee.sin(x),),
       "cos({x})", ("−sin({x})",), N_("Cosine, of an angle in radians.")),
    Op("abs", "|x|", 1, _abs, lambda x, out: (_sign(x),),
       "|{x}|", ("sign of {x}",), N_("The distance from 0."), kinks=(0.0,)),
    Op("max", "max", 2, lambda x, y: _chosen(x, y, ieee.real(x) >= ieee.real(y), ieee.real(x) < ieee.real(y)),
       _larger, "max({x}, {y})", ("1 if {x} > {y}, ½ if {x} = {y}, else 0",
                                      "1 if {y} > {x}, ½ if {x} = {y}, else 0"),
       N_("The larger operand, which gets the grad; equal ones share it."), "rarer", kinks=(0.0,)),
    Op("min", "min", 2, lambda x, y: _chosen(x, y, ieee.real(x) <= ieee.real(y), ieee.real(x) > ieee.real(y)),
       lambda x, y, out: _larger(-x, -y, out), "min({x}, {y})", ("1 if {x} < {y}, ½ if {x} = {y}, else 0",
                                      "1 if {y} < {x}, ½ if {x} = {y}, else 0"),
       N_("The smaller operand, which gets the grad; equal ones share it."), "rarer", kinks=(0.0,)),
    Op("leaky_relu", "leaky", 1, lambda x: ieee.where(ieee.real(x) > 0, x, 0.01 * x),
       lambda x, out: (ieee.where(ieee.real(x) > 0, 1.0, 0.01),), "leaky_relu({x})",
       ("1 if {x} > 0 else 0.01",), N_("Lets positive numbers through and a hundredth of the rest."), "rarer",
       kinks=(0.0,)),
    Op("softplus", "soft+", 1, _softplus, lambda x, out: (ieee.sigmoid(x),), "softplus({x})", ("σ({x})",),
       N_("log(1 + e^x): ReLU with its corner rounded off."), "rarer"),
    Op("silu", "SiLU", 1, lambda x: ieee.divide(x, 1.0 + ieee.exp(-x)), lambda x, out: (_silu_slope(x),),
       "silu({x})", ("σ({x}) × (1 + {x} × (1 − σ({x})))",), N_("x × σ(x), also called swish."), "rarer"),
    Op("gelu", "GELU", 1, lambda x: x * (0.5 * (1.0 + ieee.erf(x * math.sqrt(0.5)))),
       lambda x, out: (_gelu_slope(x),), "gelu({x})", ("Φ({x}) + {x} × φ({x})",),
       N_("x × Φ(x), the share of a bell curve φ that is below x."), "rarer"),
    Op("tan", "tan", 1, ieee.tan, lambda x, out: (1.0 + out * out,),
       "tan({x})", ("1 + {out}²",), N_("Tangent, of an angle in radians."), "rarer"),
    Op("atan", "atan", 1, ieee.atan, lambda x, out: (ieee.divide(1.0, x * x + 1.0),),
       "atan({x})", ("1 ÷ ({x}² + 1)",), N_("The angle in radians whose tangent it is."), "rarer"),
    Op("sinh", "sinh", 1, ieee.sinh, lambda x, out: (ieee.cosh(x),),
       "sinh({x})", ("cosh({x})",), N_("Hyperbolic sine: (e^x − e^−x) ÷ 2."), "rarer"),
    Op("cosh", "cosh", 1, ieee.cosh, lambda x, out: (ieee.sinh(x),),
       "cosh({x})", ("sinh({x})",), N_("Hyperbolic cosine: (e^x + e^−x) ÷ 2."), "rarer"),
    Op("log1p", "log1p", 1, ieee.log1p, lambda x, out: (ieee.divide(1.0, x + 1.0),),
       "log(1 + {x})", ("1 ÷ ({x} + 1)",), N_("log(1 + x), exact for small x too."),
       group="rarer", domain=lambda x: _log_domain(x + 1.0)),
    Op("expm1", "expm1", 1, ieee.expm1, lambda x, out: (out + 1.0,),
       "e^{x} − 1", ("{out} + 1",), N_("e^x − 1, exact for small x too."), "rarer"),
    Op("erf", "erf", 1, ieee.erf, lambda x, out: (ieee.exp(-x * x) * (2 / math.sqrt(math.pi)),),
       "erf({x})", ("2 ÷ √π × e^(−{x}²)",),
       N_("The error function: 2 ÷ √π × ∫ e^(−t²) from 0 to x."), "rarer"),
)

OPS: dict[str, Op] = {op.name: op for op in ROWS}


def power(exponent: Any) -> Op:
    """The row "**3": one operand, a constant exponent n; its slope is n × x^(n − 1)."""
    return _power(exponent if type(exponent) is int and abs(exponent) < 2**53 else ieee.number(exponent))


@lru_cache(maxsize=4096, typed=True)
def _power(exponent: int | float) -> Op:
    n = float(exponent)
    raised, lowered = ieee.raised(n), ieee.raised(n - 1)
    return Op(
        f"**{exponent}", "x" + superscript(f"{exponent}"), 1,
        forward=raised, partials=lambda x, out: (n * lowered(x) if n else 0.0,),
        text=f"{{x}}^{exponent}", slopes=(_slope_of_power(exponent),),
        help=kept("Raises its operand to {exponent}.", exponent=exponent), group="arithmetic",
        domain=lambda x: _pow_domain(x, n), exponent=n)


def _slope_of_power(exponent: int | float) -> str:
    """n × x^(n − 1) as one writes it: 2 × x for a square, 1 for x itself, 0 for a constant."""
    if exponent in (0, 1):
        return str(int(exponent))
    return f"{exponent} × {{x}}" if exponent == 2 else f"{exponent} × {{x}}^{exponent - 1:.12g}"


def superscript(exponent: str) -> str:
    """What stands behind what is raised: a whole number above the line, any other behind a caret.

    >>> superscript("-12"), superscript("0.5")
    ('⁻¹²', '^0.5')
    """
    whole = exponent.lstrip("-−").isdecimal()
    return exponent.translate(_SUPERSCRIPT) if whole else f"^{exponent}"


def op_of(name: str) -> Op:
    """The row of that name; "**3" is the one-operand power."""
    if name in OPS:
        return OPS[name]
    if name.startswith("**"):
        for kind in (int, float):
            try:
                return power(kind(name[2:]))
            except ValueError:
                continue
    raise KeyError(f"there is no op named {name!r}; the table has {', '.join(OPS)}")


def domain_note(op: Op, operands: Sequence[float]) -> str:
    """Why `op` has no finite result there, in a few words; empty where it has one."""
    out = op.forward(*operands)
    if math.isfinite(out):
        return ""
    if any(math.isnan(x) for x in operands):
        return kept("nan came in")
    note = op.domain(*operands) if op.domain else ""
    if note:
        return note
    if any(math.isinf(x) for x in operands):
        return kept("infinity came in")
    return kept("overflow") if math.isinf(out) else kept("outside its domain")
