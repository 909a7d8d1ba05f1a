"""Elementary functions that never raise: IEEE results for a float, a numpy array or a complex number alike.

Python's `math` raises where IEEE 754 (and PyTorch) answer `inf` or `nan`. Each function here looks at the
type of its first operand: a real number goes through `math`, a complex one through `cmath`, anything else
(arrays) through numpy, which is imported only then. Replays over arrays run under
`numpy.errstate(all="ignore")`, which the tape enters once.
"""

from __future__ import annotations

import math
import operator
import reprlib
from collections.abc import Callable
from typing import Any

inf, nan = math.inf, math.nan
_SHORT = reprlib.Repr()
_SHORT.maxother = 60


def number(x: Any) -> float:
    """`x` as a float: what is too large for one is an infinity; no text, node or complex one.

    Raises TypeError for what is no number.
    """
    text = isinstance(x, (str, bytes, bytearray))
    if text or hasattr(x, "_prev") or getattr(getattr(x, "dtype", x), "kind", "") == "c":
        raise TypeError(f"a Value holds a number, not {shown(x)}")
    try:
        return float(x)
    except OverflowError:
        return inf if x > 0 else -inf
    except TypeError:
        raise TypeError(f"a Value holds a number, not {shown(x)}") from None


def shown(thing: object) -> str:
    """Anything as Python writes it, in a part of a line: for a sentence that names it."""
    return " ".join(_SHORT.repr(thing).split())


def _elementary(name: str, edge: Callable[[float], float], of_arrays: str = "",
                of_complex: Callable[[complex], complex] | None = None) -> Callable[[Any], Any]:
    """`math.name` for numbers, `numpy.name` for the rest; `edge(x)` is the answer where `math` raises.

    `of_arrays` is numpy's name where it is another one, `of_complex` what `cmath` does not have.
    """
    scalar = getattr(math, name)

    def function(x: Any) -> Any:
        if isinstance(x, (float, int)):
            try:
                return scalar(x)
            except (ValueError, OverflowError):
                return edge(x)
        if isinstance(x, complex):
            import cmath
            return _or_nan(of_complex or getattr(cmath, name), x)
        import numpy
        return getattr(numpy, of_arrays or name)(x)

    function.__name__ = function.__qualname__ = name
    return function


def _or_nan(function: Callable[..., complex], *operands: Any) -> complex:
    """What Python makes of complex numbers, and nan where it raises."""
    try:
        return function(*operands)
    except (ArithmeticError, ValueError):
        return complex(nan, nan)


def _log1p(z: complex) -> complex:
    x, y = z.real, z.imag
    if abs(x) > 0.5:
        import cmath
        return cmath.log(1 + z)
    return complex(math.log1p(x * (2 + x) + y * y) / 2, math.atan2(y, 1 + x))


def _expm1(z: complex) -> complex:
    x, y = z.real, z.imag
    real = math.expm1(x) * math.cos(y) - 2 * math.sin(y / 2) ** 2
    return complex(real, math.exp(x) * math.sin(y))


exp = _elementary("exp", lambda x: inf)
log = _elementary("log", lambda x: -inf if x == 0 else nan)
sin = _elementary("sin", lambda x: nan)
cos = _elementary("cos", lambda x: nan)
sqrt = _elementary("sqrt", lambda x: nan)
tanh = _elementary("tanh", lambda x: nan)
tan = _elementary("tan", lambda x: nan)
atan = _elementary("atan", lambda x: nan, of_arrays="arctan")
sinh = _elementary("sinh", lambda x: math.copysign(inf, x))
cosh = _elementary("cosh", lambda x: inf)
log1p = _elementary("log1p", lambda x: -inf if x == -1 else nan, of_complex=_log1p)
expm1 = _elementary("expm1", lambda x: inf, of_complex=_expm1)


def divide(x: Any, y: Any) -> Any:
    """x / y, where a zero divisor gives a signed infinity, and 0 / 0 gives nan."""
    if isinstance(x, (float, int)) and isinstance(y, (float, int)):
        x, y = float(x), float(y)
        try:
            return x / y
        except ZeroDivisionError:
            return x * math.copysign(inf, y)
    if isinstance(x, complex) or isinstance(y, complex):
        return _or_nan(operator.truediv, x, y)
    return x / y


def power(x: Any, y: Any) -> Any:
    """C's pow(x, y): (−8)^(1/3) is nan, 0 to a negative power a signed infinity."""
    if isinstance(x, (float, int)) and isinstance(y, (float, int)):
        try:
            return math.pow(x, y)
        except OverflowError:
            return -inf if x < 0 and y % 2 == 1 else inf
        except ValueError:
            if x != 0:
                return nan
            return -inf if math.copysign(1, x) < 0 and y % 2 == 1 else inf
    if isinstance(x, (complex, float, int)) and isinstance(y, (complex, float, int)):
        return _or_nan(operator.pow, complex(x), y)
    import numpy
    return numpy.power(x, y)


def raised(n: float) -> Callable[[Any], Any]:
    """x ↦ x^n; as in PyTorch √ does the powers ±0.5 and a product −2: it shows at −0, −inf and 1e155."""
    if n == 0.5:
        return sqrt
    if n == -0.5:
        return lambda x: divide(1.0, sqrt(x))
    if n == -2:
        return lambda x: divide(1.0, x * x)
    return lambda x: power(x, n)


def where(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, y elsewhere; column by column for arrays."""
    if isinstance(condition, bool):
        return x if condition else y
    import numpy
    return numpy.where(condition, x, y)


def real(x: Any) -> Any:
    """The real part: what a comparison looks at."""
    return x.real


def erf(x: Any) -> Any:
    """2 / √π × ∫ e^(−t²) from 0 to x; of a complex number near the real line, where a complex step is."""
    if isinstance(x, (float, int)):
        return math.erf(x)
    import numpy
    z = numpy.asarray(x)
    along = numpy.asarray(numpy.frompyfunc(math.erf, 1, 1)(z.real), float)
    if z.dtype.kind == "c":  # on from there, straight up: ∫ e^(−t²) by Gauss and Legendre's rule
        nodes, weights = numpy.polynomial.legendre.leggauss(12)
        t = z.real[..., None] + 0.5j * z.imag[..., None] * (nodes + 1)
        along = along + 1j * z.imag / math.sqrt(math.pi) * (numpy.exp(-t * t) * weights).sum(axis=-1)
    return along.item() if isinstance(x, complex) else along


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), from the side on which e cannot overflow."""
    if isinstance(x, (float, int)):
        if x >= 0:
            return 1 / (1 + math.exp(-x))
        e = exp(x)
        return e / (1 + e)
    if isinstance(x, complex) and x.real < 0:
        return divide(exp(x), 1 + exp(x))
    return 1 / (1 + exp(-x))
