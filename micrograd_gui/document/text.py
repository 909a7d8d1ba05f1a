"""Text and numbers as people write them: read, made fit to be saved and to stand in one line, written."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import SupportsFloat

from micrograd.language import N_, in_quotes, joined, tr, trn, within
from micrograd_gui.document.errors import OptionRefusal, Refusal

LONGEST_SPOKEN = 40
LONGEST_EXPRESSION = 200_000  # characters that are read as one
_LARGEST_TOLD = 10**15  # of whole numbers
# Characters that would turn the reading direction of the rest of a sentence.
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C), "")


# w_1, x_{12}, w1_4_1, x_i and x_in, as TeX has them; not the _ of leaky_relu or learning_rate.
_INDEXED = (
    r"(?<![^\W\d])([^\W\d_]+)"
    r"(?:(\d+(?:_\d+)+)|_(\d+(?:_\d+)*)|_\{([^\W_][\w,+−-]{0,11})\}|_([^\W\d_]{1,3})(?!\w))"
)


@lru_cache(maxsize=20_000)
def runs(text: str) -> tuple[tuple[str, bool], ...]:
    """The text in pieces, and of each whether it is an index, which stands lower and smaller: ``w_1``."""
    if "_" not in text:
        return ((text, False),)
    found: list[tuple[str, bool]] = []
    at = 0
    for each in re.finditer(_INDEXED, text):
        index = next(part for part in each.groups()[1:] if part is not None)
        found += [(text[at : each.end(1)], False), (index.replace("_", ","), True)]
        at = each.end()
    rest = text[at:]
    return (*found, (rest, False)) if rest or not found else tuple(found)


# A comma hangs low as it is: w₁,₂ between two indices.
_LOWER = dict(zip("0123456789aehijklmnoprstuvx+−_,", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋,,", strict=True))
_SUFFIXES = "micrograd|py|ipynb|csv|tsv|txt|json|svg|png|pdf|dot|gv|gif|webp|tex|mmd|html?|npy|npz"
_A_PATH = r"(?<![^\s“”„«»\"'])(?:~|\.\.?|[A-Za-z]:)?[\\/]\S*"
_A_FILE = rf"(?<![\w~.-])[\w~.-]+\.(?:{_SUFFIXES})\b"
_LOWERED = rf"{_A_PATH}|{_A_FILE}|{_INDEXED}"  # `re` compiles it, and keeps it, when it is first needed


def lowered(text: str) -> str:
    """The text with the signs that Unicode has for its indices; an index for which one is missing stays.

    What is a name of a file stays, too: ``net_1.csv`` is no other one.
    """
    return text if "_" not in text else re.sub(_LOWERED, _lower, text)


def _lower(found: re.Match[str]) -> str:
    index = next((part for part in found.groups()[1:] if part is not None), None)
    if index is None or any(each not in _LOWER for each in index):
        return found[0]
    return found[1] + "".join(_LOWER[each] for each in index)


_LEFT_TO_RIGHT = "\u200e"  # a mark that is not seen
_LETTERS = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+"  # of scripts that go from right to left
_TURNED = rf"{_LETTERS}(?:\s+{_LETTERS})*"


def in_order(text: str) -> str:
    """The text with marks around names that go from right to left: what stands beside them does not.

    Without them a formula with such a name in it would be read from its end.
    """
    if text.isascii():
        return text
    return re.sub(_TURNED, f"{_LEFT_TO_RIGHT}\\g<0>{_LEFT_TO_RIGHT}", text)


def as_shown(text: str) -> str:
    """A name, or a sentence with names in it, as the window shows it in plain text: ``w_1`` is w₁.

    What shows text that may name a node takes it from here; pictures have indices of their own (`runs`).
    """
    return in_order(lowered(text))


def as_typed(text: str) -> str:
    """What was shown by `in_order` without its marks, as it is copied."""
    return text.replace(_LEFT_TO_RIGHT, "")


def in_html(text: str) -> str:
    """The text for a page or a rich label: nothing in it is a tag, its indices are low, all is `in_order`."""
    from html import escape  # late: it brings the names of all signs there are

    parts = ((escape(in_order(part)), lower) for part, lower in runs(text))
    return "".join(f"<sub>{part}</sub>" if lower else part for part, lower in parts)


def saveable(label: str) -> str:
    """The label with each half of a surrogate pair, which UTF-8 cannot hold, replaced by ``�``."""
    if label.isascii():
        return label
    return label.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def visible(text: str, instead: str = " ") -> str:
    """The text without characters that cannot be seen or that steer the text around them.

    Tabs, new lines and other blanks become blanks; ``instead`` stands for each other control character and
    each half of a surrogate pair. What joins letters and emoji stays.
    """
    if text.isprintable():
        return text
    return "".join(_seen(each, instead) for each in text.translate(_TURNING))


def _seen(each: str, instead: str) -> str:
    if each.isprintable() or unicodedata.category(each) == "Cf":
        return each
    return " " if each.isspace() else instead


def one_line(text: str, longest: int | None = None, *, instead: str = " ", ends: bool = False) -> str:
    """What is visible of the text, on one line of at most so many characters; no two blanks in a row.

    What is too long ends with ``…``; where ``ends`` is set, it has it in the middle, and both ends are kept.
    """
    if longest is None:
        return " ".join(visible(text, instead).split())
    some = 4 * longest  # characters: more of an endless text is not looked at
    line = " ".join(visible(text[:some], instead).split())
    if len(line) <= longest and len(text) <= some:
        return line
    if not ends:
        return line[: longest - 1] + "…"
    first = longest // 2
    last = " ".join(visible(text[-some:], instead).split())
    return f"{line[:first]}…{last[max(0, len(last) - (longest - first - 1)) :]}"


_CUT = 1_000  # letters
_NUMBER = r"\s([\d_.,]+)$|(?=(\[\d+\])$)"


def without_number(name: str) -> tuple[str, str]:
    """A name and the number at its end, or ``""``: it tells ``neuron 1_2`` from ``neuron 1_3``."""
    found = re.search(_NUMBER, name)
    return (name, "") if found is None else (name[: found.start()], found[1] or found[2])


def tight(name: str) -> str:
    """A name that is a formula, without the air around its signs: ``x1w1+x2w2``; a long one is cut anyhow."""
    return name if len(name) > _CUT else re.sub(r"(?<=\S) ([-+*/×÷−·=]) (?=\S)", r"\1", name)


def in_two(name: str) -> list[str]:
    """A name in two lines, broken near its middle behind a sign, a space, a dot or ``_``, if it has one.

    >>> in_two("x1w1 + x2w2")
    ['x1w1 +', 'x2w2']
    """
    breaks = [found.end() for found in re.finditer(r" [-+*/×÷−·=] |[ ._](?=[^\W_])|\](?=\w)", name)]
    if not breaks:
        return [name]
    at = min(breaks, key=lambda place: abs(2 * place - len(name)))
    return [name[:at].rstrip(), name[at:]]


def without_marks(sentence: str) -> str:
    """A sentence of the library without the marks of code, which a window would show as they are.

    >>> without_marks("as if `=` stood where `+=` should")
    'as if = stood where += should'
    """
    return re.sub(r"`([^`]+)`", r"\1", sentence)


def wrong_count(op: str, wanted: int, given: int) -> str:
    """What is wrong with a call that gives so many operands, as the end of a sentence."""
    return trn(
        "{op} takes {n} operand, not {given}",
        "{op} takes {n} operands, not {given}",
        wanted,
        op=op,
        given=given,
    )


def after_colon(sentence: str) -> str:
    """A whole sentence as the end of another one: `within` it, and without its full stop."""
    return within(sentence.rstrip("."))


def as_tip(text: str) -> str:
    """The text as a tip in the window, its indices low, all of it `in_order`.

    Qt takes what has tags for a page, and reads files that it names.
    """
    text = as_shown(text)
    if "<" not in text:
        return text
    whole = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return f"<qt>{whole}</qt>"


def spoken(label: str) -> str:
    """The label as a sentence quotes it: on one short line."""
    return one_line(label, LONGEST_SPOKEN)


MINUS = "\u2212"
MOST_DIGITS = 17  # that many tell any two floats apart
WIDEST = MINUS + "00000.0000"  # no number is written wider than this, so fields can keep one width


NOT_YET = N_("none yet")  # of a table: in a sentence or beside a number, where there is none


def written(number: float | None, digits: int = 4) -> str:
    """A number as the window shows it: ``−6.0000``; a dot where nothing was computed yet.

    Numbers too large or too small for a fixed point become ``1.23e+08``; zero is always ``0.0000``.
    """
    if number is None:
        return "·"
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else MINUS + "inf"
    size = abs(number)
    if size and (size >= 99999.5 or size < 0.5 * 10.0**-digits):
        text = f"{size:.2e}".replace("e-", f"e{MINUS}")
    else:
        text = f"{size:.{digits}f}"
    return MINUS + text if number < 0 else text


def told_apart(
    numbers: Sequence[float], digits: int = 4, write: Callable[[float, int], str] = written
) -> list[str]:
    """The numbers, each written with so many decimals, or with as many as it takes to tell them apart.

    Those that no decimals of a fixed point tell apart get an exponent, one for both sides of a power of ten,
    so that the digits tell their difference: ``1.0000002e+18`` and ``0.9999998e+18``.
    """
    different = len({number for number in numbers if number == number})
    finite = [number for number in numbers if math.isfinite(number)]

    def tells(texts: list[str]) -> bool:
        return len({text for text in texts if text != "nan"}) >= different

    for each in range(digits, MOST_DIGITS + 1):
        texts = [write(number, each) for number in numbers]
        if tells(texts):
            return texts
    from decimal import Decimal  # numbers that near to each other are rare

    powers = {number: int(f"{number:e}".partition("e")[2]) for number in finite if number}
    if powers and max(powers.values()) - min(powers.values()) == 1:
        powers = dict.fromkeys(powers, max(powers.values()))
    for each in range(3, MOST_DIGITS):
        signed = {
            number: f"{Decimal(number).scaleb(-power):.{each}f}e{power:+03d}".replace("-", MINUS)
            for number, power in powers.items()
        }
        texts = [signed.get(number) or written(number) for number in numbers]
        if tells(texts):
            break
    return texts


def short(number: float) -> str:
    """A number in as few characters as tell it: ``2``, ``−0.5``, ``6.881374``."""
    text = f"{number or 0.0:.7g}"  # of the two zeros only one is shown
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def exact(number: float) -> str:
    """The shortest text that reads back as the same number, whole numbers without ``.0``."""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number)) if number or math.copysign(1.0, number) > 0 else "-0.0"
    return repr(number)


def for_json(number: float | None) -> float | None:
    """The number as JSON can have it: one that is not finite becomes null."""
    return float(number) if number is not None and math.isfinite(number) else None


def read_number(text: str, what: str = "") -> float:
    """The finite number that a person typed: ``−2,5``, ``2/3``, ``pi``; with either minus sign.

    Raises Refusal with a sentence that quotes what was typed.
    """
    name = what or tr("The value")
    return _finite(text, lambda rest: Refusal(tr("{option} {rest}", option=name, rest=rest)))


def given_number(value: object, option: str) -> float:
    """The finite number that an option is given, which may be a text as above. Raises OptionRefusal."""
    return _finite(value, partial(OptionRefusal, option))


def given_count(value: object, option: str) -> int:
    """The whole number, 0 or more, that an option is given. Raises OptionRefusal."""
    try:
        number = given_number(value, option)
    except OptionRefusal:
        number = -1.0
    if number < 0 or not number.is_integer():
        raise OptionRefusal(
            option, tr("must be a whole number, 0 or more, not {value}.", value=quoted(value))
        )
    return int(number)


def quoted(value: object) -> str:
    """What was given, as a sentence tells it: a text in quotes, a number, else what kind of thing it is."""
    match value:
        case str():
            return in_quotes(spoken(value))
        case bool() | None:
            return str(value)
        case float():
            return short(value)
        case int() if abs(value) < _LARGEST_TOLD:
            return str(value).replace("-", MINUS)
    return kind_of(value)


def kind_of(value: object) -> str:
    """What kind of thing it is, with an article: ``a list``."""
    kind = type(value).__name__[:LONGEST_SPOKEN]
    return tr("an {type}", type=kind) if kind[:1].lower() in "aeiou" else tr("a {type}", type=kind)


def _finite(value: object, refusal: Callable[[str], Refusal]) -> float:
    """The number that is given, or typed; raises that Refusal of a sentence's end where it is none."""
    try:
        if isinstance(value, bool) or not isinstance(value, SupportsFloat | str):
            raise TypeError
        number = _typed(value, refusal) if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise refusal(tr("must be a number, not {value}.", value=quoted(value))) from None
    if not math.isfinite(number):
        raise refusal(tr("must be a finite number, not {value}.", value=quoted(value)))
    return number


_APART = r"[+-]?[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d*)?"  # 1 234,5 and 1’234’567
_GROUPED = r"[+-]?[1-9]\d{0,2}(,\d{3})+"  # 1,234 and 1,234,567


def may_be_grouped(text: str) -> bool:
    """Whether commas of this number may part its thousands, as in ``1,234``."""
    return re.fullmatch(_GROUPED, text.strip().replace(MINUS, "-")) is not None


def with_point(text: str) -> str:
    """What to write instead of a number with commas: ``2.5``, or ``1.234 or 1234``."""
    point, together = text.replace(",", ".", 1), text.replace(",", "")
    if text.count(",") > 1:
        return together
    return joined([point, together], "or") if may_be_grouped(text) else point


def _typed(text: str, refusal: Callable[[str], Refusal]) -> float:
    """The number in a text; raises ValueError, or that Refusal where a comma can mean either of two."""
    plain = text.strip().replace(MINUS, "-")
    if re.fullmatch(_APART, plain):
        plain = re.sub(r"[^\d.,+-]", "", plain).replace(",", ".")
    if "," in plain:
        if may_be_grouped(plain):
            rest = tr(
                "is not clear: “{text}” has a comma; write {number}.",
                text=spoken(text),
                number=with_point(plain),
            )
            raise refusal(rest)
        if plain.count(",") == 1 and "." not in plain:
            plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        from micrograd_gui.document.notation.literals import constant_in  # most numbers are plain ones

        number = constant_in(plain.replace("^", "**"))  # of numbers alone it can mean nothing else
        if number is None:
            raise
        return number
