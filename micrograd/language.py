"""The language of sentences: all that somebody reads goes through `tr`, English until another is used.

A text is marked where it stands, as a literal, so that it can be collected for translators:

    tr("{name} has no target.", name=name)    the sentence, translated, then with its values put in
    trn("{n} node", "{n} nodes", n)           in the form that so many need in the language
    trc("of a run", "Last")                   a word that means two things, with what tells them apart
    N_("Zero grad")                           of a table: stays as it is, for `tr` when it is shown
    kept("Delete {name}", name=name)          what outlives the moment, as in a history: shown by `again`

Numbers, names and code are values: they are put in as they are, in every language. On a terminal texts take
`columns`, and what its encoding lacks is written otherwise (`write_plainly`).
"""

from __future__ import annotations

import codecs
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any, Literal, ParamSpec, TextIO, TypeVar, cast
from unicodedata import category, decomposition, east_asian_width, normalize
from unicodedata import name as name_of

P = ParamSpec("P")
T = TypeVar("T")
Texts = Mapping[str, str | tuple[str, ...]]

VARIABLE = "MICROGRAD_GUI_LANGUAGE"  # of the environment, asked before those of the system
CONTEXT = "\x04"  # between a context and its text, as in the catalogues of gettext
_ENGLISH: Texts = {}
_texts: Texts = _ENGLISH
_forgetting: list[Callable[[], object]] = []
_written: Callable[[str], str] | None = None


def _one_or_more(n: int) -> int:
    return int(n != 1)


_plural: Callable[[int], int] = _one_or_more


def use(texts: Texts = _ENGLISH, plural: Callable[[int], int] = _one_or_more) -> None:
    """From now on `tr` and its like say what these texts have; a text that is missing stays English.

    The keys are the English texts, after ``context\\x04`` where they have one. What depends on a number has
    its singular as key and all its forms as value; ``plural(n)`` tells which form n things need.
    """
    global _texts, _plural
    _texts, _plural = texts, plural
    for forget in _forgetting:
        forget()


def asked_by(environment: Mapping[str, str]) -> Iterator[str]:
    """What the variables of POSIX ask for, the first wanted most; a plain C asks for English."""
    asked = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if asked.split(".")[0] in ("C", "POSIX"):
        yield "en"
    elif asked:
        yield from environment.get("LANGUAGE", "").split(":")
        yield asked


def english_will_do(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether English is in use, and nothing asks for another language: then nobody looks for a catalogue."""
    if _texts is not _ENGLISH:
        return False
    if environment.get(VARIABLE):  # the code of a language, or a file
        return environment[VARIABLE] == "en"
    first = next(filter(None, asked_by(environment)), "en")
    return first.split(".")[0].partition("_")[0] == "en" and os.name != "nt"  # Windows is asked otherwise


@contextmanager
def in_english() -> Iterator[None]:
    """While this lasts everything is English: what programs read is the same in every language."""
    before = _texts, _plural
    use()
    try:
        yield
    finally:
        use(*before)


def tr(text: str, /, **values: object) -> str:
    """The text in the language in use, with each ``{name}`` filled in; without values braces stay."""
    said = _texts.get(text, text) if text else ""  # not what a catalogue has there: its head
    if not isinstance(said, str):
        said = said[0]
    return said.format(**values) if values else said


def trn(one: str, many: str, n: int, /, **values: object) -> str:
    """The form of the text for n things, with ``{n}`` and each other ``{name}`` filled in."""
    forms = _texts.get(one)
    if forms is None:
        said = one if n == 1 else many
    else:
        said = forms if isinstance(forms, str) else forms[_plural(n)]
    return said.format(n=n, **values)


def trc(context: str, text: str, /, **values: object) -> str:
    """The text in the language in use, as it is meant in that context."""
    said = _texts.get(f"{context}{CONTEXT}{text}", text)
    if not isinstance(said, str):
        said = said[0]
    return said.format(**values) if values else said


def with_colon(what: str, said: str) -> str:
    """``what: said``, with the colon of the language."""
    return tr("{what}: {said}", what=what, said=said)


def N_(text: T, /) -> T:
    """Marks a text of a table, which `tr` translates when it is shown; gives it as it is."""
    return text


class KeptSentence(str):
    """A sentence that knows what it was made of, so that it can be said in another language."""

    made_of: Callable[[], str]


def kept(text: str, /, **values: object) -> str:
    """What `tr` gives, for a fact that is kept: `again` says it in the language in use then."""
    return kept_by(tr(text, **values), partial(_again_with, text, values))


def kept_by(said: str, say: Callable[[], str]) -> str:
    """A sentence that is kept and put together of several texts: `again` asks `say` for it."""
    made = KeptSentence(said)
    made.made_of = say
    return made


def kept_joined(parts: Iterable[str], separator: str) -> str:
    """What was `kept`, with a separator (a text, marked by `N_`) between: it is kept, too."""
    said = list(parts)
    return kept_by(tr(separator).join(said), lambda: tr(separator).join(map(_as_kept, said)))


def again(text: str) -> str:
    """What was `kept` in the language in use now; any other text as `tr` gives it."""
    return text.made_of() if isinstance(text, KeptSentence) else tr(text)


def _again_with(text: str, values: Mapping[str, object]) -> str:
    return tr(text, **{name: _as_kept(each) for name, each in values.items()})


def _as_kept(value: T) -> T | str:
    """What was kept is said again, too; the name of a node is not: it may be the English of some text."""
    return value.made_of() if isinstance(value, KeptSentence) else value


def in_quotes(text: str) -> str:
    """A name, or what was typed, in the quotation marks of the language."""
    return tr("“{text}”", text=text)


def within(sentence: str) -> str:
    """A whole sentence as the end of another one: English begins it with a small letter there."""
    return sentence[:1].lower() + sentence[1:] if _texts is _ENGLISH else sentence


def remembered(size: int | None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """`functools.lru_cache` for what makes sentences: another language forgets them."""

    def keep(function: Callable[P, T]) -> Callable[P, T]:
        kept: Any = lru_cache(maxsize=size)(function)
        _forgetting.append(kept.cache_clear)
        return cast(Callable[P, T], kept)

    return keep


def joined(parts: list[str] | tuple[str, ...], by: Literal["and", "or"] = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``: a list as the language writes it."""
    if len(parts) < 2:
        return "".join(parts)
    first, last = tr(", ").join(parts[:-1]), parts[-1]
    return (
        tr("{first} and {last}", first=first, last=last)
        if by == "and"
        else tr("{first} or {last}", first=first, last=last)
    )


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: a letter of Chinese takes two, a mark none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns_of, text if _written is None else _written(text)))


def _columns_of(sign: str) -> int:
    return 0 if category(sign) in ("Mn", "Me", "Cf") else 1 + (east_asian_width(sign) in "WF")


def flush_left(text: str, width: int) -> str:
    """The text, and spaces to fill so many columns."""
    return text + " " * (width - columns(text))


def flush_right(text: str, width: int) -> str:
    """Spaces, and the text, so that it ends at that column."""
    return " " * (width - columns(text)) + text


_NEVER_FIRST = "、。，．・：；？！）」』】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)”’…"
_NEVER_LAST = "（「『【〈《(“‘"
_WIDE = r"\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"


def in_lines(text: str, width: int) -> list[str]:
    """The text in lines of so many columns of a terminal, also where a script has no spaces.

    No line begins with a comma or the like, or ends with a bracket that opens: a comma may hang over.
    """
    units: list[str] = []
    text = re.sub("(?<=[、。，；：]) ", "", " ".join(text.split()))  # lines that were broken there
    for piece in re.findall(rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+", text):
        if units and (piece[0] in _NEVER_FIRST or units[-1][-1] in _NEVER_LAST):
            units[-1] += piece
        else:
            units.append(piece)
    lines = [""]
    for unit in units:
        if lines[-1] and columns(lines[-1] + unit.rstrip()) > width:
            lines.append("")
        lines[-1] += unit if lines[-1] else unit.lstrip()
    return [line.rstrip() for line in lines if line.strip()]


_PLAINLY = "micrograd-gui-plainly"  # as in code
_PLAIN = {
    "−": "-", "✓": "ok", "✗": "WRONG", "∂": "d", "×": "x", "÷": "/", "·": ".", "–": "-", "…": "...",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "→": "->", "¿": "", "¡": "",
    "←": "<-", "≠": "!=", "≤": "<=", "≥": ">=", "≈": "~", "±": "+-", "∞": "inf", "√": "sqrt", "—": "-",
    "▶": ">", "◀": "<", "⚠": "!",
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "œ": "oe", "\u200e": "",
}  # fmt: skip


def write_plainly(*streams: TextIO | None) -> None:
    """Let these streams write so what their encoding cannot say; columns fit what the first one writes."""
    global _written
    codecs.register_error(_PLAINLY, _plainly)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_PLAINLY)
    encoding = getattr(streams[0], "encoding", None) or "utf-8"
    can_say_all = codecs.lookup(encoding).name.startswith("utf")
    _written = None if can_say_all else partial(as_written, encoding=encoding)


def as_written(text: str, encoding: str) -> str:
    """The text as a stream of that encoding, which writes plainly, has it."""
    return text.encode(encoding, _PLAINLY).decode(encoding)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """What a terminal or file has for signs that its encoding has not: a minus stays a minus, é is e."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(sign: str) -> str:
    """Letters stay told from each other: β is beta, and one of another script is ``\\u91cd``."""
    if sign in _PLAIN:
        return _PLAIN[sign]
    base = normalize("NFKD", sign)[0]
    if decomposition(sign).startswith("<fraction>"):
        return "?"
    if base.isascii():
        return f"^{base}" if decomposition(sign).startswith("<super>") else base
    if (words := name_of(base, "").split())[:1] == ["GREEK"]:
        letter = words[-1].replace("LAMDA", "LAMBDA")
        return letter.capitalize() if "CAPITAL" in words else letter.lower()
    return sign.encode("ascii", "backslashreplace").decode() if sign.isalnum() else "?"
