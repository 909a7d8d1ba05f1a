"""Tables of numbers from CSV files and from what was pasted: text → Data."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from threading import Event
from typing import NamedTuple

from micrograd.language import N_, tr, trn
from micrograd_gui.document.data import NUMBERS_AT_MOST, ROWS_AT_MOST, Column, Data
from micrograd_gui.document.errors import FileRefusal, Net
from micrograd_gui.document.text import may_be_grouped, spoken, with_point
from micrograd_gui.files.atomic import quoted_name, read_whole, text_in, write_readable
from micrograd_gui.files.cells import (
    SEPARATORS,
    WORDS,
    header_line,
    is_like_a_number,
    name_in,
    number_in,
    written,
)

COLUMNS_AT_MOST = 1_000
_DECLARED = re.compile(r'\s*"?sep=(.)"?[ ,;\t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)  # a line for spreadsheets
_RULED = re.compile(
    r"^[ \t]*+\|?(?:[ \t:]*+-{3,}+[ \t:]*+\|)++[ \t:-]*+$", re.MULTILINE
)  # below the header of Markdown
LINES_AT_MOST, _LONGEST_LINE = 2 * ROWS_AT_MOST, 1_000_000  # which no table comes near to
_BEGINNING = 20_000  # characters, in which the first row is
_LOOKED_AT = 30  # lines, to tell what stands between fields
_TOLD_EACH = 1_000  # rows, after which it is told how far reading has come
_NO_NAMES = {*WORDS, "na", "n/a", "#n/a", "null", "none", "?", "-"}  # among numbers: a field of a row


class Reading:
    """A table while it is read or written: how far that is, for whoever waits for it in another thread.

    Attributes:
        share: What is done, of 1.
    """

    def __init__(self, stop: Event | None = None) -> None:
        self.share = 0.0
        self._stop = stop

    def has_come_to(self, share: float, name: str) -> None:
        """Raises FileRefusal where nobody wants the table any more."""
        self.share = share
        if self._stop is not None and self._stop.is_set():
            raise FileRefusal(tr("{name} is not wanted any more.", name=name))


@Net("read")
def read(path: Path | str, reading: Reading | None = None) -> Data:
    """The rows in a CSV file, bound to nothing yet; raises FileRefusal, which names line and column."""
    path = Path(path)
    return parse(text_in(read_whole(path), quoted_name(path)), quoted_name(path), reading)


@Net("save")
def write(path: Path | str, data: Data, reading: Reading | None = None) -> None:
    """Put the rows into a CSV file that ``read`` gives back; raises FileRefusal."""
    path = Path(path)
    if len(data.columns) > COLUMNS_AT_MOST:
        raise FileRefusal(
            tr(
                "{file} cannot be written: there are {columns:,} columns, "
                "and at most {most:,} are read again.",
                file=quoted_name(path),
                columns=len(data.columns),
                most=COLUMNS_AT_MOST,
            )
        )
    write_readable(path, as_text(data, reading).encode(), tr("the table"))


def as_text(data: Data, reading: Reading | None = None) -> str:
    """The rows as CSV: a header, commas, every digit of a number. ``reading`` is told how far that is."""
    parts, many = [header_line(column.name for column in data.columns)], len(data.rows)
    for begin in range(0, many, _TOLD_EACH):
        if reading is not None:
            reading.has_come_to(begin / many, tr("The table"))
        parts.append(written(data.rows[begin : begin + _TOLD_EACH]))
    return "".join(parts)


@Net("read", N_("The table"))
def parse(text: str, name: str = "", reading: Reading | None = None) -> Data:
    """The rows in the text: commas, semicolons, tabs, bars, wide ones too, or blanks between fields.

    There is a header or none. A line that begins with ``#`` is a comment; the last one before the rows may
    name the columns. An index column and empty columns at the end are left out. ``reading`` is told how far.
    Raises FileRefusal, which names the line and the column.
    """
    reading, name = reading or Reading(), name or tr("The table")
    lines = _Lines(text.removeprefix("\ufeff"), name, reading)
    first, *rows = _records(lines, name)
    named = _is_header(first.fields)
    if not named:
        rows.insert(0, first)
    width = _width(first.fields, rows)
    header = [name_in(field.strip()) for field in first.fields[:width]]
    index = named and _has_index(header, rows)
    if index and width == len(header) and header[0]:
        width, header = width + 1, ["", *header]  # its name is left out altogether, as R writes it
    if not named:
        header = lines.names(width) or _names_of_inputs(width)
    names = _told_apart(header)
    if not rows:
        raise FileRefusal(tr("{name} has a header but no row of numbers.", name=name))
    numbers = tuple(_rows(lines, rows, names, index))
    if lines.has_commas:
        _refuse_unclear(rows, name)
    return Data(tuple(map(Column, names[index:])), numbers)


@Net("read", N_("The table"))
def has_names(text: str) -> bool:
    """Whether the columns of a table that `parse` reads are named; only its beginning is looked at."""
    lines = _Lines(text[:_BEGINNING].removeprefix("\ufeff"), tr("The table"), Reading())
    for fields in csv.reader(lines, delimiter=lines.separator, skipinitialspace=True):
        said = [field for field in fields if field] if lines.separator == " " else _stripped(fields)
        if said:
            return _is_header(said) or bool(lines.names(len(said)))
    return False


class _Record(NamedTuple):
    """The fields of a row or of the header, and the line it ends in."""

    line: int
    fields: list[str]


class _Unread(csv.Error):
    """Lines that are too long, or too many, as a sentence."""


class _Lines:
    """The lines of a text for ``csv``: comments become empty lines.

    Attributes:
        separator: What stands between fields.
        comment: The last comment before the first row.
        is_plain: Whether no number has a ``_``, which Python takes and no table means.
    """

    def __init__(self, text: str, name: str, reading: Reading) -> None:
        self.name, self.reading = name, reading
        self.is_plain = "_" not in text
        self._text = _RULED.sub("", text[:_BEGINNING], count=1) + text[_BEGINNING:]
        self._quotes, self._hash = text.count('"'), "#" in text
        self._declared = _DECLARED.match(text)
        self.comment = ""
        sample: list[str] = []
        self.separator = " "
        with suppress(csv.Error):  # it comes again when the rows are read
            for line in islice(self, _BEGINNING):
                if start := line[:_BEGINNING].strip():
                    sample.append(start)
                if len(sample) == _LOOKED_AT:
                    break
        self.separator = self._declared[1] if self._declared else _separator(sample)

    def __iter__(self) -> Iterator[str]:
        quoted, begun, read, half = False, False, 0, 2 * len(self._text) or 1
        signs = self._quotes > 0 or self._hash
        for number, line in enumerate(io.StringIO(self._text, newline="")):
            if number > LINES_AT_MOST:
                raise _Unread(
                    tr(
                        "{name} cannot be read at line {line}: there are too many lines.",
                        name=self.name,
                        line=number,
                    )
                )
            if len(line) > _LONGEST_LINE:
                raise _Unread(
                    tr("{name} cannot be read: line {line} is too long.", name=self.name, line=number + 1)
                )
            read += len(line)
            if number % _TOLD_EACH == 0:
                self.reading.has_come_to(read / half, self.name)
            if begun and not signs:
                yield line
                continue
            if self._declared and not begun:
                begun = True  # it says what parts fields, and is no row
                yield "\n"
                continue
            start = line.lstrip()
            named = self.separator != " " and start[1:2] == self.separator  # a column that is called #
            if not quoted and start.startswith("#") and not named:
                self.comment = start.lstrip("#").strip() if not begun else self.comment
                yield "\n"
                continue
            begun = begun or bool(start)
            quoted ^= line.count('"') % 2 == 1
            yield line

    @property
    def never_closed(self) -> bool:
        """Whether there is one quotation mark too many."""
        return self._quotes % 2 == 1

    @property
    def has_commas(self) -> bool:
        """Whether there may be commas in fields."""
        return "," in self._text and (self.separator != "," or self._quotes > 0)

    def names(self, width: int) -> list[str]:
        """The names of so many columns in the comment before the rows; none where it says something else."""
        for separator in (self.separator, *SEPARATORS):
            said = self.comment.split(None if separator == " " else separator)
            fields = [field.strip().strip('"') for field in said]
            words = separator != self.separator and any(" " in field for field in fields)
            if len(fields) == width and _is_header(fields) and all(fields) and not words:
                return fields
        return []


def _records(lines: _Lines, name: str) -> list[_Record]:
    """The header, where there is one, and the rows; at least one of them. Raises FileRefusal."""
    records: list[_Record] = []
    blank, named = lines.separator == " ", False
    reader = csv.reader(lines, delimiter=lines.separator, skipinitialspace=True)
    try:
        for fields in reader:
            if blank:
                fields = [field for field in fields if field]
            if not (fields and fields[0].strip()) and not any(field.strip() for field in fields):
                continue
            if len(fields) > COLUMNS_AT_MOST and len(_stripped(fields)) > COLUMNS_AT_MOST:
                raise FileRefusal(
                    tr(
                        "{name} has more than {most:,} columns.",
                        name=name,
                        most=COLUMNS_AT_MOST,
                    )
                )
            records.append(_Record(reader.line_num, fields))
            named = _is_header(fields) if len(records) == 1 else named
            rows = len(records) - named
            if rows > ROWS_AT_MOST:
                raise FileRefusal(
                    tr(
                        "{name} has too many rows: at most {most:,} are read.",
                        name=name,
                        most=ROWS_AT_MOST,
                    )
                )
            if rows * len(fields) > NUMBERS_AT_MOST:
                raise FileRefusal(
                    tr(
                        "{name} has too many numbers: at most {most:,} are read.",
                        name=name,
                        most=NUMBERS_AT_MOST,
                    )
                )
    except csv.Error as error:
        line = reader.line_num
        if lines.never_closed:
            said = tr(
                "{name} cannot be read at line {line}: a quotation mark is never closed.",
                name=name,
                line=line,
            )
        elif isinstance(error, _Unread):
            said = str(error)
        else:
            said = tr("{name} cannot be read at line {line}: {reason}.", name=name, line=line, reason=error)
        raise FileRefusal(said) from None
    if not records:
        raise FileRefusal(tr("{name} is empty.", name=name))
    last = records[-1].fields
    if lines.never_closed and last and "\n" in last[-1]:
        opened = reader.line_num - last[-1].rstrip("\n").count("\n")
        raise FileRefusal(
            tr("{name}, line {line}: the quotation mark is never closed.", name=name, line=opened)
        )
    return records


def _stripped(fields: Sequence[str]) -> Sequence[str]:
    """The fields without empty ones at the end."""
    count = len(fields)
    while count and not fields[count - 1].strip():
        count -= 1
    return fields[:count]


def _width(first: Sequence[str], rows: Sequence[_Record]) -> int:
    """How many columns there are: what is empty in all lines at their end is none."""
    said = len(_stripped(first))
    if len(first) > said and any(len(_stripped(row.fields)) > said for row in rows):
        return len(first)
    return said


def _has_index(header: Sequence[str], rows: Sequence[_Record]) -> bool:
    """Whether the first column only counts or names the rows: nameless, and whole numbers or words."""
    nameless = bool(header) and not header[0]
    unsaid = len(rows) > 1 and all(len(_stripped(row.fields)) == len(header) + 1 for row in rows)
    if not (nameless or unsaid):
        return False
    found = [number_in(row.fields[0]) for row in rows]
    return all(each is None or each.is_integer() for each in found) and len(header) + unsaid > 1


def _refuse_unclear(rows: Sequence[_Record], name: str) -> None:
    """Raises FileRefusal for ``1,234``, unless a comma elsewhere can be nothing else than a decimal one."""
    unclear: tuple[int, str] | None = None
    for row in rows:
        for field in row.fields:
            if "," not in field:
                continue
            if not may_be_grouped(field):
                return
            unclear = unclear or (row.line, field.strip())
    if unclear:
        line, field = unclear
        raise FileRefusal(
            tr(
                "{name}, line {line}: the comma in “{field}” is not clear; write {number}.",
                name=name,
                line=line,
                field=field,
                number=with_point(field),
            )
        )


def _rows(
    lines: _Lines, rows: Sequence[_Record], names: Sequence[str], index: bool
) -> Iterator[tuple[float, ...]]:
    """The numbers of the rows. Those that Python reads are not looked at one by one."""
    width = len(names)
    for begin in range(0, len(rows), _TOLD_EACH):
        lines.reading.has_come_to(0.5 + 0.5 * begin / len(rows), lines.name)
        for row in rows[begin : begin + _TOLD_EACH]:
            fields = row.fields
            if lines.is_plain and len(fields) == width:
                try:
                    numbers = tuple(map(float, fields[1:] if index else fields))
                except ValueError:
                    pass
                else:
                    if all(map(math.isfinite, numbers)):
                        yield numbers
                        continue
            yield _row(row, names, index, lines.name)


def _row(row: _Record, names: Sequence[str], index: bool, name: str) -> tuple[float, ...]:
    """The numbers of a row, without those of an index; raises FileRefusal."""
    fields = row.fields
    if len(fields) > len(names):
        fields = list(_stripped(fields)) if len(_stripped(fields)) > len(names) else fields[: len(names)]
    if len(fields) != len(names):
        raise FileRefusal(
            trn(
                "{name}, line {line}: there is {n} field for {columns}.",
                "{name}, line {line}: there are {n} fields for {columns}.",
                len(fields),
                name=name,
                line=row.line,
                columns=trn("{n} column", "{n} columns", len(names)),
            )
        )
    numbers = []
    for place, field in enumerate(fields[index:], index):
        number = number_in(field)
        if number is None or not math.isfinite(number):
            if number is not None:
                said = N_(
                    "{name}, line {line}, column {column} (“{called}”): “{field}” is not a finite number."
                )
            elif field.strip():
                said = N_("{name}, line {line}, column {column} (“{called}”): “{field}” is not a number.")
            else:
                said = N_("{name}, line {line}, column {column} (“{called}”): the field is empty.")
            column, called = place + 1, spoken(names[place])
            raise FileRefusal(
                tr(said, name=name, line=row.line, column=column, called=called, field=spoken(field))
            )
        numbers.append(number)
    return tuple(numbers)


def _is_header(fields: Sequence[str]) -> bool:
    """Whether the line has names: something that is no number, or words alone that could be labels."""
    said = [field for field in fields if field.strip()]
    measured = [is_like_a_number(field) for field in said]
    return not all(
        ok or field.strip().lower() in _NO_NAMES for ok, field in zip(measured, said, strict=True)
    ) or (not any(measured))


def _told_apart(header: Sequence[str]) -> list[str]:
    """The names, each once, and none empty."""
    names = [field or f"column {at}" for at, field in enumerate(header, 1)]  # as in code
    firsts: dict[str, int] = {}
    return [
        name if firsts.setdefault(name, at) == at else f"{name} ({at + 1})" for at, name in enumerate(names)
    ]


def _names_of_inputs(width: int) -> list[str]:
    """What the columns are called where nobody says it: x1, x2, …, y."""
    inputs = width - 1
    return [*(["x"] if inputs == 1 else [f"x{at}" for at in range(1, inputs + 1)]), "y"]


def _separator(lines: Sequence[str]) -> str:
    """What stands between fields: that by which most fields of the first lines are numbers."""
    best, found = 0.0, ""
    for separator in SEPARATORS:
        if not any(separator in "".join(line.strip().split('"')[::2]) for line in lines[:1]):
            continue
        fields = []
        try:
            for row in csv.reader(lines, delimiter=separator, skipinitialspace=True):
                fields += [field for field in row if field.strip()]
        except csv.Error:
            continue
        share = sum(number_in(field) is not None for field in fields) / max(len(fields), 1)
        if not found or share > best:
            best, found = share, separator
    return found or ","
