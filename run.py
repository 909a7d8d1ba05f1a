"""Set-up and start: makes .venv on first use, then opens micrograd-gui or runs its tests.

    python3 run.py [arguments of micrograd-gui]
    python3 run.py --tests [arguments of pytest]

Only the standard library is used, and neither ensurepip nor an installed Qt library is taken for granted.
Where Qt cannot be loaded and nothing may be installed, all that needs no Qt is done, and the rest is named.
"""

import _signal as signal  # without enum, which takes half as long to load as Python to start
import os
import sys

CAN_BE_INTERRUPTED = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if __name__ == "__main__" and CAN_BE_INTERRUPTED:  # until there is something to be told, Ctrl+C says nothing
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))

import concurrent.futures
import contextlib
import ctypes
import errno
import hashlib
import importlib.util
import re
import shutil
import subprocess
import sysconfig
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "micrograd-gui.stamp"
LOG = VENV / "set-up.log"
COMING = VENV / "coming"  # what is on its way
PAUSE = 0.5  # seconds between two looks at it
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST, NEWEST = (3, 11), (3, 14)  # Qt's package is for no newer one; pyproject.toml says so too

WITHOUT_QT = {"check", "render", "train", "examples", "lessons", "--version"}


class Lock(NamedTuple):
    """Packages by version and hash, and about how many MB they are: to download, and installed."""

    path: Path
    download: int
    installed: int


USE = Lock(ROOT / "requirements.lock", 131, 420)
TESTS = Lock(ROOT / "requirements-test.lock", 35, 125)

# What Qt's own files link to on Linux, and the Debian package of each: for any use, and for a window on X11.
ANY_USE = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
WINDOW_USE = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


class SetUpFailed(Exception):
    """Set-up cannot go on; the text is a sentence for the person who started it."""


def say(sentence):
    """Tell on standard error, so that standard output stays the program's own."""
    print(sentence, file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------ the environment


def wanted(tests=False):
    """What the stamp says of a good environment: its interpreter, its packages, the checkout it sees, then,
    where the tests can run in it, theirs."""
    packages = [hashlib.sha256(lock.path.read_bytes()).hexdigest() for lock in (USE, TESTS)]
    return [
        f"{sys.implementation.cache_tag} {sys.base_prefix}",
        packages[0],
        str(ROOT),
        *packages[1:][:tests],
    ]


def found():
    """What the stamp says; empty where a set-up never came to its end."""
    try:
        return STAMP.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []


def is_ready(tests=False):
    asked = wanted(tests)
    return PYTHON.exists() and found()[: len(asked)] == asked


def set_up(tests=False, bytecode=True):
    """Bring .venv to what the locks say; one process at a time, the others wait for it."""
    try:
        with only_one(ROOT / ".venv.lock"):
            if is_ready(tests):
                return
            tests = tests or found()[3:] == wanted(tests=True)[3:]  # what they need is there, and stays
            locks = [TESTS] if is_ready() else [USE, TESTS][: 1 + tests]
            size = f"{sum(lock.download for lock in locks)} MB to download"
            say(f"Setting up in .venv, first use only: about {size}, {room(locks)} MB on the disk.")
            begun = time.monotonic()
            if found()[:1] != wanted()[:1] or not PYTHON.exists():
                new_environment()
            STAMP.write_text("", "utf-8")  # if interrupted from here on, the next run begins anew
            progress = Progress(locks)
            install([lock.path for lock in locks], PYTHON, bytecode=bytecode, told=progress.tell)
            progress.end()
            see_checkout()
            STAMP.write_text("\n".join(wanted(tests)), "utf-8")
            say(f"Set up in {time.monotonic() - begun:.0f} s.")
    except (OSError, ValueError) as problem:
        if isinstance(problem, OSError) and problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            kept = f"{problem.filename or ROOT} may not be written"
            raise SetUpFailed(f"Set-up stopped: {kept}; start a copy of {ROOT} that is yours.") from problem
        raise SetUpFailed(f"Set-up stopped: {problem}.") from problem


def room(locks):
    return sum(lock.installed for lock in locks)


@contextlib.contextmanager
def only_one(path):
    """Hold the lock file; the system lets go of it when this process ends, however it ends.

    On POSIX an installer holds it, too: where this process was killed it may still write into .venv.
    """
    with open(path, "a+b") as file:
        if os.name == "nt":
            import msvcrt

            def take():
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            def take():
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

        told = False
        while True:
            try:
                take()
                break
            except (BlockingIOError, PermissionError):  # the word of flock, and of Windows, for "taken"
                if not told:
                    say("Another run.py is setting up here; waiting for it ...")
                told = True
                time.sleep(0.2)
        os.set_inheritable(file.fileno(), os.name != "nt")
        yield


def new_environment():
    """An empty .venv. It is made without pip, since Debian's bare Python has no ensurepip."""
    import venv

    if VENV.exists() and not STAMP.exists():
        raise SetUpFailed(f"{VENV} was not made by run.py: move it away, then start again.")
    VENV.mkdir(exist_ok=True)
    STAMP.write_text("", "utf-8")
    for entry in VENV.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry != STAMP:
            entry.unlink()
    venv.EnvBuilder(symlinks=os.name != "nt").create(VENV)


def install(locks, python, *, bytecode=True, told=None):
    """Install locks for a Python by the first installer that can; hashes are required, nothing is built.

    Without bytecode each module is compiled when it is first imported: less work where few of them are.
    ``told`` is called now and then while it goes on. The log, and what is on its way, lie in the environment.
    """
    log_file, coming = python.parents[1] / LOG.name, python.parents[1] / COMING.name
    options = ["install", "--require-hashes", "--only-binary", ":all:"]
    options += [word for lock in locks for word in ("-r", str(lock))]
    pip_options = ["--disable-pip-version-check", "--no-input", *options, "--no-warn-script-location"]
    pip_options += [] if bytecode else ["--no-compile"]
    ways = []
    if uv := shutil.which("uv"):
        uv_options = [*options, *(["--compile-bytecode"] if bytecode else [])]
        ways.append([[uv, "pip", *uv_options, "--python", str(python)]])
    if importlib.util.find_spec("pip"):
        ways.append([[sys.executable, "-m", "pip", "--python", str(python), *pip_options]])
    if importlib.util.find_spec("ensurepip"):
        own_pip = [str(python), "-m", "ensurepip"]
        ways.append([own_pip, [str(python), "-m", "pip", *pip_options]])
    if not ways:
        raise SetUpFailed("Set-up needs pip (Debian: apt-get install python3-pip): install it, start again.")
    coming.mkdir(exist_ok=True)
    try:
        with open(log_file, "w+b") as log:
            for way in ways:
                if all(succeeds(command, log, coming, told) for command in way):
                    return
                log.seek(0)
                why = cause(log.read().decode("utf-8", "replace"))
                if why == UNREACHABLE and way[0][0] != uv:  # another pip would not reach it either
                    break
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    raise SetUpFailed(f"The packages could not be installed: {why} ({log_file} has the whole story).")


def succeeds(command, log, coming, told):
    """Whether the command succeeded; what it printed is in the log, what it downloads lies in ``coming``."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "TMPDIR": str(coming)}
    environment["PIP_PROGRESS_BAR"] = "off"
    if environment.get("PIP_RETRIES") == "0":  # without one pip keeps to itself that the index is not reached
        environment["PIP_RETRIES"] = "1"
    kept = {"stdout": log, "stderr": log, "env": environment, "cwd": ROOT, "close_fds": os.name == "nt"}
    with subprocess.Popen(command, **kept) as process:  # what else is open closes itself, but for the lock
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(None if told is None else PAUSE) == 0
                told()
        finally:
            process.kill()  # where it is done already, nothing happens


UNREACHABLE = "the package index cannot be reached"
CAUSES = {  # what installers write, and what it means; the first that is found is the cause
    r"No space left|os error 28\b|Errno 28\b": "the disk is full",
    r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|SSLError": (
        "the package index shows a certificate that this machine does not trust"
    ),
    r"DO NOT MATCH THE HASHES|[Hh]ash mismatch": (
        "a package that came is not the one that the lock names, by its hash"
    ),
    r"HTTP (?:error )?40[137]|\b40[137] (?:Client Error|Forbidden|Unauthorized|Proxy)|status.{0,20}40[137]": (
        "the package index lets nobody in here (a proxy or an index that asks for a password?)"
    ),
    r"NewConnectionError|NameResolution|(?:Connect|Read)Timeout|ProtocolError|Max retries exceeded|ProxyError"
    r"|Network is unreachable|Connection refused|dns error|error sending request|[Tt]imed out": UNREACHABLE,
    r"Permission denied|Errno 13\b|os error 13\b|Read-only file": "a file or folder may not be written",
}


def cause(story):
    """Why an installer failed, by what it printed: half a sentence."""
    for signs, meaning in CAUSES.items():
        if re.search(signs, story):
            return meaning
    if lacking := re.search(r"No matching distribution found for ([\w.-]+==[\w.]+)", story):
        version = "{}.{}".format(*sys.version_info[:2])
        return f"the package index has no {lacking[1]} for Python {version} on {sysconfig.get_platform()}"
    lines = [line.strip() for line in story.splitlines() if line.strip()] or ["the installer says nothing"]
    said = next((line for line in reversed(lines) if re.match("error", line, re.IGNORECASE)), lines[-1])
    return re.sub("^error: *", "", said, flags=re.IGNORECASE)[:300].rstrip(".")


class Progress:
    """Tells how much of the packages is there, whichever installer brings them: it looks into the folders."""

    def __init__(self, locks):
        self.download, self.installed = sum(lock.download for lock in locks), room(locks)
        self.begun = self.last = time.monotonic()
        self.before = size_of(packages_of(VENV))

    def tell(self):
        """A line on a terminal is written over; elsewhere one comes every ten seconds."""
        on_terminal = sys.stderr.isatty()
        if time.monotonic() - self.last < (PAUSE if on_terminal else 10):
            return
        self.last = time.monotonic()
        come, here = size_of(COMING, ".whl"), size_of(packages_of(VENV)) - self.before
        line, busy = f"  downloaded {come} of about {self.download} MB", last_package()
        if here > 1:
            line, busy = f"  installed {here} of about {self.installed} MB", ""  # pip does not say with what
        line += f", {self.last - self.begun:.0f} s{busy}"
        print(f"\r{line[:78]:78}\r" if on_terminal else line, end="" if on_terminal else "\n",
              file=sys.stderr, flush=True)  # fmt: skip

    def end(self):
        if sys.stderr.isatty():
            print(" " * 78, end="\r", file=sys.stderr)


def size_of(folder, suffix=""):
    """MB of all files in a folder that others may be writing; 0 where it is not there.

    What comes lies there twice, until it is whole, and bears its name but once.
    """
    size = 0
    for path, _, names in os.walk(folder):
        for name in filter(lambda name: name.endswith(suffix), names):
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(path, name)).st_size
    return size // 1_000_000


def last_package():
    """The package that the installer was busy with last, as ", name"; empty where its log does not say."""
    names = re.findall(
        r"(?:Collecting|Downloading) ([A-Za-z0-9_.]+(?:-[A-Za-z_.]+)*)", LOG.read_text("utf-8", "replace")
    )
    return f", {names[-1]}" if names else ""


def see_checkout():
    """Let .venv import the packages from the checkout itself, never from a copy that grows old."""
    encoding = "utf-8" if sys.version_info >= (3, 13) else "locale"
    (packages_of(VENV) / "micrograd-gui-checkout.pth").write_text(f"{ROOT}\n", encoding)


def packages_of(environment):
    """Where an environment of this Python keeps its packages."""
    base = {"base": str(environment), "platbase": str(environment), "installed_base": sys.base_prefix}
    return Path(sysconfig.get_path("purelib", "venv", base))


# ------------------------------------------------------------------------------ Qt's system libraries


def has_screen():
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_libraries(libraries):
    absent = []
    for name in libraries:
        try:
            ctypes.CDLL(name)
        except OSError:
            absent.append(name)
    return absent


def see_to_libraries(tests):
    """Install what Qt needs of the system where this process may; else say what is missing.

    The tests need no screen, but where they can have one (Xvfb) a test opens a real window on it.
    Gives whether Qt can be loaded.
    """
    if not sys.platform.startswith("linux"):
        return True
    on_screen = has_screen() or (tests and shutil.which("Xvfb"))
    needed = {**ANY_USE, **WINDOW_USE} if on_screen else ANY_USE
    absent = missing_libraries(needed)
    packages = [needed[name] for name in absent]
    debian = shutil.which("apt-get")
    if absent and debian and os.geteuid() == 0:
        say(f"Installing system libraries that Qt needs: {', '.join(packages)} ...")
        install_for_debian(packages)
        absent = missing_libraries(needed)
    loads = not ANY_USE.keys() & absent
    if absent:
        how = f"sudo apt-get install {' '.join(packages)}" if debian else "your system's package manager"
        left_out = "the window, and the picture of one" if not loads else "the window"
        left_out = left_out if not tests else "tests of a real window" if loads else "all tests that need Qt"
        say(f"Qt needs {', '.join(absent)}, missing here: install with {how}. Left out: {left_out}.")
    return loads


def install_for_debian(packages):
    """Try at once, and again with fresh package lists."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    order = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends"]
    order += packages
    for command in (order, ["apt-get", "update"], order):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if command is order and done.returncode == 0:
            return
    said = done.stdout.decode("utf-8", "replace").strip().splitlines() or ["apt-get says nothing"]
    say(f"They could not be installed: {said[-1].removeprefix('E: ')}")


# ------------------------------------------------------------------------------ the two uses


def start(arguments):
    """Become the program. -P: a folder called micrograd where the user stands must not be taken for ours."""
    command = [str(PYTHON), "-P", "-m", "micrograd_gui", *arguments]
    if os.name == "nt":
        return subprocess.run(command).returncode
    if CAN_BE_INTERRUPTED:  # else Python would tell where in its start it was; the program lets it in
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return os.execv(command[0], command)


def run_tests(arguments, with_qt):
    """Style, types, floors and tests, each to its end; the exit status is 0 only if all of them passed.

    The tests take all processors. The others run beside them, and what they say is shown afterwards. Without
    Qt those tests are skipped that import it.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a hundred processes would each compile everything anew
    python = str(PYTHON)
    politely = ["nice", "-n", "5"] if shutil.which("nice") else []  # some tests have a deadline
    checks = {
        "style": [python, "-m", "ruff", "check"],
        "types": [*politely, python, "-m", "mypy"],
        "floors": [python, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    }
    tests = [python, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *arguments]
    tests += [] if with_qt else ["-p", "no:pytest-qt"]  # by which tests/conftest.py knows
    with concurrent.futures.ThreadPoolExecutor() as threads:
        beside = {name: threads.submit(ran, check, quiet=True) for name, check in checks.items()}
        say("-- tests, and beside them style, types and floors")
        status, seconds, _ = ran(tests)
        outcomes = {"tests": (status, seconds)}
        for name, check in beside.items():
            status, seconds, said = check.result()
            outcomes[name] = status, seconds
            say(f"-- {name}\n{said.strip()}")
    say("")
    for name, (status, seconds) in outcomes.items():
        verdict = f"FAILED (exit status {status})" if status else "passed"
        left_out = "" if with_qt or name != "tests" else "; those that need Qt were left out"
        say(f"{name:7} {verdict} in {seconds:.1f} s{left_out}")
    return int(any(status for status, _ in outcomes.values()))


def ran(command, quiet=False):
    """The exit status of a command, its seconds, and what it said where it was to be quiet."""
    begun = time.monotonic()
    kept = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if quiet else {}
    done = subprocess.run(command, cwd=ROOT, encoding="utf-8", errors="replace", **kept)
    return done.returncode, time.monotonic() - begun, done.stdout or ""


def tell_version():
    """What `micrograd-gui --version` says; it takes no set-up."""
    from micrograd_gui.version import told

    print(f"micrograd-gui {told()}")
    return 0


def tell_help(arguments):
    """How to start it from here, and what `micrograd-gui --help` says; it takes no set-up."""
    from micrograd_gui.app.cli import main as tell

    print(__doc__.partition("\n\n")[2].partition("\n\n")[0], end="\n\n", flush=True)
    return tell(arguments)


def main(arguments):
    for variable in ("PYTHONPATH", "PYTHONHOME"):  # of another Python: its packages may clash with ours
        os.environ.pop(variable, None)
    tests = arguments[:1] == ["--tests"]
    if arguments == ["--version"]:
        return tell_version()
    if arguments[:1] in (["-h"], ["--help"]):
        return tell_help(arguments)
    try:
        if not is_ready(tests):
            set_up(tests)
        with_qt = not (tests or not WITHOUT_QT.intersection(arguments[:1])) or see_to_libraries(tests)
    except SetUpFailed as problem:
        say(problem)
        return 1
    return run_tests(arguments[1:], with_qt) if tests else start(arguments)


if __name__ == "__main__":
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit("micrograd-gui needs Python 3.11 to 3.14; this is {}.{}.".format(*sys.version_info[:2]))
    try:
        if CAN_BE_INTERRUPTED:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Interrupted; the next start takes up what was left undone.")
        sys.exit(130)
