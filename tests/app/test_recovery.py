"""What is not saved survives the end of the program, however it comes, and is offered by the next start."""

import os
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from micrograd_gui.app.start import errors_shown
from micrograd_gui.files import documents, recovery
from tests.killed_window import Program, digest, digest_found

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")


def kept() -> list[Path]:
    return sorted(recovery.folder().glob("*.recovery"))


@pytest.fixture
def worked(opened, qtbot):
    """A window with unsaved work, which the disk knows."""

    def work(source: object = "neuron"):
        window = opened(source)
        session = window.session
        before = len(kept())
        session.set_value(1, 7.25)
        session.backward_step()
        session.backward_step()
        session.select([1, 2])
        window.recovering().hurry()
        qtbot.waitUntil(lambda: len(kept()) > before)
        return window

    return work


def vanish(window) -> None:
    """As if the program had been killed: the window is gone, its file stays, nobody holds it."""
    window.recovering().abandon()
    window.session.saved_as_is()
    window.close()


def offer_of(window, qtbot) -> QWidget:
    qtbot.waitUntil(lambda: window.findChild(QWidget, "recovery") is not None)
    return window.findChild(QWidget, "recovery")


def press(widget: QWidget, name: str) -> None:
    widget.findChild(QPushButton, name).click()


def only_left(folder: Path):
    """What is in the one recovery file below the folder."""
    (file,) = folder.rglob("*.recovery")
    return recovery.read(file)


@posix
@pytest.mark.slow(5)
def test_what_was_killed_is_offered_comes_back_as_it_was_and_stays_until_it_is_saved(tmp_path) -> None:
    with Program(tmp_path, "edit") as program:
        was = program.report("edited")["state"]
        program.wait_until_kept(tmp_path)
        program.process.send_signal(signal.SIGKILL)
        assert program.ended() == -signal.SIGKILL
    with Program(tmp_path, "recover", then="die") as program:
        found = program.report("recovered")
        assert (found["state"], found["name"], found["offered"]) == (was, "neuron", 1)
    assert digest_found(only_left(tmp_path)) == was  # it was killed while it recovered


@posix
@pytest.mark.slow(2)
def test_a_program_that_is_told_to_end_writes_what_is_on_screen_first(tmp_path) -> None:
    with Program(tmp_path, "edit") as program:
        was = program.report("edited")["state"]
        program.process.send_signal(signal.SIGTERM)
        assert program.ended() == -signal.SIGTERM
    assert digest_found(only_left(tmp_path)) == was


@posix
@pytest.mark.slow(3)
def test_ctrl_c_asks_about_unsaved_work_and_another_one_ends_it_at_once(tmp_path) -> None:
    with Program(tmp_path, "edit", "tell_question") as program:
        program.report("edited")
        program.process.send_signal(signal.SIGINT)
        program.report("asked")
        program.process.send_signal(signal.SIGINT)
        assert program.ended() == 130
        assert program.complaints() == ""
    assert len(list((tmp_path / "xdg_state_home").rglob("*.recovery"))) == 1


@posix
@pytest.mark.slow(2)
def test_ctrl_c_ends_a_window_without_unsaved_work(tmp_path) -> None:
    with Program(tmp_path, "nothing") as program:
        program.report("ready")
        program.process.send_signal(signal.SIGINT)
        assert program.ended() == 130
        assert program.complaints() == ""
    assert not list(tmp_path.rglob("*.recovery"))


def test_only_their_owner_can_read_recovery_files(worked) -> None:
    worked()
    (file,) = kept()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_recovered_is_graph_moment_and_selection_not_saved(worked, opened, qtbot) -> None:
    first = worked("moons")
    was = digest(first.session.state)
    vanish(first)
    second = opened("lecture")
    press(offer_of(second, qtbot), "recovery_recover")
    qtbot.waitUntil(lambda: second.session.state.unsaved)
    assert digest(second.session.state) == was
    assert second.documents.name == "moons"
    assert second.isWindowModified()
    assert len(kept()) == 1  # until it is saved
    qtbot.waitUntil(lambda: second.findChild(QWidget, "recovery") is None)


def test_recovering_in_place_of_unsaved_work_asks_and_is_on_the_disk_all_the_time(
    worked, opened, qtbot, monkeypatch
) -> None:
    first = worked("moons")
    was = digest(first.session.state)
    vanish(first)
    (file,) = kept()
    second = worked("lecture")
    offer = offer_of(second, qtbot)
    gone = []
    remove = recovery.Slot.remove
    monkeypatch.setattr(recovery.Slot, "remove", lambda slot: (gone.append(slot.path), remove(slot)))
    press(offer, "recovery_recover")
    second.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    qtbot.waitUntil(lambda: digest(second.session.state) == was)
    second.recovering().hurry()
    qtbot.waitUntil(lambda: len(kept()) == 1)
    assert file not in gone
    assert digest_found(recovery.read(file)) == was


def test_saving_removes_it(worked, tmp_path, qtbot) -> None:
    window = worked()
    window.documents.save_to(tmp_path / "kept.micrograd")
    qtbot.waitUntil(lambda: not kept())


def test_undoing_all_removes_it(worked, qtbot) -> None:
    window = worked()
    window.session.undo()
    qtbot.waitUntil(lambda: not kept())


def test_discarding_it_when_the_window_closes_removes_it_and_its_lock(worked, qtbot) -> None:
    window = worked()
    window.close()
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert os.listdir(recovery.folder()) == []


def test_what_is_offered_can_be_saved_elsewhere_or_discarded(worked, opened, tmp_path, qtbot) -> None:
    graph = None
    for source in ("neuron", "lecture"):
        window = worked(source)
        graph = window.session.state.graph
        vanish(window)
    second = opened("reuse")
    offer = offer_of(second, qtbot)
    rows = offer.findChildren(QWidget, "recovery_entry")
    assert [row.accessibleName().split(",")[0] for row in rows] == ["lecture", "neuron"]
    press(rows[0], "recovery_save")
    dialog = second.findChild(QWidget, "file")
    dialog.fileSelected.emit(str(tmp_path / "elsewhere.micrograd"))
    dialog.close()
    assert documents.read(tmp_path / "elsewhere.micrograd").nodes == graph.nodes
    press(rows[1], "recovery_discard")
    assert os.listdir(recovery.folder()) == []
    qtbot.waitUntil(lambda: second.findChild(QWidget, "recovery") is None)
    assert second.documents.name == "reuse"


def test_what_is_put_off_is_offered_by_the_next_start(worked, opened, qtbot) -> None:
    vanish(worked())
    for _ in range(2):
        window = opened("lecture")
        press(offer_of(window, qtbot), "recovery_later")
        assert len(kept()) == 1


def test_the_file_of_a_window_that_lives_is_not_offered(worked, opened, qtbot) -> None:
    worked()
    second = opened("lecture")
    with qtbot.waitSignal(second.recovering().looked):
        second.recovering().look()
    assert second.findChild(QWidget, "recovery") is None
    assert len(kept()) == 1


def test_two_windows_do_not_offer_the_same(worked, opened, qtbot) -> None:
    vanish(worked())
    offer_of(opened("lecture"), qtbot)
    third = opened("lecture")
    with qtbot.waitSignal(third.recovering().looked):
        third.recovering().look()
    assert third.findChild(QWidget, "recovery") is None


def test_it_knows_its_file_and_says_that_it_has_changed_since(worked, opened, tmp_path, qtbot) -> None:
    path = tmp_path / "own.micrograd"
    documents.write(path, documents.load_example("neuron"))
    vanish(worked(path))
    path.write_text(path.read_text().replace("x1", "other"))
    second = opened("lecture")
    offer = offer_of(second, qtbot)
    press(offer, "recovery_recover")
    qtbot.waitUntil(lambda: second.session.state.unsaved)
    assert second.session.state.path == path
    assert (
        second.message.text() == "Recovered own, not saved yet. Its file “own.micrograd” has changed since."
    )
    assert "other" in path.read_text()


def test_an_exception_in_a_slot_writes_it(opened, qtbot, capsys) -> None:
    window = opened("neuron")
    with qtbot.captureExceptions(), errors_shown(window.say, lambda: window.recovering().hurry()):
        window.session.set_value(1, 7.25)
        assert not kept()
        sys.excepthook(RuntimeError, RuntimeError("a fault"), None)
        qtbot.waitUntil(lambda: len(kept()) == 1)


def test_a_graph_built_in_a_lesson_is_kept_in_time_though_the_loop_keeps_python_to_itself(opened) -> None:
    window = opened("neuron")
    window.recovering()
    window.begin_lesson("graph")
    number = window.session.add_node("tanh")
    QTest.qWait(1900)  # which lets no other thread of Python run
    (file,) = kept()
    assert recovery.read(file).graph.nodes[number].op == "tanh"


def test_live_values_are_kept_though_nobody_changed_them(opened, qtbot) -> None:
    from micrograd import Value

    a = Value(2.0, label="a")
    window = opened(a * a)
    window.recovering().hurry()
    qtbot.waitUntil(lambda: len(kept()) == 1)
    window.documents.open_example("neuron")
    qtbot.waitUntil(lambda: not kept())


def test_a_folder_that_cannot_be_written_to_is_said_once(opened, qtbot, tmp_path, monkeypatch) -> None:
    (tmp_path / "state").write_text("a file")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    window = opened("neuron")
    window.session.set_value(1, 7.25)
    window.recovering().hurry()
    qtbot.waitUntil(lambda: "would be lost in a crash" in window.message.text())
    assert "“recovery” cannot be written" in window.message.text()
