"""Languages: which there are, which one is wanted, and its catalogue, a `.po` file of resources/languages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TextIO

from micrograd import language
from micrograd.language import N_, VARIABLE, asked_by, tr
from micrograd_gui.resource import resource

# Their own names, as who looks for one reads it. English is what the sources say, and needs no catalogue.
NAMES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "zh_CN": "简体中文",
    "ja": "日本語",
}
# Chinese and Japanese share signs but write them otherwise: the fonts that write them as a reader knows them.
FONTS = {
    "zh_CN": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei"),
    "ja": ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo"),
}
# What argparse says, which gives it to what it believes to be gettext.
_OF_ARGPARSE = (
    N_("usage: "), N_("options"), N_("positional arguments"), N_("show this help message and exit"),
    N_("the following arguments are required: %s"), N_("unrecognized arguments: %s"),
    N_("argument %(argument_name)s: %(message)s"), N_("expected one argument"),
    N_("expected at least one argument"), N_("expected at most one argument"),
    N_("ignored explicit argument %r"), N_("not allowed with argument %s"),
    N_("invalid %(type)s value: %(value)r"), N_("invalid choice: %(value)r (choose from %(choices)s)"),
)  # fmt: skip
# It stands in the head of a catalogue that has every text; others are not offered.
COMPLETE = "X-Complete: yes"  # as in code
_HEAD = 2000  # characters in which that stands
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
_used = "en"
_asked = ""  # on the command line, or since then in a window


class CatalogueFault(ValueError):
    """A catalogue that cannot be read; the text names the file and the line."""


def used() -> str:
    """The code of the language in use."""
    return _used


def wanted() -> str:
    """As `used`, or what was asked for where the terminal cannot write it."""
    return _asked or _used if _used == "en" else _used


def code() -> str:
    """As `used`, but the code also where the file of a catalogue was asked for."""
    return Path(_used).stem


def fonts() -> tuple[str, ...]:
    """The families that the language in use wants for signs that the program's own font lacks."""
    return FONTS.get(code(), ())


def offered() -> list[str]:
    """The codes of the languages there are: English, and those whose catalogue is complete."""
    return [code for code in NAMES if code == "en" or _is_complete(catalogue_of(code))]


def catalogue_of(code: str) -> Path:
    """Where the catalogue of that language stands, if it is there."""
    return resource("languages", f"{code}.po")


@cache
def _is_complete(path: Path) -> bool:
    """Asked again for each window; the files change with the program alone."""
    try:
        with path.open(encoding="utf-8") as file:
            return COMPLETE in file.read(_HEAD)
    except OSError:
        return False


def of_system(environment: Mapping[str, str] = os.environ, told: tuple[str, ...] = ()) -> str:
    """The language of whoever is logged in, as far as it is offered; else English.

    ``told`` is what the system says in its own way, as ``de-AT``: Qt asks macOS and Windows for it.
    """
    return next(filter(None, map(_matching, (*asked_by(environment), *told, *_of_windows()))), "en")


def _of_windows() -> Iterator[str]:
    if os.name == "nt":
        import ctypes
        import locale

        kernel = vars(ctypes)["windll"].kernel32  # other systems, and those who check types there, have none
        yield locale.windows_locale.get(kernel.GetUserDefaultUILanguage(), "")


def _matching(asked: str) -> str:
    """The offered language that ``de_AT.UTF-8`` or ``zh-Hans-CN`` means; empty where there is none."""
    parts = asked.split(".")[0].split("@")[0].replace("-", "_").split("_")
    if parts[0] == "zh" and not {"TW", "HK", "MO", "Hant"} & set(parts):
        parts = ["zh_CN"]
    there = parts[0] == "en" or (parts[0] in NAMES and _is_complete(catalogue_of(parts[0])))
    return parts[0] if there else ""


def begin(asked: str = "") -> None:
    """Use the language that is asked for (a code, or the file of a catalogue), else what the system wants.

    The variable MICROGRAD_GUI_LANGUAGE is asked before the system. Raises CatalogueFault for what is none.
    """
    global _asked
    _asked = asked or os.environ.get(VARIABLE, "")
    use(_asked or of_system())


def begin_window(setting: str, told: tuple[str, ...] = ()) -> None:
    """As `begin`, with what was chosen in the window before the system; what begin was asked for stays."""
    use(_asked or os.environ.get(VARIABLE, "") or setting or of_system(told=told))


def choose(code: str, told: tuple[str, ...] = ()) -> None:
    """Use that language (empty: the system's) from now on, whatever was asked for at the start."""
    global _asked
    use(code or of_system(told=told))
    _asked = used()


def use(code: str) -> None:
    """Use the language of that code, or of a catalogue's file; raises CatalogueFault where there is none."""
    global _used
    if code == _used:
        return
    if code == "en":
        language.use()
    else:
        path = Path(code) if code.endswith(".po") else catalogue_of(code)
        if not code.endswith(".po") and not (code in NAMES and path.exists()):
            raise CatalogueFault(
                tr("There is no language “{code}”: there are {codes}.", code=code, codes=", ".join(offered()))
            )
        head, texts = read(path)
        language.use(texts, _plural_rule(head, path))
    _used = code


def without_key(text: str) -> str:
    """A text of a menu without the letter that opens it: of ``&File`` and of ``ファイル(&F)`` alike."""
    return re.sub(r"\s*\(&[^&]\)|&(?!&)", "", text)


def read(path: Path) -> tuple[str, dict[str, str | tuple[str, ...]]]:
    """The head of a catalogue, and its texts by their English ones; raises CatalogueFault.

    What has no translation, and what is only guessed (fuzzy), is left out.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # to read a pipe may never end
        raise CatalogueFault(tr("{file} is not a file.", file=path))
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise CatalogueFault(
            tr("The catalogue {file} cannot be read: {error}.", file=path, error=why)
        ) from None
    head, texts = "", {}
    for fields, fuzzy in _entries(lines, path):
        forms = tuple(text for key, text in fields.items() if key.startswith("msgstr"))
        key = fields.get("msgid", "")
        if not key and "msgctxt" not in fields:
            head = forms[0] if forms else ""
        elif forms and all(forms) and not fuzzy:
            key = f"{fields['msgctxt']}{language.CONTEXT}{key}" if "msgctxt" in fields else key
            texts[key] = forms if "msgid_plural" in fields else forms[0]
    return head, texts


def _entries(lines: list[str], path: Path) -> Iterator[tuple[dict[str, str], bool]]:
    """Each entry of a catalogue: its fields, and whether it is only guessed."""
    fields: dict[str, str] = {}
    field, fuzzy, next_is_fuzzy = "", False, False
    for number, line in enumerate(lines, 1):
        if line.startswith("msg"):
            name, _, text = line.partition(" ")
            if not fields or (name in ("msgid", "msgctxt") and "msgstr" in field):
                if fields:
                    yield fields, fuzzy
                fields, fuzzy, next_is_fuzzy = {}, next_is_fuzzy, False
            field = name
            fields[field] = _unquoted(text, path, number)
        elif line.startswith('"') and field:
            fields[field] += _unquoted(line, path, number)
        elif line.startswith("#,") and "fuzzy" in line:  # of the entry that follows
            next_is_fuzzy = True
        elif line and line[0] != "#" and not line.isspace():
            raise CatalogueFault(
                tr("{file}, line {line}: this is no line of a catalogue.", file=path, line=number)
            )
    if fields:
        yield fields, fuzzy


def _unquoted(text: str, path: Path, number: int) -> str:
    text = text.strip()
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        raise CatalogueFault(
            tr("{file}, line {line}: a text stands between quotation marks.", file=path, line=number)
        )
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    made, signs = [], iter(inner)
    for sign in signs:
        made.append(_ESCAPES.get(escaped := next(signs, ""), escaped) if sign == "\\" else sign)
    return "".join(made)


def _plural_rule(head: str, path: Path) -> Callable[[int], int]:
    from gettext import c2py

    rule = head.partition("plural=")[2].partition(";")[0].strip()
    try:
        found: Callable[[int], int] = c2py(rule or "n != 1")
        return found
    except ValueError as error:
        raise CatalogueFault(
            tr("{file}: its rule of plurals is none ({error}).", file=path, error=error)
        ) from None


def is_legible(*streams: TextIO | None) -> bool:
    """Whether the streams, which write plainly, can write the language in use: no letters of it are lost."""
    encodings = {getattr(stream, "encoding", None) or "utf-8" for stream in streams}
    return not any("\\u" in language.as_written(NAMES.get(code(), ""), each) for each in encodings)
