"""The command line: what it prints, what it refuses, and that it needs neither Qt nor a screen."""

import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from micrograd.language import columns, write_plainly
from micrograd_gui import languages
from micrograd_gui.app import cli, headless, start
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.files import documents
from micrograd_gui.files.lessons import lesson_names
from micrograd_gui.session import measure

LECTURE = ("-e", "L = (a*b + c) * f", "--set", "a=2", "--set", "b=-3", "--set", "c=10", "--set", "f=-2")


class Said:
    """What a call of the command line gave."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(languages, "_asked", languages._asked)  # as it was, in the end

    def call(*arguments: str) -> Said:
        status = cli.main(arguments)
        out, err = capsys.readouterr()
        return Said(status, out, err)

    return call


def program(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line as a program of its own, without a screen."""
    root = str(Path(__file__).resolve().parents[2])
    blind = {
        name: text
        for name, text in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "micrograd_gui", *arguments],
        cwd=cwd,
        env={**blind, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        timeout=100,
    )


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
def test_sign_and_verdict_are_told_where_the_encoding_has_neither(tmp_path: Path, encoding: str) -> None:
    done = program("check", "-e", "L = a*b", "--set", "a=-1.5", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert "?" not in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.startswith("a "))
    assert row.split()[1] == "-1.5000"
    assert row.split()[-1] == "ok" or "ok both zero" in row
    refused = program("check", "−a", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert "-a" in refused.stderr
    assert "\\u" not in refused.stderr


def test_letters_that_an_encoding_lacks_keep_their_base() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    try:
        write_plainly(stream)
        stream.write("Größe für „L“, étape, ¿qué?, −½ × 2ⁿ → x ≠ β_Δ, 重, ☐")
        widths = columns("größe"), columns("重"), columns("β")
    finally:
        write_plainly(sys.stdout)
    stream.flush()
    stream.seek(0)
    assert stream.read() == 'Groesse fuer "L", etape, que?, -? x 2^n -> x != beta_Delta, \\u91cd, ?'
    assert widths == (7, 6, 4)
    assert (columns("größe"), columns("重"), columns("e\u0301")) == (5, 2, 1)


def test_a_terminal_that_cannot_write_the_language_is_spoken_to_in_english(
    said: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(languages, "is_legible", lambda *_: False)
    try:
        done = said("check", "-e", "L = a*b", "--language", "ja")
        assert "gradients agree" in done.out
        assert said("render", "reuse", "--language", "ja", "-o", str(tmp_path / "r.svg")).status == 0
        assert languages.used() == "ja"
    finally:
        languages.use("en")
    monkeypatch.undo()
    languages.use("ja")
    ascii_file, shift_jis = (io.TextIOWrapper(io.BytesIO(), encoding=each) for each in ("ascii", "shift_jis"))
    try:
        assert not languages.is_legible(sys.stdout, ascii_file)
        assert languages.is_legible(shift_jis, None)
        languages.use("es")
        assert languages.is_legible(ascii_file)
    finally:
        languages.use("en")


@pytest.mark.parametrize("first", [("--language", "de"), ("--language=de",)])
def test_the_language_may_stand_before_the_command(said: Any, first: tuple[str, ...]) -> None:
    try:
        done = said(*first, "check", "-e", "L = a*b")
    finally:
        languages.use("en")
    assert (done.status, done.err) == (0, "")
    assert "stimmen" in done.out


@pytest.mark.parametrize("code", ["de", "ja"])
def test_help_fits_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    languages.use(code)
    try:
        lines = cli.parsers()[""].format_help().splitlines()
    finally:
        languages.use("en")
    assert any("FILE" in each for each in lines)
    assert [each for each in lines if columns(each) > 80 and not each.startswith("  micrograd-gui ")] == []


# check -------------------------------------------------------------------------------------------


def test_check_json_prints_one_object_with_the_numbers_of_the_contract(said: Any) -> None:
    done = said("check", *LECTURE, "--json")
    whole = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert whole["target"] == "L"
    assert whole["h"] == 1e-6
    assert whole["ok"] is True
    rows = {row["label"]: row for row in whole["nodes"]}
    assert {"id", "label", "op", "data", "analytic", "numeric", "error", "ok"} <= rows["a"].keys()
    assert (rows["a"]["op"], rows["a"]["data"], rows["a"]["analytic"]) == (None, 2.0, 6.0)
    assert rows["a"]["numeric"] == pytest.approx(6.0, abs=1e-6)
    assert (rows["L"]["op"], rows["L"]["data"], rows["L"]["analytic"]) == ("*", -8.0, 1.0)


@pytest.mark.parametrize("name", documents.example_names())
def test_check_finds_all_examples_in_order(said: Any, name: str) -> None:
    done = said("check", name)
    assert done.status == 0
    assert done.out.splitlines()[-1] == "Analytic and numeric gradients agree at every node."
    lines = done.out.splitlines()[2:-2]
    assert lines[0].split() == ["node", "data", "analytic", "numeric", "error"]
    assert all(line.split()[-1] in ("✓", "zero", "kink", "small") for line in lines[1:])


def test_check_gives_1_where_gradients_disagree(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def found_wrong(graph: Graph, h: float) -> tuple[measure.Checked, ...]:
        return tuple(replace(row, ok=graph.nodes[row.node].label != "b") for row in rows)

    rows = measure.check(graph_from_expression("L = a*b"), 1e-6)
    monkeypatch.setattr(measure, "check", found_wrong)
    done = said("check", "-e", "L = a*b")
    assert done.status == 1
    assert "✗" in done.out
    assert "disagree at b." in done.out
    again = said("check", "-e", "L = a*b", "--json")
    assert (again.status, json.loads(again.out)["ok"]) == (1, False)


def test_a_number_that_is_not_finite_is_null_in_json(said: Any) -> None:
    done = said("check", "-e", "L = x*x", "--set", "x=1e-3", "--h", "1e200", "--json")
    whole = json.loads(done.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert any(row["numeric"] is None or row["error"] is None for row in whole["nodes"])
    assert "null" in program("check", "--help", cwd=Path()).stdout


@pytest.mark.parametrize(("text", "ends"), [("x = 709.7; L = exp(x)", "inf"), ("x = 0.5; L = log(x)", "nan")])
def test_what_leaves_the_numbers_within_h_is_said_in_table_and_json(said: Any, text: str, ends: str) -> None:
    done = said("check", "-e", text, "--h", "1")
    assert done.status == 1
    assert f"✗ not finite: moved by h, the target is {ends}" in done.out
    again = said("check", "-e", text, "--h", "1", "--json")
    rows = {row["label"]: row for row in json.loads(again.out)["nodes"]}
    assert (again.status, rows["x"]["ok"]) == (1, False)
    assert rows["x"]["reason"] == f"not finite: moved by h, the target is {ends}"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("L = a**3", ["a=0"]),
        ("L = a*a*a", ["a=0"]),
        ("L = (a-b)**3", ["a=2", "b=2"]),
        ("L = a**2*sin(a)", ["a=0"]),
        ("L = log(p)", ["p=1e-7"]),
        ("L = p**-0.5", ["p=3e-8"]),
        ("e = exp(a); f = exp(b); L = -log(e/(e + f))", ["a=0", "b=16"]),
        ("L = relu(a) + 0*a", ["a=0"]),
    ],
)
def test_a_right_gradient_is_never_called_wrong(said: Any, text: str, settings: list[str]) -> None:
    arguments = ["-e", text, *(word for setting in settings for word in ("--set", setting))]
    done = said("check", *arguments)
    assert (done.status, "✗" in done.out) == (0, False)
    assert json.loads(said("check", *arguments, "--json").out)["ok"] is True


@pytest.mark.parametrize(
    ("text", "settings", "node", "words"),
    [
        ("s = a**b; t = x*y; L = s + t", ["a=-2", "b=-3"], "b", "slope is nan: log of a negative base"),
        ("L = sin(a*b)", ["a=1e8", "b=1e8"], "a", "cannot be told: rounding"),
    ],
)
def test_what_cannot_be_told_is_said_at_its_node_and_the_rest_is_checked(
    said: Any, text: str, settings: list[str], node: str, words: str
) -> None:
    arguments = ["-e", text, *(word for setting in settings for word in ("--set", setting))]
    done = said("check", *arguments)
    assert (done.status, done.err) == (1, "")
    assert f"? {words}" in done.out
    whole = json.loads(said("check", *arguments, "--json").out)
    rows = {row["label"]: row for row in whole["nodes"]}
    assert whole["ok"] is None
    assert (rows[node]["ok"], rows[node]["reason"], rows[node]["verdict"]) == (None, words, "cannot be told")
    assert rows["L"]["ok"] is True


def test_an_expression_may_begin_with_a_minus_sign(said: Any) -> None:
    assert said("check", "-e", "-a*b").status == 0


# render ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "suffix", ["svg", "png", "pdf", "dot", "gif", "webp", "tex", "mmd", "html", "micrograd"]
)
def test_render_writes_the_file_and_names_it(said: Any, tmp_path: Path, suffix: str) -> None:
    done = said("render", "square", "-o", f"picture.{suffix}")
    assert (done.status, done.out, done.err) == (0, f"picture.{suffix}\n", "")
    assert (tmp_path / f"picture.{suffix}").stat().st_size > 100


def test_render_shows_the_end_of_a_whole_run_unless_a_step_is_named(said: Any, tmp_path: Path) -> None:
    for out, step in (("none", ()), ("last", ("--step", "last")), ("two", ("--step", "2"))):
        assert said("render", *LECTURE, "-o", f"{out}.svg", *step).status == 0
    none, last, two = ((tmp_path / f"{name}.svg").read_text("utf-8") for name in ("none", "last", "two"))
    assert ">6.0000<" in none
    assert ">6.0000<" in last
    outline = PALETTES["light"].accent
    assert outline in last
    assert outline not in none, "a result, and no step of it stands out"
    assert ">6.0000<" not in two


def test_render_all_steps_names_each_file(said: Any) -> None:
    done = said("render", "square", "-o", "s.svg", "--step", "all")
    assert done.out.split() == [f"s-{number:02}.svg" for number in range(4)]


def test_render_takes_a_file(said: Any, tmp_path: Path) -> None:
    documents.write(tmp_path / "mine.micrograd", graph_from_expression("u = 2; w = u*u"))
    assert said("render", "mine.micrograd", "-o", "mine.svg", "--set", "u=5").status == 0
    assert ">25.0000<" in (tmp_path / "mine.svg").read_text("utf-8")


def test_a_file_is_replaced_in_one_move_or_not_at_all(said: Any, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("old")
    assert said("render", "nothing", "-o", "a.svg").status == 2
    assert (tmp_path / "a.svg").read_text() == "old"
    assert said("render", "square", "-o", "a.svg").status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


# examples, version, help -------------------------------------------------------------------------


def test_examples_are_listed_by_name(said: Any) -> None:
    lines = said("examples").out.splitlines()
    assert [line.split()[0] for line in lines] == list(documents.example_names())


def test_lessons_are_listed_by_name(said: Any) -> None:
    lines = said("lessons").out.splitlines()
    assert [line.split()[0] for line in lines] == list(lesson_names())


def test_lessons_are_checked_by_playing_them(said: Any, tmp_path: Path) -> None:
    assert said("lessons", "--check", "chain-rule", "slope").status == 0
    bad = tmp_path / "mine.toml"
    step = '[[steps]]\ntext = "t"\nhint = "h"\ngoal = { grad = { a = 7 } }\nanswer = ["backward"]\n'
    bad.write_text(f'format = "micrograd-lesson"\ntitle = "t"\nopens = "lecture"\n{step}', "utf-8")
    found = said("lessons", "--check", "mine.toml")
    assert (found.status, found.err) == (1, "")
    assert "mine.toml: steps[0].goal: the answer does not reach it" in found.out
    bad.write_text("no lesson", "utf-8")
    refused = said("lessons", "--check", "mine.toml")
    assert (refused.status, refused.out) == (2, "")
    assert "“mine.toml” is not a lesson" in refused.err


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("render", "--help"), ("check", "--help")]
)
def test_version_and_help_end_well(said: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as end:
        said(*arguments)
    assert end.value.code == 0


# Refusals ----------------------------------------------------------------------------------------

BAD = {
    "no source": (("check",), "file (or an example) or an expression"),
    "two sources": (("check", "neuron", "-e", "a*b"), "file (or an example) or an expression"),
    "an unknown lesson": (("--lesson", "nix"), "neither a lesson nor a file"),
    "a lesson and a graph": (("--lesson", "slope", "neuron"), "name either a lesson or a graph"),
    "an unknown name": (("check", "nix"), "neither a file nor an example"),
    "an empty name": (("check", ""), "“” is neither a file nor an example"),
    "a missing file": (("check", "nix.micrograd"), "“nix.micrograd” cannot be read: there is no such file"),
    "a broken expression": (("check", "-e", "a*"), "Column 3"),
    "an unknown function": (("check", "-e", "erfc(a)"), "no function “erfc”"),
    "code": (("check", "-e", "__import__('os').system('ls')"), "Column 1"),
    "log of 0": (("check", "-e", "log(a)", "--set", "a=0"), "log of 0"),
    "division by 0": (("check", "-e", "L = a/b", "--set", "b=0"), "division by 0"),
    "h = 0": (("check", "neuron", "--h", "0"), "--h must be larger than 0"),
    "h below 0": (("check", "neuron", "--h", "-1e-6"), "h must be larger than 0"),
    "h is no number": (("check", "neuron", "--h", "abs"), "--h must be a number, not “abs”"),
    "h is infinite": (("check", "neuron", "--h", "inf"), "finite"),
    "a setting without =": (("check", "neuron", "--set", "b"), "like a=2, not “b”"),
    "a setting of no leaf": (("check", "neuron", "--set", "zz=1"), "no node called “zz”"),
    "a setting of a computed node": (("check", "neuron", "--set", "o=1"), "o is computed"),
    "a setting of no number": (("check", "neuron", "--set", "b=abs"), "value of b must be a number"),
    "no output": (("render", "neuron"), "-o"),
    "an unknown suffix": (("render", "neuron", "-o", "a.xyz"), "suffix “.xyz” is not known"),
    "a missing folder": (("render", "neuron", "-o", "none/a.svg"), "no folder “none”"),
    "a step out of range": (("render", "neuron", "-o", "a.svg", "--step", "99"), "from 0 to 11"),
    "digits of a form that has its own": (
        ("render", "neuron", "-o", "a.csv", "--digits", "3"),
        "--digits is of no use to a .csv: it goes with one of .svg, .png",
    ),
    "pixels of an SVG": (
        ("render", "neuron", "-o", "a.svg", "--scale", "3"),
        "--scale is of no use to a .svg: it goes with one of .png, .gif, .webp.",
    ),
    "a step of a script": (("render", "neuron", "-o", "a.py", "--step", "3"), "--step is of no use to a .py"),
    "a width below 0": (
        ("render", "neuron", "-o", "a.svg", "--width", "-3cm"),
        "--width must be a length with its unit, such as 8.4cm",
    ),
    "a text below 0": (("render", "neuron", "-o", "a.svg", "--text", "-.5pt"), "not “-.5pt”"),
    "an endless name": (("check", "x" * 5000), "neither a file nor an example"),
    "an unknown theme": (("render", "neuron", "-o", "a.svg", "--theme", "pink"), "invalid choice: 'pink'"),
    "an unknown option": (("check", "neuron", "--fast"), "--fast"),
    "an unknown option of the window": (("--fast",), "--fast"),
    "a second file": (("check", "neuron", "square"), "square"),
    "a window on nothing": (("nix",), "neither a file nor an example"),
    "a window on a broken expression": (("-e", "(a"), "never closed"),
    "a window with settings only": (("--set", "a=2"), "file (or an example) or an expression"),
    "training, so far": (("train", "neuron"), "no row to train on"),
}


@pytest.mark.parametrize(("arguments", "words"), BAD.values(), ids=BAD.keys())
def test_bad_input_gives_one_sentence_and_status_2_and_writes_nothing(
    said: Any, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = said(*arguments)
    assert done.status == 2
    assert done.out == ""
    assert words in done.err
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    assert not list(tmp_path.iterdir())


def test_a_control_character_in_a_name_does_not_reach_the_terminal(said: Any) -> None:
    assert "\x1b" not in said("check", "\x1b[31mred").err
    assert said("check", "a\nb.micrograd").err.count("\n") == 1


# The window --------------------------------------------------------------------------------------


@pytest.mark.qt  # no window is opened on it, but it must be one that could be
@pytest.mark.parametrize(
    ("arguments", "title"),
    [((), None), (("neuron",), "neuron"), (("mine.micrograd",), ""), (("-e", "a*b"), "expression")],
)
def test_without_a_command_the_window_opens_on_the_source(
    said: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], title: str | None
) -> None:
    documents.write(tmp_path / "mine.micrograd", graph_from_expression("u = 2; w = u*u"))
    opened: list[Any] = []

    def run_window(source: Any) -> int:
        opened.append(source)
        return 0

    monkeypatch.setattr(start, "run_window", run_window)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert said(*arguments).status == 0
    assert (None if opened[0] is None else opened[0].title) == title
    if arguments == ("mine.micrograd",):
        assert opened[0].path == Path("mine.micrograd")


# Without Qt and without a screen -----------------------------------------------------------------


def test_a_command_loads_no_qt(tmp_path: Path) -> None:
    """One after the other in one process: what is loaded stays, so the first that loads it is told."""
    commands = [
        ["check", "neuron", "--json"],
        ["examples"],
        ["lessons", "--check", "slope"],
        *(["render", "square", "-o", f"a.{each}"] for each in ("svg", "png", "pdf", "gif", "tex", "html")),
    ]
    code = (
        "import sys\nfrom micrograd_gui.app.cli import main\n"
        f"for command in {commands!r}:\n"
        "    if status := main(command):\n"
        "        sys.exit(f'{command} ended with {status}')\n"
        "    if any(name.startswith(('PySide6', 'shiboken6')) for name in sys.modules):\n"
        "        sys.exit(f'{command} loads Qt')"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_check_of_a_small_graph_loads_neither_numpy_nor_the_log(tmp_path: Path) -> None:
    code = (
        "import sys; from micrograd_gui.app.cli import main; status = main(['check', 'lecture'])\n"
        "print(status, *sorted({'numpy', 'logging', 'json', 'micrograd_gui.door'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0"


def test_a_picture_enters_at_most_47_of_our_files(tmp_path: Path) -> None:
    code = (
        "import sys; from micrograd_gui.app.cli import main; main(['render', 'neuron', '-o', 'n.svg'])\n"
        "print(*sorted(name for name in sys.modules if name.split('.')[0] in ('micrograd', 'micrograd_gui')))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    entered = done.stdout.splitlines()[-1].split()
    assert len(entered) <= 47, entered  # two of them to hold Graphviz within bounds


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, "-m", "micrograd_gui", "check", "neuron"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.qt
def test_without_a_screen_the_neuron_is_played_through(tmp_path: Path) -> None:
    done = program(cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for sentence in (
        "o = tanh(n) = tanh(0.8814) = 0.7071",
        "n.grad += (1 − o.data²) × o.grad",
        "x1.grad += w1.data × x1w1.grad = −3.0000 × 0.5000 = −1.5000",
        "Analytic and numeric gradients agree at every node.",
    ):
        assert sentence in done.stdout
    assert "NUDGE" in done.stdout
    made = {path.name: path.stat().st_size for path in (tmp_path / "out").iterdir()}
    assert made.keys() == {"neuron.svg", "neuron.png", "neuron.pdf", "neuron.gif", "window.png"}
    assert min(made.values()) > 1000


def test_the_picture_of_the_window_is_of_the_language_that_was_asked_for(tmp_path: Path, monkeypatch) -> None:
    given: dict[str, str] = {}

    def ran(order: list[str], *, env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
        given.update(env)
        return subprocess.CompletedProcess(order, 0)

    monkeypatch.setattr(subprocess, "run", ran)
    languages.use("de")
    try:
        headless.window_picture(documents.load_example("neuron"), "neuron", tmp_path / "window.png")
    finally:
        languages.use("en")
    assert given["MICROGRAD_GUI_LANGUAGE"] == "de"


def test_without_a_screen_a_graph_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    done = program("-e", "L = log(a)", "--set", "a=0", cwd=tmp_path)
    assert done.returncode == 2
    assert "log of 0" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def _in_a_shell(command: str) -> subprocess.CompletedProcess[str]:
    """The command line with its channels as a shell makes them."""
    program = f"{shlex.quote(sys.executable)} -m micrograd_gui"
    root = str(Path(cli.__file__).parents[2])
    return subprocess.run(
        ["sh", "-c", command.replace("PROGRAM", program)], capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["check lecture", "examples", "render --help", "--version"])
def test_a_full_disk_is_told_in_one_sentence(arguments: str) -> None:
    done = _in_a_shell(f"PROGRAM {arguments} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "The output cannot be written: No space left on device.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_refusal_never_goes_to_standard_output() -> None:
    done = _in_a_shell("PROGRAM check nowhere --json 2>&-")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_picture_that_graphviz_would_take_too_much_for_is_made_and_told_on_standard_error(
    said: Any,
) -> None:
    sums = "; ".join(["x = 1", "s = x", *["s = s + x"] * 150])
    done = said("render", "-e", sums, "-o", "sums.svg")
    assert (done.status, done.out) == (0, "sums.svg\n")
    assert done.err == (
        "The graph stands in plain layers: Graphviz would take too long, for many wires go far.\n"
    )
