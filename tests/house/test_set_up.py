"""run.py sets up once, repairs what was interrupted, and says in a sentence what it cannot do."""

import ast
import importlib.util
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py of a checkout in a folder with a space in its name, where nothing has to be installed."""
    spec = importlib.util.spec_from_file_location("run_of_the_checkout", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    root = tmp_path / "a checkout"
    root.mkdir()
    (root / "requirements.lock").write_text("")
    (root / "micrograd_gui.py").write_text("")
    venv = root / ".venv"
    paths = {"ROOT": root, "LOCK": root / "requirements.lock", "VENV": venv, "LOG": venv / module.LOG.name}
    paths |= {"STAMP": venv / module.STAMP.name, "PYTHON": venv / module.PYTHON.relative_to(module.VENV)}
    for name, path in paths.items():
        monkeypatch.setattr(module, name, path)
    module.really_install = module.install
    monkeypatch.setattr(module, "install", lambda lock, python: None)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return module


def test_run_imports_the_standard_library_only() -> None:
    imported = set()
    for node in ast.walk(ast.parse((ROOT / "run.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).split(".")[0])
    assert imported <= sys.stdlib_module_names


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
    run.LOCK.write_text("# changed\n")
    assert not run.is_ready()
    run.set_up()
    assert run.is_ready()
    assert (run.VENV / "kept").exists()


@pytest.mark.parametrize("used_before", [False, True], ids=["first use", "new lock"])
def test_an_interrupted_set_up_is_begun_anew(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, used_before: bool
) -> None:
    def interrupted(*_: Path) -> None:
        (run.VENV / "half a package").touch()
        raise KeyboardInterrupt

    if used_before:
        run.set_up()
        run.LOCK.write_text("# changed\n")
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


def test_of_two_at_once_the_second_waits_and_installs_nothing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installing, go_on = threading.Event(), threading.Event()
    installed = []

    def slowly(*_: Path) -> None:
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


def test_packages_that_cannot_be_installed_are_a_sentence_and_a_log(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "install", run.really_install)
    monkeypatch.setattr(run.shutil, "which", lambda name: sys.executable)  # an installer that cannot install
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    assert run.main([]) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"The packages could not be installed; {run.LOG} has the whole story."
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
def test_a_missing_library_is_named_with_the_command_that_brings_it(run: ModuleType, tests: bool) -> None:
    run.ANY_USE["libno-such-thing.so.7"] = "libno-such-thing7"
    with pytest.raises(run.SetUpFailed, match=r"libno-such-thing\.so\.7.*apt-get install libno-such-thing7"):
        run.see_to_libraries(tests)


@pytest.mark.usefixtures("not_root_on_debian")
def test_a_library_that_only_a_window_needs_does_not_stop_the_tests(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run.WINDOW_USE["libno-such-thing.so.7"] = "libno-such-thing7"
    monkeypatch.setenv("DISPLAY", ":77")
    run.see_to_libraries(tests=True)
    assert "libno-such-thing.so.7" in capsys.readouterr().err
    with pytest.raises(run.SetUpFailed, match="libno-such-thing"):
        run.see_to_libraries(tests=False)


def test_an_old_python_is_told_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0); "
        f"runpy.run_path({str(ROOT / 'run.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "micrograd-gui needs Python 3.11 or newer; this is 3.9.\n"
