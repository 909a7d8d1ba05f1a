"""What a check says, in words: of one node, of all, as a table; for library, screen, print and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from micrograd.check_row import Reason, Row, Verdict
from micrograd.language import N_, columns, flush_left, flush_right, tr

if TYPE_CHECKING:
    from typing import Protocol

    class Judged(Protocol):
        """What there is to a row of any check."""

        @property
        def ok(self) -> bool | None: ...
        @property
        def words(self) -> str: ...
        @property
        def verdict(self) -> Verdict: ...
        @property
        def reason(self) -> Reason | None: ...
        @property
        def error(self) -> float: ...

HEADINGS = (N_("node"), "data", N_("analytic"), N_("numeric"), N_("error"), "")
_MARKS = {True: "✓", False: "✗", None: "?"}
_NAMED = 200  # characters of names in a sentence


def in_print(row: Judged) -> str:
    """In a column of a table: whether the slopes agree, and in a few words what is special."""
    return f"{_MARKS[row.ok]} {row.words}".rstrip()


def of_all(rows: Sequence[tuple[str, Judged]]) -> str:
    """How the whole check stands, as a sentence that names the nodes that are not as the rest."""
    standing = _standing(rows, N_("disagree at {names}"), tr("agree at every node"))
    return tr("Analytic and numeric gradients {standing}.", standing=standing)


def in_short(rows: Sequence[tuple[str, Judged]]) -> str:
    """The same, short enough for one line beside other things. There is a row at least."""
    if all(row.verdict is Verdict.AGREE for _, row in rows):
        errors = [0.0, *(row.error for _, row in rows if row.reason is not Reason.BOTH_ZERO)]
        return tr("all gradients agree (largest relative error {error:.0e})", error=max(errors))
    return tr("gradients {standing}", standing=_standing(rows, N_("differ at {names}"), tr("agree"), 3))


def _standing(rows: Sequence[tuple[str, Judged]], differ: str, agree: str, at_most: int = 10**9) -> str:
    named = {verdict: [name or tr("a node without a label") for name, row in rows if row.verdict is verdict]
             for verdict in Verdict}
    said = []
    for verdict, words in ((Verdict.DIFFER, differ), (Verdict.CANNOT_TELL, N_("cannot be told at {names}")),
                           (Verdict.NOT_CHECKED, N_("are not checked at {names}"))):
        if named[verdict]:
            said.append(tr(words, names=_listed(named[verdict], at_most)))
    kinks = named[Verdict.KINK]
    if not said:
        return _but_for(kinks, agree, at_most)
    if not (named[Verdict.DIFFER] or not (named[Verdict.AGREE] or kinks)):
        said.append(_but_for(kinks, tr("agree elsewhere"), at_most))
    return tr(", ").join(said)


def _but_for(kinks: list[str], agree: str, at_most: int) -> str:
    """That they agree, with the nodes at which that is so for a kink."""
    if not kinks:
        return agree
    return tr("{agree}, but for a kink at {names}", agree=agree, names=_listed(kinks, at_most))


def _listed(names: list[str], at_most: int) -> str:
    some = ", ".join(dict.fromkeys(names[:at_most]))
    more = len(names) > at_most or len(some) > _NAMED
    return some[:_NAMED] + (" …" if more else "")


def cells_of(row: Row) -> tuple[str, ...]:
    """A row of the library's table."""
    error = "0" if row.error == 0 else f"{row.error:.0e}"
    numbers = (f"{x:.6g}" for x in (row.data, row.analytic, row.numeric))
    return (row.label, *numbers, error, in_print(row))


def as_lines(cells: Sequence[tuple[str, ...]], headings: tuple[str, ...] = HEADINGS) -> list[str]:
    """A line per row below the six headings, numbers flush right."""
    table = [tuple(tr(each) if each else "" for each in headings), *cells]
    widths = [max(columns(line[column]) for line in table) for column in range(len(headings))]
    return [
        "  ".join((flush_left if column in (0, 5) else flush_right)(cell, width)
                  for column, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in table
    ]


def as_text(cells: Sequence[tuple[str, ...]], rows: Sequence[tuple[str, Judged]]) -> str:
    """The table and, below it, how it stands."""
    return "\n".join([*as_lines(cells), "", of_all(rows)])


def as_html(cells: Sequence[tuple[str, ...]], rows: Sequence[tuple[str, Judged]]) -> str:
    """The same for a notebook."""
    from html import escape  # only a notebook needs it

    heads = "".join(f"<th>{tr(heading) if heading else ''}</th>" for heading in HEADINGS)
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in line) for line in cells)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><tr>{heads}</tr>{body}</table><p>{escape(of_all(rows))}</p>"
