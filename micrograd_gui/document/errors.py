"""Refusal: something a user asked for that cannot be, said in one sentence; and the net that makes one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from os import PathLike, fspath
from os.path import basename
from types import TracebackType
from typing import Literal, ParamSpec, TypeVar

from micrograd.language import N_, in_quotes, joined, tr

P = ParamSpec("P")
T = TypeVar("T")
Door = Literal[
    "open", "read", "paste", "drop", "show", "refresh", "run", "save", "export", "copy", "recover", "do"
]
_CANNOT: dict[Door, str] = {  # what is said at a door; its name is what the log says
    "open": N_("{what} cannot be opened: {cause}. Nothing has changed."),
    "read": N_("{what} cannot be read: {cause}. Nothing has changed."),
    "paste": N_("{what} cannot be pasted: {cause}. Nothing has changed."),
    "drop": N_("{what} cannot be dropped here: {cause}. Nothing has changed."),
    "show": N_("{what} cannot be shown: {cause}. Nothing has changed."),
    "refresh": N_("{what} cannot be refreshed: {cause}. Nothing has changed."),
    "run": N_("{what} cannot be done: {cause}. Nothing has changed."),
    "save": N_("{what} cannot be saved: {cause}. Nothing has changed."),
    "export": N_("{what} cannot be exported: {cause}. Nothing has changed."),
    "copy": N_("{what} cannot be copied: {cause}. Nothing has changed."),
    "recover": N_("{what} cannot be recovered: {cause}. Nothing has changed."),
    "do": N_("{what} cannot be done: {cause}. Nothing has changed."),
}
_LONGEST_CAUSE, _LONGEST_NAME = 120, 40  # characters


class Refusal(Exception):
    """A request that is turned down; ``str(error)`` is a sentence fit for the status bar.

    The document is as it was before the request. ``node`` names the place, where there is one.
    """

    def __init__(self, sentence: str, node: int | None = None) -> None:
        super().__init__(sentence)
        self.node = node

    @property
    def sentence(self) -> str:
        """As ``str(error)``; where it was `kept`, `again` says it in another language."""
        said: str = self.args[0]
        return said


class FileRefusal(Refusal):
    """A file that cannot be read or written; the sentence names the file and the field."""


class OptionRefusal(Refusal):
    """What is given for an option cannot be; the sentence names the option as a keyword.

    It is marked by `N_`, begins with ``{option}``, and its other ``values`` are put in too; or it is the
    rest of a sentence, behind the option's name, in the language in use.
    """

    def __init__(self, options: str | tuple[str, ...], sentence: str, /, **values: object) -> None:
        self.options = (options,) if isinstance(options, str) else options
        self._sentence, self._values = sentence, values
        super().__init__(self.naming(str))

    def naming(self, name: Callable[[str], str]) -> str:
        """The sentence, with each option called as that says: the command line says flags."""
        option = joined([name(each) for each in self.options])
        if not self._sentence.startswith("{option} "):
            return tr("{option} {rest}", option=option, rest=self._sentence)
        return tr(self._sentence, option=option, **self._values)


class ExpressionRefusal(Refusal):
    """An expression that cannot be understood; ``line`` and ``column`` count from 1.

    ``found`` is what is wrong there, without its place.
    """

    def __init__(self, sentence: str, line: int = 1, column: int = 1, found: str = "") -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column
        self.found = found or sentence


class Unforeseen(Refusal):
    """What nobody foresaw at a door, as a sentence that names what and where; its traceback is in the log."""


class Net:
    """A net at a door: what falls through all that is foreseen becomes an Unforeseen, and is logged.

    Used as ``with Net("open", "“a.svg”"):``, or as a decorator, where ``what`` may be left out: then it is
    the first argument. A Refusal passes as it is, and so does what is no fault, such as Ctrl+C.
    """

    def __init__(self, door: Door, what: str = "", but: tuple[type[Exception], ...] = ()) -> None:
        """``but`` are exceptions that somebody behind the net waits for."""
        self.door, self.what, self.but = door, what, but

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, (Refusal, StopIteration, *self.but)):
            raise caught(error, self.door, self.what) from error

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """The function, behind the net."""

        @wraps(function)
        def behind(*args: P.args, **kwargs: P.kwargs) -> T:
            with Net(self.door, self.what or _named(args), self.but):
                return function(*args, **kwargs)

        return behind


def caught(error: Exception, door: Door, what: str) -> Unforeseen:
    """The sentence about an error that nobody foresaw, which is logged with its traceback."""
    from micrograd_gui.log import log_fault  # nobody loads logging to say nothing

    what = what or N_("What was asked for")
    log_fault("%s: %s", door, what, error=error)
    told = tr(what)
    return Unforeseen(tr(_CANNOT[door], what=f"{told[:1].upper()}{told[1:]}", cause=_cause(error)))


def _cause(error: Exception) -> str:
    """Why, as far as it can be told."""
    match error:
        case RecursionError():
            return tr("it is nested too deeply")
        case MemoryError():
            return tr("there is not enough memory for it")
        case OSError(strerror=str(said)):
            return f"{said[:1].lower()}{said[1:]}"
    try:
        said = _on_one_line(str(error), _LONGEST_CAUSE)
    except Exception:  # noqa: BLE001 - an exception of somebody's own, whose text cannot be had
        said = ""
    kind = _on_one_line(type(error).__name__, _LONGEST_NAME)
    return tr("something went wrong inside the program ({error})", error=f"{kind}: {said}" if said else kind)


def _named(args: tuple[object, ...]) -> str:
    """What a door was given, in words."""
    given = args[0] if args else None
    if isinstance(given, PathLike):
        given = basename(str(fspath(given)))
    return in_quotes(_on_one_line(given, _LONGEST_NAME)) if isinstance(given, str) else ""


def _on_one_line(text: str, longest: int) -> str:
    """As much of a text; what `text.one_line` does more has refusals of its own, and cannot be asked here."""
    line = " ".join(text[: 4 * longest].split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
