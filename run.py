"""Set-up and start: makes .venv on first use, then opens micrograd-gui or runs its tests.

    python3 run.py [arguments of micrograd-gui]
    python3 run.py --tests [arguments of pytest]

Only the standard library is used, and neither ensurepip nor an installed Qt library is taken for granted.
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
import hashlib
import importlib.util
import shutil
import subprocess
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
STAMP = VENV / "micrograd-gui.stamp"
LOG = VENV / "set-up.log"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)

WITHOUT_QT = {"check", "render", "train", "examples", "-h", "--help", "--version"}

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


def wanted():
    """What the stamp says of a good environment: its interpreter, its packages, the checkout it sees."""
    packages = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return [f"{sys.implementation.cache_tag} {sys.base_prefix}", packages, str(ROOT)]


def found():
    """What the stamp says; empty where a set-up never came to its end."""
    try:
        return STAMP.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []


def is_ready():
    return PYTHON.exists() and found() == wanted()


def set_up():
    """Bring .venv to what requirements.lock says; one process at a time, the others wait for it."""
    try:
        with only_one(ROOT / ".venv.lock"):
            if is_ready():
                return
            say("Setting up in .venv (first use only, about half a minute) ...")
            begun = time.monotonic()
            if found()[:1] != wanted()[:1] or not PYTHON.exists():
                new_environment()
            STAMP.write_text("", "utf-8")  # if interrupted from here on, the next run begins anew
            install(LOCK, PYTHON)
            see_checkout()
            STAMP.write_text("\n".join(wanted()), "utf-8")
            say(f"Set up in {time.monotonic() - begun:.0f} s.")
    except (OSError, ValueError) as problem:
        raise SetUpFailed(f"Set-up stopped: {problem}.") from problem


@contextlib.contextmanager
def only_one(path):
    """Hold the lock file; the system lets go of it when this process ends, however it ends."""
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


def install(lock, python, *, bytecode=True):
    """Install a lock for a Python by the first installer that can; hashes are required, nothing is built.

    Without bytecode each module is compiled when it is first imported: less work where few of them are.
    """
    options = ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
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
    with open(LOG, "w+b") as log:
        for way in ways:
            if all(quietly(command, log) for command in way):
                return
        log.seek(0)
        tail = log.read().decode("utf-8", "replace").strip().splitlines()[-15:]
    raise SetUpFailed("\n".join([*tail, f"The packages could not be installed; {LOG} has the whole story."]))


def quietly(command, log):
    """Whether the command succeeded; what it printed is in the log."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    return subprocess.run(command, stdout=log, stderr=log, env=environment, cwd=ROOT).returncode == 0


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
    """Install what Qt needs of the system where this process may; otherwise say what is missing.

    The tests need no screen, but where they can have one (Xvfb) a test opens a real window on it.
    """
    if not sys.platform.startswith("linux"):
        return
    on_screen = has_screen() or (tests and shutil.which("Xvfb"))
    needed = {**ANY_USE, **WINDOW_USE} if on_screen else ANY_USE
    absent = missing_libraries(needed)
    packages = [needed[name] for name in absent]
    debian = shutil.which("apt-get")
    if absent and debian and os.geteuid() == 0:
        say(f"Installing system libraries that Qt needs: {', '.join(packages)} ...")
        install_for_debian(packages)
        absent = missing_libraries(needed)
    if not absent:
        return
    how = f"sudo apt-get install {' '.join(packages)}" if debian else "your system's package manager"
    sentence = f"Qt needs {', '.join(absent)}, missing here: install with {how}, then start again."
    if not tests or ANY_USE.keys() & absent:
        raise SetUpFailed(sentence)
    say(sentence)


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
    say(done.stdout.decode("utf-8", "replace").strip())


# ------------------------------------------------------------------------------ the two uses


def start(arguments):
    """Become the program. -P: a folder called micrograd where the user stands must not be taken for ours."""
    command = [str(PYTHON), "-P", "-m", "micrograd_gui", *arguments]
    if os.name == "nt":
        return subprocess.run(command).returncode
    if CAN_BE_INTERRUPTED:  # else Python would tell where in its start it was; the program lets it in
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return os.execv(command[0], command)


def run_tests(arguments):
    """Style, types, floors and tests, each to its end; the exit status is 0 only if all of them passed.

    The tests take all processors. The others run beside them, and what they say is shown afterwards.
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
        say(f"{name:7} {verdict} in {seconds:.1f} s")
    return int(any(status for status, _ in outcomes.values()))


def ran(command, quiet=False):
    """The exit status of a command, its seconds, and what it said where it was to be quiet."""
    begun = time.monotonic()
    kept = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if quiet else {}
    done = subprocess.run(command, cwd=ROOT, encoding="utf-8", errors="replace", **kept)
    return done.returncode, time.monotonic() - begun, done.stdout or ""


def main(arguments):
    for variable in ("PYTHONPATH", "PYTHONHOME"):  # of another Python: its packages may clash with ours
        os.environ.pop(variable, None)
    tests = arguments[:1] == ["--tests"]
    try:
        if not is_ready():
            set_up()
        if tests or not WITHOUT_QT.intersection(arguments[:1]):
            see_to_libraries(tests)
    except SetUpFailed as problem:
        say(problem)
        return 1
    return run_tests(arguments[1:]) if tests else start(arguments)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit("micrograd-gui needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))
    try:
        if CAN_BE_INTERRUPTED:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        say("Interrupted; the next start takes up what was left undone.")
        sys.exit(130)
