"""Tables of numbers from CSV files and from what was pasted: text → Data."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path

from micrograd_gui.document.data import NUMBERS_AT_MOST, ROWS_AT_MOST, Column, Data
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.notation.literals import constant_in
from micrograd_gui.document.text import MINUS, may_be_grouped, spoken, with_point
from micrograd_gui.files.atomic import quoted_name, read_whole, write_readable

COLUMNS_AT_MOST = 1_000
_RATIO = re.compile(r"[+-]?(\d+\.?\d*\*?)?(pi|π|√?\d+\.?\d*)(/\d+\.?\d*)?")
_SEPARATORS = (";", "\t", ",", " ")


def read(path: Path | str) -> Data:
    """The rows in a CSV file, bound to nothing yet; raises FileRefusal, which names line and column."""
    path = Path(path)
    return parse(_text(read_whole(path), quoted_name(path)), quoted_name(path))


def write(path: Path | str, data: Data) -> None:
    """Put the rows into a CSV file that ``read`` gives back."""
    path = Path(path)
    if len(data.columns) > COLUMNS_AT_MOST:
        many = f"{len(data.columns):,} columns, and at most {COLUMNS_AT_MOST:,} are read again"
        raise FileRefusal(f"{quoted_name(path)} cannot be written: there are {many}.")
    write_readable(path, as_text(data).encode(), "the table")


def as_text(data: Data) -> str:
    """The rows as CSV: a header, commas, every digit of a number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in data.columns])
    writer.writerows([[repr(number) for number in row] for row in data.rows])
    return text.getvalue()


def parse(text: str, name: str = "The table") -> Data:
    """The rows in the text: commas, semicolons, tabs or blanks between fields; a header or none."""
    separator = _separator(text)
    decimal_comma = separator != ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    header: list[str] | None = None
    rows: list[tuple[float, ...]] = []
    unclear = ""  # the first number whose comma may part thousands, and its line
    decimal = False  # a comma somewhere can be nothing else than a decimal one
    try:
        for fields in reader:
            if separator == " ":
                fields = [field for field in fields if field]
            if not any(field.strip() for field in fields):
                continue
            line = reader.line_num
            if header is None:
                header = _header(fields, decimal_comma)
                if len(header) > COLUMNS_AT_MOST:
                    raise FileRefusal(f"{name} has more than {COLUMNS_AT_MOST:,} columns.")
                if any(_number(field, decimal_comma) is None for field in fields):
                    continue
            if len(rows) == ROWS_AT_MOST:
                raise FileRefusal(f"{name} has too many rows: at most {ROWS_AT_MOST:,} are read.")
            if (len(rows) + 1) * len(header) > NUMBERS_AT_MOST:
                raise FileRefusal(f"{name} has too many numbers: at most {NUMBERS_AT_MOST:,} are read.")
            rows.append(_row(fields, header, line, decimal_comma, name))
            unclear = unclear or _unclear(fields, line)
            decimal = decimal or any("," in field and not may_be_grouped(field) for field in fields)
    except csv.Error as error:
        raise FileRefusal(f"{name} cannot be read at line {reader.line_num}: {error}.") from None
    if header is None:
        raise FileRefusal(f"{name} is empty.")
    if not rows:
        raise FileRefusal(f"{name} has a header but no row of numbers.")
    if unclear and decimal_comma and not decimal:
        raise FileRefusal(f"{name}, {unclear}.")
    return Data(tuple(map(Column, header)), tuple(rows))


def _unclear(fields: Sequence[str], line: int) -> str:
    """The sentence about a field such as ``1,234``; empty where there is none."""
    field = next((field.strip() for field in fields if may_be_grouped(field)), "")
    return f"line {line}: the comma in “{field}” is not clear; write {with_point(field)}" if field else ""


def _row(
    fields: Sequence[str], header: Sequence[str], line: int, decimal_comma: bool, name: str
) -> tuple[float, ...]:
    if len(fields) != len(header):
        raise FileRefusal(f"{name}, line {line}: there are {len(fields)} fields for {len(header)} columns.")
    numbers = []
    for place, field in enumerate(fields):
        number = _number(field, decimal_comma)
        where = f"{name}, line {line}, column {place + 1} (“{spoken(header[place])}”)"
        if number is None:
            said = f"“{spoken(field)}” is not a number" if field.strip() else "the field is empty"
            raise FileRefusal(f"{where}: {said}.")
        if not math.isfinite(number):
            raise FileRefusal(f"{where}: “{spoken(field)}” is not a finite number.")
        numbers.append(number)
    return tuple(numbers)


def _header(fields: Sequence[str], decimal_comma: bool) -> list[str]:
    """The names in the first line; where it is a row of numbers already: x1, x2, …, y."""
    if any(_number(field, decimal_comma) is None for field in fields):
        names = [field.strip() or f"column {at}" for at, field in enumerate(fields, 1)]
        return [name if names.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(names)]
    inputs = len(fields) - 1
    return [*(["x"] if inputs == 1 else [f"x{at}" for at in range(1, inputs + 1)]), "y"]


def _number(field: str, decimal_comma: bool) -> float | None:
    """The number in a field; ``2/3`` and ``-pi`` are some, dates and the names of columns are none."""
    plain = field.strip().replace(MINUS, "-")
    if decimal_comma and plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return None if "_" in plain else float(plain)
    except ValueError:
        return constant_in(plain) if _RATIO.fullmatch(plain) else None


def _separator(text: str) -> str:
    """What stands between fields, judged by the first line that says something, quoted parts aside."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(part for at, part in enumerate(line.split('"')) if at % 2 == 0).strip()
    return next((separator for separator in _SEPARATORS if separator in bare), ",")


def _text(content: bytes, name: str) -> str:
    """Text from UTF-8 or UTF-16 with a byte-order mark, UTF-8 without one, or Windows' Western European."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text
    raise FileRefusal(f"{name} is not text.")
