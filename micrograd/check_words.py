"""What a check says, in words: of one node, of all, as a table; for library, screen, print and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from micrograd.check_row import Reason, Row, Verdict

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

HEADINGS = ("node", "data", "analytic", "numeric", "error", "")
_MARKS = {True: "✓", False: "✗", None: "?"}
_NAMED = 200  # characters of names in a sentence


def in_print(row: Judged) -> str:
    """In a column of a table: whether the slopes agree, and in a few words what is special."""
    return f"{_MARKS[row.ok]} {row.words}".rstrip()


def of_all(rows: Sequence[tuple[str, Judged]]) -> str:
    """How the whole check stands, as a sentence that names the nodes that are not as the rest."""
    return f"Analytic and numeric gradients {_standing(rows, 'disagree', 'agree at every node')}."


def in_short(rows: Sequence[tuple[str, Judged]]) -> str:
    """The same, short enough for one line beside other things. There is a row at least."""
    if all(row.verdict is Verdict.AGREE for _, row in rows):
        errors = [0.0, *(row.error for _, row in rows if row.reason is not Reason.BOTH_ZERO)]
        return f"all gradients agree (largest relative error {max(errors):.0e})"
    return f"gradients {_standing(rows, 'differ', 'agree', 3)}"


def _standing(rows: Sequence[tuple[str, Judged]], differ: str, agree: str, at_most: int = 10**9) -> str:
    named = {verdict: [name or "a node without a label" for name, row in rows if row.verdict is verdict]
             for verdict in Verdict}
    said = []
    for verdict, words in ((Verdict.DIFFER, f"{differ} at"), (Verdict.CANNOT_TELL, "cannot be told at"),
                           (Verdict.NOT_CHECKED, "are not checked at")):
        if named[verdict]:
            said.append(f"{words} {_listed(named[verdict], at_most)}")
    kinks = named[Verdict.KINK]
    but = f", but for a kink at {_listed(kinks, at_most)}" if kinks else ""
    if not said:
        return agree + but
    if named[Verdict.DIFFER] or not (named[Verdict.AGREE] or kinks):
        return ", ".join(said)
    return ", ".join([*said, f"agree elsewhere{but}"])


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
    table = [headings, *cells]
    widths = [max(len(line[column]) for line in table) for column in range(len(headings))]
    return [
        "  ".join(cell.ljust(width) if column in (0, 5) else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in table
    ]


def as_text(cells: Sequence[tuple[str, ...]], rows: Sequence[tuple[str, Judged]]) -> str:
    """The table and, below it, how it stands."""
    return "\n".join([*as_lines(cells), "", of_all(rows)])


def as_html(cells: Sequence[tuple[str, ...]], rows: Sequence[tuple[str, Judged]]) -> str:
    """The same for a notebook."""
    from html import escape  # only a notebook needs it

    heads = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in line) for line in cells)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><tr>{heads}</tr>{body}</table><p>{escape(of_all(rows))}</p>"
