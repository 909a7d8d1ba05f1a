"""A file may be named by its address: file:///lecture/net.micrograd, wherever a file is named."""

import socket
from pathlib import Path

import pytest

import micrograd_gui as mg
from micrograd_gui.app.cli import main
from micrograd_gui.document.errors import Refusal
from micrograd_gui.files.documents import SUFFIXES, as_path, is_address, open_named, resolve
from micrograd_gui.files.lessons import open_lesson
from micrograd_gui.resource import resource


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A graph in a file whose name an address has to write otherwise."""
    path = tmp_path / "a b#é%.micrograd"
    mg.write(mg.read("lecture"), path)
    return path


def test_an_address_of_a_file_is_read_as_its_path(file: Path) -> None:
    address = file.as_uri()
    assert "%20" in address
    for each in (
        address,
        address.replace("file://", "file://localhost"),
        address.replace("file://", "FILE:"),
        address.replace("file://", f"file://{socket.gethostname()}"),
    ):
        assert is_address(each)
        assert Path(as_path(each)) == file


@pytest.mark.parametrize("name", ["lecture", "a.micrograd", "/tmp/a.svg", "C:/a.svg", "./file:a", "L = a*b"])
def test_a_name_stays_as_it_is(name: str) -> None:
    assert as_path(name) == name
    assert not is_address(name)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("file://server/a.micrograd", "is on another machine, “server”: only files of this one are opened"),
        ("https://example.org/a.micrograd", "is no file of this machine: save it here first"),
        ("file:///a.micrograd?x", "has a [?] or a #"),
        ("file:///a.micrograd#x", "has a [?] or a #"),
        ("file:///a%00.micrograd", "names no file"),
        ("file://[a/b.micrograd", "cannot be read as an address"),
        ("file://localhost", "names no file"),
    ],
)
def test_another_address_is_refused_in_a_sentence(address: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        open_named(address)


def test_all_ways_to_open_take_an_address(file: Path) -> None:
    assert len(mg.read(file.as_uri())) == 7
    assert resolve(file.as_uri()).path == file
    beside = file.with_name("ä.micrograd")
    mg.write(mg.read("lecture"), beside.as_uri())
    assert beside.exists()
    lesson = resource("lessons", "01-slope.toml")
    assert open_lesson(lesson.as_uri()).steps == open_lesson(lesson).steps


def test_each_command_takes_an_address(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "a b.svg"
    assert main(["check", file.as_uri()]) == 0
    assert main(["render", file.as_uri(), "-o", out.as_uri()]) == 0
    assert out.exists()
    lesson = resource("lessons", "01-slope.toml").as_uri()
    assert main(["lessons", "--check", lesson]) == 0
    for arguments in (["check"], ["render", "-o", "a.svg"], ["train"], []):
        capsys.readouterr()
        assert main([*arguments, "file://server/a.micrograd"]) == 2
        assert "is on another machine, “server”" in capsys.readouterr().err


def test_help_names_each_kind_of_file_that_opens(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["check"]):
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        words = capsys.readouterr().out.replace(",", " ").replace("(", " ").replace(")", " ").split()
        assert {*SUFFIXES, "file:///…"} <= {word.rstrip(";") for word in words}
