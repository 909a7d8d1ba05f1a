"""Hints: what somebody means whose expression cannot be read, found by trying it."""

from __future__ import annotations

import ast
import re
import warnings
from keyword import iskeyword

from micrograd.language import tr
from micrograd.ops import OPS
from micrograd_gui.document.text import one_line, spoken

_ALSO = {"ln": "log", "σ": "sigmoid"}  # as mathematicians write them
_NAMED = 8  # functions in a sentence about one that is not there
_ALIKE = 0.74  # of two names, of which one is taken for the other mistyped
_SHORT = 2_000  # characters of a text that is tried otherwise
_LONGEST = 40  # characters of what is quoted
_BESIDE = re.compile(r"(?P<left>[^\W\d]\w*|\d[\d.]*|\))(?P<gap> *)(?=(?P<right>[^\W\d]\w*|\d[\d.]*|\())")
_GROUPED = re.compile(r"(?<![\w.])\d{1,3}(?:[ '’]\d{3})+(?![\w'])")
_STATEMENT = re.compile(r", *([^\W\d]\w* *=(?!=))")
_BARS = re.compile(r"\|([^|=;]+)\|")
_POWER = re.compile(
    r"(?P<left>[^\W\d]\w*|[\d.]+) *\^ *(?:[({](?P<inner>[^(){}^]*)[)}]|(?P<plain>[-−]?[\w.]+))"
)


def functions() -> tuple[str, ...]:
    """The function names that expressions understand; those of one operand first."""
    known = (op for op in OPS.values() if op.name.isidentifier() and op.name != "neg")
    return tuple(op.name for op in sorted(known, key=lambda op: op.arity))


def function_named(name: str) -> str:
    """The function that goes by that name, in small letters or large ones; empty where none does."""
    if name in functions():
        return name
    if not name.isascii():  # Σ is no large σ to who writes it
        return _ALSO.get(name, "")
    known = {each.lower(): each for each in functions()} | _ALSO
    return known.get(name.lower(), "")


def written(typed: str, meant: str) -> str:
    """The sentence that says how it is written."""
    return tr("“{typed}” is written {meant} here", typed=spoken(typed), meant=one_line(meant, _LONGEST))


def instead(text: str, at: int) -> tuple[int, str] | None:
    """What may be meant by a text that Python refuses there: where that stands, and the sentence; else None.

    Each guess is tried: with it, all of the text is a program.
    """
    if len(text) > _SHORT:
        return None
    for guess in (_grouped, _separated, _between_bars, _side_by_side):
        found = guess(text, at)
        if found is not None and _reads(found[2]):
            return found[0], found[1]
    return None


def _grouped(text: str, _: int) -> tuple[int, str, str] | None:
    """``1 000`` and ``1'000`` as 1000."""
    if (found := _GROUPED.search(text)) is None:
        return None

    def joined(number: str) -> str:
        return re.sub(r"\D", "", number)

    said = written(found[0], joined(found[0]))
    return found.start(), said, _GROUPED.sub(lambda each: joined(each[0]), text)


def _separated(text: str, _: int) -> tuple[int, str, str] | None:
    """``a = 2, b = 3`` as two statements."""
    if (found := _STATEMENT.search(text)) is None:
        return None
    return found.start(), written(found[0], f"; {found[1]}"), _STATEMENT.sub(r"; \1", text)


def _between_bars(text: str, _: int) -> tuple[int, str, str] | None:
    """``|x|`` as abs(x)."""
    if (found := _BARS.search(text)) is None:
        return None
    return found.start(), written(found[0], f"abs({found[1]})"), _BARS.sub(r"abs(\1)", text)


def _side_by_side(text: str, at: int) -> tuple[int, str, str] | None:
    """``a b`` as a product, ``tanh x`` as a call; prose is neither."""
    if not re.search(r"[\d=+*/(-]", text):
        return None
    first: re.Match[str] | None = None

    def joined(pair: re.Match[str]) -> str:
        nonlocal first
        left, right = pair["left"], pair["right"]
        apart = bool(pair["gap"]) if left != ")" else True
        if not apart or (right == "(" and left != ")") or iskeyword(left) or iskeyword(right):
            return pair[0]
        if left[0].isdigit() and right[0].isdigit():
            return pair[0]
        if function_named(left):
            return pair[0]
        if first is None and pair.end() >= at:
            first = pair
        return f"{left}*"

    called = re.sub(r"([^\W\d]\w*) +([^\W\d]\w*|\d[\d.]*)(?! *\()", _called, text)
    if called != text:
        place = next(at for at, (a, b) in enumerate(zip(text, called, strict=False)) if a != b)
        start = re.search(r"\w+$", text[:place])
        pair = re.match(r"\w+ +[\w.]+", text[start.start() if start else place :])
        if start and pair:
            name, _, of = pair[0].partition(" ")
            return start.start(), written(pair[0], f"{name}({of.strip()})"), _BESIDE.sub(joined, called)
    meant = _BESIDE.sub(joined, text)
    if first is None:
        return None
    right = first["right"]
    typed = f"{first[0]}{right}" if right != "(" else f"{first[0]}("
    return first.start(), written(typed, f"{first['left']}*{right}"), meant


def _called(pair: re.Match[str]) -> str:
    """``tanh x`` as ``tanh(x)``; anything else as it is."""
    return f"{pair[1]}({pair[2]})" if function_named(pair[1]) and not iskeyword(pair[2]) else pair[0]


def _reads(text: str) -> bool:
    """Whether Python reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def of_unknown(name: str, called: str, *, factor: bool) -> str:
    """The sentence about a function that is not there, of which that was typed.

    ``factor``: a node goes by that name, or may: then a product is meant.
    """
    if factor:
        return tr(
            "there is no function “{name}”; if a product is meant, write {meant}",
            name=spoken(name),
            meant=one_line(product(called), _LONGEST),
        )
    alike = _alike(name.lower())
    if alike:
        return tr("there is no function “{name}”, but there is {function}", name=spoken(name), function=alike)
    return tr(
        "there is no function “{name}”; there are {functions} and others, as the palette shows",
        name=spoken(name),
        functions=", ".join(functions()[:_NAMED]),
    )


def _alike(name: str) -> str:
    """The function whose name was mistyped so; empty where it cannot be told."""
    from difflib import get_close_matches  # for a name mistyped alone

    names = (*functions(), *_ALSO)
    swapped = [each for each in names if sorted(each) == sorted(name)]
    return next(iter(swapped or get_close_matches(name, names, 1, _ALIKE)), "")


def in_other_words(name: str, operands: list[str]) -> str:
    """What ``pow(x, 2)`` and ``log10(x)`` are in functions that there are; empty for any other."""
    match name, operands:
        case "pow", [base, exponent]:
            return f"{base}**{exponent}"
        case (("log2" | "log10"), [x]):
            return f"log({x})/log({name[3:]})"
    return ""


def product(called: str) -> str:
    """``a (b + c)`` as ``a*(b + c)``; ``(a + b)(c)`` too."""
    depth = 0
    for at in range(len(called) - 1, 0, -1):
        depth += (called[at] in ")）") - (called[at] in "(（")
        if not depth:
            return f"{called[:at].rstrip()}*{called[at:]}"
    return called


def power(text: str) -> str:
    """How a power with ``^`` is written: the first of the text, of e as the function that it is."""
    found = _POWER.search(text)
    if found is None:
        return "x**2"
    exponent = (found["plain"] or found["inner"]).strip()
    if found["left"] == "e":
        return one_line(f"exp({exponent})", _LONGEST)
    exponent = exponent if found["plain"] or exponent.isalnum() else f"({exponent})"
    return one_line(f"{found['left']}**{exponent}", _LONGEST)
