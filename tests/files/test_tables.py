"""Tables: CSV as people have it, and sentences that say where it is wrong."""

from pathlib import Path

import pytest

from micrograd_gui.document import datasets
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.files import tables

ROWS = ((2.0, -3.5), (0.5, 1.0))


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n2,-3.5\n0.5,1\n",
        b"\xef\xbb\xbfa,b\r\n2,-3.5\r\n0.5,1\r\n",
        b"a;b\n2,0;-3,5\n0,5;1,0\n",
        b"a;b\n2.0;-3.5\n0.5;1\n",
        b"a\tb\n2\t-3,5\n,5\t1\n",
        b'"a","b"\n"2","-3.5"\n"0.5","1"\n',
        b"a, b\n\n2, -3.5\n  \n0.5, 1\n\n",
        b"a b\n2   -3.5\n0.5 1\n",
        "a,b\n2,\u22123.5\n0.5,1".encode(),
        "a,b\n2,-3.5\n0.5,1\n".encode("utf-16"),
    ],
)
def test_a_table_is_read_however_it_is_written(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    data = tables.read(path)
    assert [column.name for column in data.columns] == ["a", "b"]
    assert data.rows == ROWS


def test_a_table_without_a_header_gets_the_names_of_inputs_and_an_answer() -> None:
    assert [column.name for column in tables.parse("1,2,3\n4,5,6").columns] == ["x1", "x2", "y"]
    assert [column.name for column in tables.parse("1;2\n4;5").columns] == ["x", "y"]
    assert len(tables.parse("1,2,3\n4,5,6")) == 2


def test_a_quoted_separator_and_a_quoted_line_break_belong_to_the_field() -> None:
    data = tables.parse('"x; 1";"y\nanswer"\n1;2\n')
    assert [column.name for column in data.columns] == ["x; 1", "y\nanswer"]
    assert data.rows == ((1.0, 2.0),)


def test_names_that_stand_there_twice_are_told_apart() -> None:
    assert [column.name for column in tables.parse("a,a,\n1,2,3").columns] == ["a", "a (2)", "column 3"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n3,four\n", "The table, line 3, column 2 (“b”): “four” is not a number."),
        ("a,b\n1,2\n\n3\n", "The table, line 4: there are 1 fields for 2 columns."),
        ("a,b\n1,2\n3,4,5\n", "The table, line 3: there are 3 fields for 2 columns."),
        ("a,b\n1,\n", "The table, line 2, column 2 (“b”): the field is empty."),
        ("a,b\n1,nan\n", "The table, line 2, column 2 (“b”): “nan” is not a finite number."),
        ("a,b\n1,1e999\n", "The table, line 2, column 2 (“b”): “1e999” is not a finite number."),
        ("a,b\n1,1_000\n", "The table, line 2, column 2 (“b”): “1_000” is not a number."),
        ("a,b\n", "The table has a header but no row of numbers."),
        ("", "The table is empty."),
        (" \n \n", "The table is empty."),
    ],
)
def test_what_is_wrong_is_said_with_line_and_column(text: str, sentence: str) -> None:
    with pytest.raises(FileRefusal) as refused:
        tables.parse(text)
    assert str(refused.value) == sentence


def test_a_hundred_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(FileRefusal, match="has 100 MB, and at most 48 MB are read"):
        tables.read(path)


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xfe\x00", b"a,b\n\x001,2"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefusal):
        tables.read(path)


@pytest.mark.parametrize("name", ["", "missing.csv"])
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileRefusal):
        tables.read(tmp_path / name)


def test_what_is_written_is_read_back_to_the_bit(tmp_path: Path) -> None:
    data = datasets.make("moons")
    tables.write(tmp_path / "moons.csv", data)
    assert tables.read(tmp_path / "moons.csv") == data
