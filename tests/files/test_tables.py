"""Tables: CSV as people have it, and sentences that say where it is wrong."""

from pathlib import Path
from threading import Event

import pytest

from micrograd_gui.document import datasets
from micrograd_gui.document.data import Column, Data
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.notation.literals import constant_in
from micrograd_gui.files import cells, tables

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
        "a,b\n2,-3.5\n0.5,1\n".encode("utf-16-be"),
        "a,b\n2,-3.5\n0.5,1\n".encode("utf-32"),
        b"a,b\r2,-3.5\r0.5,1\r",
        b"a|b\n2|-3,5\n0,5|1\n",
        b"sep=;\na;b\n2,0;-3,5\n0,5;1,0\n",
        b'\xef\xbb\xbf"sep=,"\r\na,b\r\n2,-3.5\r\n0.5,1\r\n',
        b"SEP=\t\na\tb\n2\t-3.5\n0.5\t1\n",
        b"a,b,\n2,-3.5,\n0.5,1,\n",
        b"a;b;;\n2;-3,5;;\n0,5;1;;\n",
        b"a,b\n2,-3.5,\n0.5,1,\n",
        b"a,b,\n2,-3.5\n0.5,1\n",
        b"# a b\n2.0e+00 -3.5e+00\n5.0e-01 1.0e+00\n",
        b'# made by "somebody\n# a, b\n2,-3.5\n# half of it\n0.5,1\n# the end',
        b"#a\tb\n2\t-3.5\n0.5\t1\n",
        b'"a","b"\n"2,0","-3,5"\n"0,5","1,0"\n',
        b"a b\n2,0 -3,5\n0,5 1,0\n",
        b",a,b\n0,2,-3.5\n1,0.5,1\n",
        b'"","a","b"\n"1",2,-3.5\n"2",0.5,1\n',
        b'"a" "b"\n"1" 2 -3.5\n"2" 0.5 1\n',
        b'"a" "b"\n"Mazda RX4" 2 -3.5\n"Fiat 128" 0.5 1\n',
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


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,5 2,5\n3,5 4,5\n", ((1.5, 2.5), (3.5, 4.5))),
        ("1,5\t2,5\n", ((1.5, 2.5),)),
        ("sep=;\n1,5;2\n", ((1.5, 2.0),)),
        ("1;2;\n3;4;\n", ((1.0, 2.0), (3.0, 4.0))),
        ("# numbers of a day, measured twice\n1 2\n", ((1.0, 2.0),)),
        ("0.5,yes\n-1,no\n", ((0.5, 1.0), (-1.0, 0.0))),
        ("0.5;TRUE\n-1;False\n", ((0.5, 1.0), (-1.0, 0.0))),
        ("0.5 on\n-1 off\n", ((0.5, 1.0), (-1.0, 0.0))),
    ],
)
def test_rows_without_names_are_read_as_well(text: str, rows: tuple[tuple[float, ...], ...]) -> None:
    data = tables.parse(text)
    assert [column.name for column in data.columns] == ["x", "y"]
    assert data.rows == rows


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("x,y\n1,True\n2,False\n", ["x", "y"], ((1.0, 1.0), (2.0, 0.0))),
        ("y\nyes\nno\n", ["y"], ((1.0,), (0.0,))),
        ("#,x\n1,5\n2,6\n", ["#", "x"], ((1.0, 5.0), (2.0, 6.0))),
        (",x\n0.5,1\n1.5,2\n", ["column 1", "x"], ((0.5, 1.0), (1.5, 2.0))),
        ('a,b\n"1,250","0,5"\n', ["a", "b"], ((1.25, 0.5),)),
        ("my x,my y\n1,2\n", ["my x", "my y"], ((1.0, 2.0),)),
        ('"a\n# b",c\n1,2\n', ["a\n# b", "c"], ((1.0, 2.0),)),
        ("a,a,\n1,2,3\n4,5,\n", [], "The table, line 3, column 3 (“column 3”): the field is empty."),
        ("a,b\n1,2,3\n4,5\n", [], "The table, line 2: there are 3 fields for 2 columns."),
        ("a,b\n1,2,3\n", [], "The table, line 2: there are 3 fields for 2 columns."),
        ("1,2\n3,maybe\n", [], "The table, line 2, column 2 (“y”): “maybe” is not a number."),
        ("1,,3\n4,5,6\n", [], "The table, line 1, column 2 (“x2”): the field is empty."),
        ('a,b\n1,"2\n3,4\n', [], "The table, line 2: the quotation mark is never closed."),
        ('a,b\n"1,234",2', [], "The table, line 2: the comma in “1,234” is not clear; write 1.234 or 1234."),
        ("sep=;\n", [], "The table is empty."),
        ("a,b\n" + "1," * 600_000, [], "The table cannot be read: line 2 is too long."),
        (" " * 20_000 * 100, [], "The table cannot be read: line 1 is too long."),
        ("# a b\n", [], "The table is empty."),
    ],
)  # fmt: skip
def test_what_a_table_says_is_not_guessed(text: str, names: list[str], rows: object) -> None:
    if isinstance(rows, str):
        with pytest.raises(FileRefusal) as refused:
            tables.parse(text)
        assert str(refused.value) == rows
        return
    data = tables.parse(text)
    assert [column.name for column in data.columns] == names
    assert data.rows == rows


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+x",
        "-x",
        "@x",
        "\t=x",
        "\r=x",
        "a\n=x",
        "a;=x",
        "'=x",
        "''-x",
        " =x",
        "＝x",
        "-",
        "x",
        "'x'",
        "'",
    ],
)
def test_no_spreadsheet_runs_what_is_written_and_it_comes_back(tmp_path: Path, name: str) -> None:
    written = cells.cell(name)
    assert written.lstrip(" ")[0] not in "=+-@＝＋－＠\t\r\n"
    assert cells.plain(written) == name
    data = Data((Column(name), Column("a")), ((1.0, -2.0), (3.0, -4e-9)))
    tables.write(tmp_path / "a.csv", data)
    back = tables.read(tmp_path / "a.csv")
    assert back.rows == data.rows
    assert back.columns[0].name == name


def test_a_single_column_comes_back_whatever_its_name_parts() -> None:
    for name in ("a;b", "my x", "x|y", "a\tb", "a,b", "1 2", "1", "-1", "'1", "1/2", "5%", "NA"):
        data = Data((Column(name),), ((1.0,), (2.5,)))
        assert tables.parse(tables.as_text(data)) == data


def test_a_quoted_separator_and_a_quoted_line_break_belong_to_the_field() -> None:
    data = tables.parse('"x; 1";"y\nanswer"\n1;2\n')
    assert [column.name for column in data.columns] == ["x; 1", "y\nanswer"]
    assert data.rows == ((1.0, 2.0),)


def test_names_that_stand_there_twice_are_told_apart() -> None:
    assert [column.name for column in tables.parse("a,a,\n1,2,3").columns] == ["a", "a (2)", "column 3"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,2", True),
        ("\n1;2,5", False),
        ("1e5 nan", False),
        ("1,5 2,5", False),
        ("sep=;\n1;2", False),
        ("sep=;\na;b\n1;2", True),
        ("# a b\n1 2", True),
        ("# numbers\n1 2", False),
        ("1;yes\n2;no", False),
    ],
)
def test_a_first_line_of_numbers_names_no_columns(text: str, names: bool) -> None:
    assert tables.has_names(text) is names


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n3,four\n", "The table, line 3, column 2 (“b”): “four” is not a number."),
        ("a,b\n1,2\n\n3\n", "The table, line 4: there is 1 field for 2 columns."),
        ("a,b\n1,2\n3,4,5\n", "The table, line 3: there are 3 fields for 2 columns."),
        ("a,b\n1,\n", "The table, line 2, column 2 (“b”): the field is empty."),
        ("a,b\n1,nan\n", "The table, line 2, column 2 (“b”): “nan” is not a finite number."),
        ("a,b\n1,1e999\n", "The table, line 2, column 2 (“b”): “1e999” is not a finite number."),
        ("a,b\n1,1_000\n", "The table, line 2, column 2 (“b”): “1_000” is not a number."),
        ("1,NA\n2,3\n", "The table, line 1, column 2 (“y”): “NA” is not a number."),
        ("1'234;2\n3;4\n", "The table, line 1, column 1 (“x”): “1'234” is not a number."),
        ("10%,$5\n", "The table, line 1, column 1 (“x”): “10%” is not a number."),
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


@pytest.mark.parametrize(
    "field", ["2" * 100_000 + "x", "**2" * 30_000, "1.5*" * 30_000, "√" + "9" * 100_000 + "/"]
)
def test_a_field_of_any_length_is_judged_at_once(field: str) -> None:
    with pytest.raises(FileRefusal):
        tables.parse(f"x,y\n1,2\n{field},4\n")


@pytest.mark.parametrize(
    "field", ["2/3", "-2pi/3", "2*π", "√2/4", "-√9", "3√4", "1.5/0.5", "0/7", "12.*3/4", "7/0"]
)
def test_a_ratio_is_the_number_that_the_expression_line_reads(field: str) -> None:
    assert cells.number_in(field) == constant_in(field)


@pytest.mark.parametrize(
    "field", ["05/3", "1/02", "2 3", "1.2.3", "2π3", "1/2/3", "π/π", "+-2", "1_0", "٣/٤"]
)
def test_what_only_looks_like_a_ratio_is_no_number(field: str) -> None:
    with pytest.raises(FileRefusal, match="is not a number"):
        tables.parse(f"a;b\n1;2\n3;{field}")


class Noting(tables.Reading):
    """Keeps how far it came."""

    def __init__(self, until: float = 2.0) -> None:
        self.stop = Event()
        super().__init__(self.stop)
        self.said: list[float] = []
        self.until = until

    def has_come_to(self, share: float, name: str) -> None:
        self.said.append(share)
        if share > self.until:
            self.stop.set()
        super().has_come_to(share, name)


LONG = "a,b\n" + "1.5,-2\n" * 5_000


def test_reading_and_writing_a_long_table_tell_how_far_they_are() -> None:
    reading, writing = Noting(), Noting()
    data = tables.parse(LONG, "The table", reading)
    assert reading.said == sorted(reading.said)
    assert len(reading.said) >= 10
    assert reading.said[0] < 0.01
    assert 0.8 < reading.said[-1] <= 1.0
    assert tables.parse(tables.as_text(data, writing)) == data
    assert len(writing.said) == 5


@pytest.mark.parametrize("until", [0.0, 0.3, 0.6])
def test_a_table_that_nobody_wants_any_more_is_not_read_to_its_end(until: float) -> None:
    reading = Noting(until)
    with pytest.raises(FileRefusal, match="not wanted any more"):
        tables.parse(LONG, "The table", reading)
    assert reading.share < until + 0.2


def test_the_cells_of_a_plain_table_are_not_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at, number = [], cells.number_in
    for module in (cells, tables):
        monkeypatch.setattr(
            module, "number_in", lambda *each, **how: looked_at.append(each) or number(*each, **how)
        )
    assert len(tables.parse(LONG)) == 5_000
    assert len(looked_at) < 1_000
