"""The log: a logger for each room, on standard error with --debug, its last lines kept for a report."""

import logging
from pathlib import Path

import pytest

from micrograd_gui import log
from micrograd_gui.app.cli import main
from micrograd_gui.files import documents


@pytest.fixture(autouse=True)
def _nothing_is_left_behind():
    yield
    room = logging.getLogger(log.NAME)
    for handler in list(room.handlers):
        log.detach(handler)
    assert room.level == logging.NOTSET


def test_a_module_logs_under_the_name_of_its_room() -> None:
    assert log.logger_of("micrograd_gui.files.documents").name == "micrograd_gui.files"
    assert log.logger_of("micrograd_gui.log").name == "micrograd_gui.log"


@pytest.mark.parametrize("arguments", [["--debug", "check", "lecture"], ["check", "lecture", "--debug"]])
def test_debug_puts_the_log_on_standard_error(arguments: list[str], capsys: pytest.CaptureFixture) -> None:
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert "INFO micrograd_gui.files: reading " in err
    assert "micrograd_gui.files" not in out


def test_without_it_nothing_is_said(capsys: pytest.CaptureFixture) -> None:
    assert main(["check", "lecture"]) == 0
    assert capsys.readouterr().err == ""


def test_the_last_lines_are_kept(tmp_path: Path) -> None:
    kept = log.keep_last_lines()
    graph = documents.load_example("square")
    for number in range(log.LINES_KEPT + 5):
        documents.write(tmp_path / f"{number}.micrograd", graph)
    assert len(kept.lines) == log.LINES_KEPT
    assert kept.lines[-1].endswith(f"micrograd_gui.files: wrote {tmp_path / '204.micrograd'}")
