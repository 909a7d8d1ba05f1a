"""run.py sets up once, repairs what was interrupted, says in a sentence what it cannot, and does the rest."""

import ast
import contextlib
import errno
import importlib.util
import os
import re
import subprocess
import sys
import threading
import tomllib
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from micrograd_gui import version

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py of a checkout in a folder with a space in its name, where nothing has to be installed."""
    spec = importlib.util.spec_from_file_location("run_of_the_checkout", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    root = tmp_path / "a checkout"
    root.mkdir()
    locks = {name: getattr(module, name) for name in ("USE", "TESTS")}
    locks = {name: lock._replace(path=root / lock.path.name) for name, lock in locks.items()}
    for lock in locks.values():
        lock.path.write_text("")
    (root / "micrograd_gui.py").write_text("")
    venv = root / ".venv"
    paths = {"ROOT": root, "VENV": venv, "LOG": venv / module.LOG.name, "COMING": venv / "coming"}
    paths |= locks | {
        "STAMP": venv / module.STAMP.name,
        "PYTHON": venv / module.PYTHON.relative_to(module.VENV),
    }
    for name, path in paths.items():
        monkeypatch.setattr(module, name, path)
    module.really_install = module.install
    module.installed = []
    monkeypatch.setattr(module, "install", lambda locks, *_, **__: module.installed.append(locks))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return module


def test_run_imports_the_standard_library_only() -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "run.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).split(".")[0])
    assert imported <= sys.stdlib_module_names | {"micrograd_gui"}  # for its version


def test_ctrl_c_is_heeded_before_run_loads_what_python_has_not_loaded_itself() -> None:
    source = (ROOT / "run.py").read_text("utf-8")
    first, _, _ = source.partition("import concurrent.futures")
    says = "print(signal.getsignal(signal.SIGINT) is not signal.default_int_handler, 'enum' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", first + says], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "False"], done.stderr


def test_an_environment_that_was_set_up_sees_the_checkout_and_is_ready(run: ModuleType) -> None:
    assert not run.is_ready()
    run.set_up()
    assert run.is_ready()
    code = "import micrograd_gui; print(micrograd_gui.__file__)"
    done = subprocess.run([run.PYTHON, "-P", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == str(run.ROOT / "micrograd_gui.py"), done.stderr


def test_a_new_lock_is_installed_into_the_environment_that_is_there(run: ModuleType) -> None:
    run.set_up()
    (run.VENV / "kept").touch()
    run.USE.path.write_text("# changed\n")
    assert not run.is_ready()
    run.set_up()
    assert run.is_ready()
    assert (run.VENV / "kept").exists()


@pytest.mark.parametrize("used_before", [False, True], ids=["first use", "new lock"])
def test_an_interrupted_set_up_is_begun_anew(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, used_before: bool
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        (run.VENV / "half a package").touch()
        raise KeyboardInterrupt

    if used_before:
        run.set_up()
        run.USE.path.write_text("# changed\n")
    with monkeypatch.context() as patch:
        patch.setattr(run, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run.set_up()
    assert not run.is_ready()
    run.set_up()
    assert run.is_ready()
    assert not (run.VENV / "half a package").exists()


def test_an_environment_that_someone_else_made_is_left_alone(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    run.VENV.mkdir()
    (run.VENV / "precious").touch()
    assert run.main([]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith(f"{run.VENV} was not made by run.py")
    assert (run.VENV / "precious").exists()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_checkout_that_may_not_be_written_is_told_so_in_a_sentence(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def refused(path: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(run, "only_one", refused)
    assert run.main([]) == 1
    kept = run.ROOT / ".venv.lock"
    expected = f"Set-up stopped: {kept} may not be written; start a copy of {run.ROOT} that is yours."
    assert capsys.readouterr().err.strip() == expected


def test_of_two_at_once_the_second_waits_and_installs_nothing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installing, go_on = threading.Event(), threading.Event()
    installed = []

    def slowly(*_: object, **__: object) -> None:
        installed.append(threading.current_thread().name)
        installing.set()
        assert go_on.wait(20)

    monkeypatch.setattr(run, "install", slowly)
    first = threading.Thread(target=run.set_up, name="first")
    first.start()
    assert installing.wait(20)
    second = threading.Thread(target=run.set_up, name="second")
    second.start()
    second.join(0.2)
    assert second.is_alive()
    go_on.set()
    first.join(20)
    second.join(20)
    assert installed == ["first"]
    assert "waiting for it" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows lets go of a lock with the process that took it")
def test_an_installer_that_outlives_a_killed_run_keeps_the_next_one_waiting(
    run: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "lock"
    holds = f"import os; held = {str(path)!r}\nfor fd in range(3, 5_000):\n    try:\n        "
    holds += "assert not os.path.samestat(os.fstat(fd), os.stat(held))\n    except OSError: pass"
    with run.only_one(path), (tmp_path / "log").open("w+b") as log:
        assert not run.succeeds([sys.executable, "-S", "-c", holds], log, tmp_path, None)
        log.seek(0)
        assert b"AssertionError" in log.read()


def test_packages_that_cannot_be_installed_are_a_sentence_and_a_log(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "install", run.really_install)
    monkeypatch.setattr(run.shutil, "which", lambda name: sys.executable)  # an installer that cannot install
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    assert run.main([]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("The packages could not be installed: ")
    assert last.endswith(f" ({run.LOG} has the whole story).")
    assert "can't open file" in run.LOG.read_text()
    assert not run.is_ready()


def test_a_python_without_any_installer_is_told_so_in_a_sentence(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "install", run.really_install)
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    assert run.main([]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("Set-up needs pip (Debian: apt-get install")


@pytest.fixture
def not_root_on_debian(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.sys, "platform", "linux")
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(run.shutil, "which", lambda name: name)
    for use in ("ANY_USE", "WINDOW_USE"):
        monkeypatch.setattr(run, use, {})


@pytest.mark.parametrize("tests", [False, True])
@pytest.mark.usefixtures("not_root_on_debian")
def test_a_missing_library_is_named_with_the_command_that_brings_it_and_the_rest_is_done(
    run: ModuleType, tests: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    run.ANY_USE["libno-such-thing.so.7"] = "libno-such-thing7"
    assert not run.see_to_libraries(tests)
    said = capsys.readouterr().err
    assert re.search(r"libno-such-thing\.so\.7.*apt-get install libno-such-thing7", said)
    assert said.endswith(
        "Left out: all tests that need Qt.\n" if tests else "Left out: the window, and the picture of one.\n"
    )


@pytest.mark.usefixtures("not_root_on_debian")
def test_without_qt_style_types_floors_and_tests_run_and_the_last_lines_say_what_was_left_out(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.ANY_USE["libno-such-thing.so.7"] = "libno-such-thing7"
    done = []

    def ran(command: list[str], quiet: bool = False) -> tuple[int, float, str]:
        done.append(command)
        return 0, 0.0, ""

    monkeypatch.setattr(run, "ran", ran)
    assert run.main(["--tests", "-x"]) == 0
    assert sorted("pytest" in command for command in done) == [False, False, False, True]
    assert next(command for command in done if "pytest" in command)[-3:] == ["-x", "-p", "no:pytest-qt"]
    assert "tests   passed in 0.0 s; those that need Qt were left out\n" in capsys.readouterr().err


@pytest.mark.usefixtures("not_root_on_debian")
def test_a_library_that_only_a_window_needs_does_not_stop_the_tests(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.WINDOW_USE["libno-such-thing.so.7"] = "libno-such-thing7"
    monkeypatch.setenv("DISPLAY", ":77")
    for tests, left_out in ((True, "tests of a real window"), (False, "the window")):
        assert run.see_to_libraries(tests)
        said = capsys.readouterr().err
        assert "libno-such-thing.so.7" in said
        assert said.endswith(f"Left out: {left_out}.\n")


def test_test_tools_are_installed_for_tests_alone_and_stay(run: ModuleType) -> None:
    run.set_up()
    assert run.is_ready()
    assert not run.is_ready(tests=True)
    run.set_up(tests=True)
    assert run.is_ready(tests=True)
    run.set_up()
    run.USE.path.write_text("# changed\n")
    run.set_up()
    assert run.is_ready(tests=True)
    both = [run.USE.path, run.TESTS.path]
    assert run.installed == [[run.USE.path], [run.TESTS.path], both]


WRITTEN = {  # what pip and uv have written, cut short, and what it means
    "NewConnectionError(': [Errno -3] Temporary failure in name resolution')\n"
    "ERROR: No matching distribution found for contourpy==1.3.3": "the package index cannot be reached",
    "error: Request failed after 3 retries in 5.4s\n  cause: dns error": "the package index cannot be",
    "ERROR: No matching distribution found for numpy==2.4.6": "the package index has no numpy==2.4.6 for ",
    "ERROR: Could not install packages: [Errno 28] No space left on device": "the disk is full",
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]": "the package index shows a ",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.": "a package that came is not",
    "ERROR: HTTP error 403 while getting https": "the package index lets nobody in here",
    "a\nERROR: Something else.\nb\n": "Something else",
    "a\nlast line\n": "last line",
    "": "the installer says nothing",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_why_an_installer_failed_is_said_in_its_own_words(run: ModuleType, written: str) -> None:
    assert run.cause(written).startswith(WRITTEN[written])


def test_progress_says_how_much_has_come_and_how_much_there_will_be(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = run.packages_of(run.VENV)
    for folder in (packages, run.COMING):
        folder.mkdir(parents=True)
    progress = run.Progress([run.USE])
    run.LOG.write_text(
        "Collecting numpy==2.4.6 (from -r requirements.lock)\n  Downloading numpy-2.4.6-cp311.whl\n"
    )
    sizes = {run.COMING: 45, packages: 0}
    monkeypatch.setattr(run, "size_of", lambda folder, suffix="": sizes[folder])
    progress.tell()
    assert capsys.readouterr().err == ""  # not yet
    for here, line in ((0, "downloaded 45 of about 131 MB"), (200, "installed 200 of about 420 MB")):
        progress.last -= 11
        sizes[packages] = here
        progress.tell()
        assert capsys.readouterr().err.startswith(f"  {line}")


def test_what_pip_has_twice_until_it_is_whole_is_counted_once(run: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "pip-unpack").mkdir()
    for name in ("pip-unpack/numpy.whl", "tmp1a2b3c"):
        with open(tmp_path / name, "wb") as file:
            file.truncate(45_000_000)
    assert run.size_of(tmp_path, ".whl") == 45
    assert run.size_of(tmp_path) == 90


def test_the_sizes_that_are_told_are_about_those_of_what_is_installed(run: ModuleType) -> None:
    for lock in (run.USE, run.TESTS):
        names = re.findall(r"^([\w.-]+)==", (ROOT / lock.path.name).read_text(), re.MULTILINE)
        size = 0
        for name in set(names):
            with contextlib.suppress(metadata.PackageNotFoundError):  # one of another system
                size += sum(file.size or 0 for file in metadata.files(name) or ())
        assert 0.7 < size / 1e6 / lock.installed < 1.1, (lock, size)  # compiled files have no size there


def test_the_version_is_told_without_a_set_up(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-E", "-s", "-S", str(ROOT / "run.py"), "--version"], capture_output=True, text=True
    )  # without anything that is installed
    assert done.stdout == f"micrograd-gui {version.told()}\n", done.stderr
    assert run.main(["--version"]) == 0
    assert capsys.readouterr().out == done.stdout
    assert not run.VENV.exists()


def test_help_takes_no_set_up(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "python3 run.py --tests" in said
    assert "--install-desktop" in said
    assert not run.VENV.exists()


def test_the_pythons_that_run_py_takes_are_those_of_the_project(run: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (oldest, newest), following = (run.OLDEST, run.NEWEST), run.NEWEST[1] + 1
    assert project["requires-python"] == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{following}"
    for minor in range(oldest[1], following):
        assert f"Programming Language :: Python :: 3.{minor}" in project["classifiers"]


@pytest.mark.parametrize("other", ["3, 9", "3, 15"], ids=["old", "new"])
def test_a_python_it_does_not_run_in_is_told_so_in_a_sentence(other: str) -> None:
    code = (
        f"import runpy, sys; sys.version_info = ({other}, 2, 'final', 0); "
        f"runpy.run_path({str(ROOT / 'run.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"micrograd-gui needs Python 3.11 to 3.14; this is {other.replace(', ', '.')}.\n"
