"""What every test stands on: no screen, settings of its own, and no widget left behind."""

import gc
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest
from _pytest.assertion import rewrite

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None

# Tests make much and keep little: to look for cycles after each 700 new objects is a fifth of their time.
gc.set_threshold(20_000, 20, 20)

# Set before Qt is loaded, which reads them once. matplotlib's cache stays where it is: it is slow to make.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["MICROGRAD_GUI_LANGUAGE"] = "en"  # whatever is spoken here
for variable in (
    "QT_SCALE_FACTOR",
    "QT_SCREEN_SCALE_FACTORS",
    "QT_FONT_DPI",
    "QT_STYLE_OVERRIDE",
    "QT_QPA_PLATFORMTHEME",
):
    os.environ.pop(variable, None)  # sizes are those of the program's own
if os.environ.get("LC_ALL") in ("C", "POSIX"):  # Qt goes on in this one, and each process says so
    os.environ["LC_ALL"] = "C.UTF-8"
HOME = Path(tempfile.mkdtemp(prefix="micrograd-gui-tests-"))
FOLDERS = []
for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    folder = HOME / variable.lower()
    folder.mkdir()
    os.environ[variable] = str(folder)
    FOLDERS.append(folder)
if not os.access(Path.home(), os.W_OK):  # TeX keeps fonts there that it has read, and stops where it may not
    os.environ.setdefault("TEXMFVAR", str(HOME / "texmf-var"))


NO_QT = "Qt cannot be loaded here"
# Milliseconds in which what is waited for has to come where a test does not say; pytest-qt has 5,000, which
# are too few where a layout, or matplotlib, is waited for on a busy machine. Nothing is held by them.
PATIENCE = 30_000


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.hasplugin("pytest-qt"):  # left out by `-p no:pytest-qt`, as run.py does without Qt
        for option in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
            parser.addini(option, "of pytest-qt, which is not there")
        sys.meta_path.insert(0, NoQt())
    else:
        be_patient()
    parser.addoption(
        "--only-skipped",
        metavar="FILE",
        help="run only what FILE names, all where it is not there yet; then it names what was skipped",
    )


def be_patient() -> None:
    """Whatever of pytest-qt waits for something has `PATIENCE`."""
    from pytestqt.qtbot import QtBot

    for waits in vars(QtBot).values():
        defaults = getattr(waits, "__kwdefaults__", None)
        if defaults and "timeout" in defaults:
            defaults["timeout"] = PATIENCE


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Skipped(config.getoption("only_skipped")))
    config.addinivalue_line(
        "markers", "qt: needs Qt in a process of its own; skipped where it cannot be loaded"
    )
    if not config.pluginmanager.hasplugin("pytest-qt"):
        NoQt.collecting = True
        config.pluginmanager.register(WithoutQt())


def pytest_sessionstart(session: pytest.Session) -> None:
    """In a new checkout each worker of pytest-xdist rewrites the asserts of its share of the files of tests.

    Each needs all of them a moment later, and would rewrite them all: most of what collecting takes.
    """
    share = getattr(session.config, "workerinput", None)
    if share is None or sys.dont_write_bytecode:
        return
    number = int(share["workerid"].removeprefix("gw"))
    files = sorted((session.config.rootpath / "tests").rglob("test_*.py"))
    for path in files[number :: share["workercount"]]:
        kept = rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
        if not kept.exists():  # an old one is seen to when it is read
            rewrite.try_makedirs(kept.parent)
            source, code = rewrite._rewrite_test(path, session.config)
            rewrite._write_pyc(session.config.stash[rewrite.assertstate_key], code, source, kept)


class NoQt(MetaPathFinder, Loader):
    """Skips the test that imports Qt, or the file of tests: nothing else tells whether one needs it.

    Who looks for it only finds it where it lies. ``collecting`` is false while conftest.py of a folder that
    was named is imported: nothing can be skipped yet.
    """

    collecting = False

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "PySide6":
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None:
            spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        if not self.collecting:
            raise ImportError(NO_QT)
        pytest.skip(NO_QT, allow_module_level=True)


class WithoutQt:
    """What stands for pytest-qt where it is left out: who asks for a window is skipped."""

    @pytest.fixture
    def qtbot(self) -> None:
        pytest.skip(NO_QT)

    qapp = qapp_args = qtbot

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.get_closest_marker("qt") is not None:
            pytest.skip(NO_QT)


class Skipped:
    """Names the tests that were skipped, by reason, and keeps the list in a file for a run of only those.

    ``left`` are the names of the tests, or of whole files, with the reason of each.
    """

    def __init__(self, file: str | None) -> None:
        self.file = Path(file) if file else None
        self.left: dict[str, str] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if self.file is None or not self.file.exists():
            return
        wanted = {line.split("\t")[0] for line in self.file.read_text("utf-8").splitlines()}
        others = [item for item in items if not wanted & {item.nodeid, item.nodeid.split("::")[0]}]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            self.left[report.nodeid] = report.longrepr[2].removeprefix("Skipped: ")

    pytest_collectreport = pytest_runtest_logreport

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """At the end, and not in a worker of pytest-xdist, which has no terminal."""
        names: dict[str, Counter[str]] = {}
        for name, reason in sorted(self.left.items()):
            names.setdefault(reason, Counter())[name.split("[")[0]] += 1
        if without_qt := names.pop(NO_QT, None):
            files = {name.split("::")[0] for name in without_qt}
            terminalreporter.write_line(f"SKIPPED, {NO_QT}: tests of {len(files)} files")
        for reason in sorted(names):
            terminalreporter.write_line(f"SKIPPED, {reason}:")
            for name, cases in names[reason].items():
                terminalreporter.write_line(f"    {name}{f' ({cases} cases)' if cases > 1 else ''}")
        if self.file is not None:
            lines = (f"{name}\t{' '.join(reason.split())}\n" for name, reason in sorted(self.left.items()))
            self.file.write_text("".join(lines), "utf-8")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that no processor waits at the end for one last long test.

    Before all comes what has the other workers of pytest-xdist wait: `run.py` checks types meanwhile.
    """

    def turn(item: pytest.Item) -> tuple[bool, float]:
        slow = item.get_closest_marker("slow")
        return item.get_closest_marker("alone") is None, -max((0, *slow.args)) - 1 if slow else 0

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """What is there for all tests the collector of garbage need not look through during each of them.

    numpy is there, too: `pytest.approx` takes it as it finds it, and in the first test of a process it found
    half of it, while another thread of the window was loading the rest.
    """
    import_module("numpy")
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and gui.QGuiApplication.instance() is not None:
        # what Python put there must go before Python does: else Qt crashes
        gui.QGuiApplication.clipboard().clear()


@pytest.fixture(scope="session")
def locks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[IO[str], ...]]:
    """The door and the room of `its_turn`: files that all workers of this run share, open once in each."""
    shared = tmp_path_factory.getbasetemp().parent
    with open(shared / "door.lock", "a") as door, open(shared / "room.lock", "a") as room:
        yield door, room


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    Running.item = item


class Running:
    """The test that runs: for a fixture of all tests to ask pytest for its ``request`` takes it longer."""

    item: pytest.Item


@pytest.fixture(autouse=True)
def ground(locks: tuple[IO[str], ...]) -> Iterator[None]:
    """All that each test stands on, in one fixture: thousands of times pytest needs a while for each."""
    with its_turn(locks), settings_of_its_own(), nothing_unforeseen(), no_widget_left_behind():
        yield


@contextmanager
def its_turn(locks: tuple[IO[str], ...]) -> Iterator[None]:
    """While a test marked `alone` runs, the other workers of pytest-xdist wait between two tests."""
    if fcntl is None or "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    alone = Running.item.get_closest_marker("alone") is not None
    door, room = locks
    fcntl.flock(door, fcntl.LOCK_EX)  # who waits for the room keeps the door shut to those who come later
    fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    if not alone:
        fcntl.flock(door, fcntl.LOCK_UN)
    try:
        yield
    finally:
        fcntl.flock(room, fcntl.LOCK_UN)
        fcntl.flock(door, fcntl.LOCK_UN)


@contextmanager
def settings_of_its_own() -> Iterator[None]:
    """Each test finds the settings of a first start: recent files, docks, languages of another are gone."""
    try:
        yield
    finally:
        languages = sys.modules.get("micrograd_gui.languages")
        if languages is not None:  # a command that was run speaks one, and the next window would go on in it
            languages.use("en")
            languages._asked = ""
        core = sys.modules.get("PySide6.QtCore")
        if core is not None:  # Qt writes what was set a little later, after the file is gone if need be
            kept = core.QSettings("micrograd-gui", "micrograd-gui")
            if kept.allKeys():
                kept.clear()
                kept.sync()
        for folder in FOLDERS:
            for entry in os.scandir(folder):  # thousands of times: pathlib would take longer than many a test
                if entry.name == "matplotlib":  # it looked for its folder once, and holds on to it
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.unlink(entry.path)


@contextmanager
def nothing_unforeseen() -> Iterator[None]:
    """Fail a test in which a net at a door caught an error of the program and made a sentence of it."""
    if Running.item.get_closest_marker("unforeseen") is not None:
        yield
        return
    from micrograd_gui.document.errors import Unforeseen

    seen: list[Unforeseen] = []
    begin = Unforeseen.__init__

    def noted(self: Unforeseen, *said: str) -> None:
        begin(self, *said)
        seen.append(self)

    Unforeseen.__init__ = noted  # type: ignore[method-assign]  # put back below
    try:
        yield
    finally:
        Unforeseen.__init__ = begin  # type: ignore[method-assign]  # as it was
    if seen:
        raise AssertionError(f"{len(seen)} times something nobody foresaw: {seen[0]}") from seen[0].__cause__


@contextmanager
def no_widget_left_behind() -> Iterator[None]:
    """Fail a test that leaves a window: something holds it, or `qtbot.addWidget` was not told of it."""
    before = set(windows())
    session = Running.item.session
    failed_before = session.testsfailed
    yield
    left = set(windows()) - before
    if left:  # a cycle of Python objects is no leak: give the collector its chance
        gc.collect()
        left = set(windows()) - before
    if not left:
        return
    names = sorted(f"{type(window).__name__}({window.objectName()!r})" for window in left)
    for window in left:
        window.close()
        window.deleteLater()
    windows()
    if session.testsfailed == failed_before:
        pytest.fail(f"widgets left behind: {', '.join(names)}", pytrace=False)


def windows() -> list:
    """The top-level widgets without a parent, those given up for deletion gone. Does not load Qt."""
    core, widgets = sys.modules.get("PySide6.QtCore"), sys.modules.get("PySide6.QtWidgets")
    if core is None or widgets is None or widgets.QApplication.instance() is None:
        return []
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
    top = [window for window in widgets.QApplication.topLevelWidgets() if window.parent() is None]
    return [window for window in top if not window.property("kept")]  # for the next test: it is in use
