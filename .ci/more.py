"""Runs what the tests skipped for want of Python packages: numba, scikit-learn, notebooks, PyTorch, JAX.

    python3 .ci/more.py --set-up
    python3 .ci/more.py --install
    python3 .ci/more.py FILE

`.ci/run` has .venv set up, then the packages installed while all other tests run, and hands over the list of
the skipped. They have an environment of their own upon .venv, so that .venv stays what its lock says.
Where packages cannot be had, a line says so, and the tests that need them stay skipped.
"""

import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import run  # noqa: E402  (of this checkout)

FOLDER = run.ROOT / ".venv-more"
PYTHON = FOLDER / run.PYTHON.relative_to(run.VENV)
LOCK = ROOT / "requirements-ci.lock"
TORCH = "torch==2.13.0"  # known to pass; any build of it for processors
JAX = ["jax>=0.4.30", "jaxlib"]
INSTALLING = TESTING = 900  # seconds at most
SCRIPTS = "tests/export/code/"  # half of the work: scripts for PyTorch and JAX, run by children of one Python

REPLAYS = """
from micrograd import Value
from micrograd.replay.tape import Tape

x = Value(0.5)
tape = Tape(x.tanh(), fast=True)
for numbers in ({}, {x: [1.0, 2.0]}):  # what numba compiles for one column, and for many
    tape.forward(numbers).grad[x]
"""


class Missing(Exception):
    """Packages cannot be had here; the text says which and why."""


def set_up():
    """Both environments: .venv with all that its locks name, and an empty one upon it.

    Each module is compiled when it is first imported, and most of them never are.
    """
    new_environment()
    fetch_uv()
    run.set_up(tests=True, bytecode=False)


def new_environment():
    """A Python that sees what is installed for it, then what .venv has, then the checkout."""
    venv.EnvBuilder(symlinks=True, clear=True).create(FOLDER)
    (run.packages_of(FOLDER) / "below.pth").write_text(f"{run.packages_of(run.VENV)}\n{ROOT}\n")


def fetch_uv():
    """Where uv is not here already, by pip: it installs all the rest in a third of pip's processor time."""
    if shutil.which("uv") is None:
        lock = FOLDER / "uv.lock"
        entry = re.search(r"^uv==(.*\n)+?(?=\S|\Z)", LOCK.read_text("utf-8"), re.MULTILINE)[0]
        lock.write_text(entry, "utf-8")
        with contextlib.suppress(run.SetUpFailed):  # then pip installs all of it
            run.install([lock], PYTHON, bytecode=False)
        have_uv()


def have_uv():
    """Find the uv that was fetched, where the machine has none."""
    os.environ["PATH"] += os.pathsep + str(PYTHON.parent)


def install_extras():
    """What requirements-ci.lock names, by hash."""
    try:
        run.install([LOCK], PYTHON, bytecode=False)  # most of what these bring is never imported
    except run.SetUpFailed as problem:
        raise Missing(str(problem).splitlines()[-1]) from problem


def install_frameworks():
    """PyTorch and JAX for processors; no build for graphics cards, which is some gigabytes."""
    for packages in ([TORCH], JAX):
        if not (uv_installs(packages) or pip_installs(packages)):
            raise Missing(f"{packages[0]} cannot be had here as a build for processors")


def uv_installs(packages):
    """Whether uv installed them."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    order = [uv, "pip", "install", "--python", str(PYTHON), "--only-binary", ":all:"]
    links = [word for link in os.environ.get("PIP_FIND_LINKS", "").split() for word in ("--find-links", link)]
    for source in (links, ["--torch-backend", "cpu"]):
        planned = ran([*order, *source, "--dry-run", *packages], errors=subprocess.STDOUT)
        if planned and are_for_processors(re.findall(r"^ \+ (\S+)==", planned, re.MULTILINE)):
            return ran([*order, *source, *packages]) is not None
    return False


def pip_installs(packages):
    """Whether pip installed them."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
    options += ["--no-compile"]
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *options]
    report = ran([*pip, "--dry-run", "--report", "-", *packages])
    planned = [each["metadata"]["name"] for each in json.loads(report)["install"]] if report else []
    return are_for_processors(planned) and ran([*pip, *packages]) is not None


def are_for_processors(planned):
    """Whether an installer knows what to install, and nothing for graphics cards is among it."""
    return bool(planned) and not any(name.startswith(("nvidia", "cuda")) for name in planned)


def load_once():
    """Have Python keep what it compiles of PyTorch, which both processes of the tests load first of all."""
    ran([str(PYTHON), "-c", "import torch"])


def compile_replays():
    """Have numba keep its machine code beside the source: else each worker of the tests would compile it."""
    ran([str(PYTHON), "-c", REPLAYS])


def ran(command, errors=subprocess.DEVNULL):
    """What a command printed, and where it told errors if asked; None where it failed or took too long."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
            timeout=INSTALLING, cwd=ROOT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def install():
    begun = time.monotonic()
    have_uv()
    for packages in (install_extras, install_frameworks):
        try:
            packages()
        except Missing as problem:
            run.say(f"-- {problem}; the tests that need it stay skipped.")
    load_once()
    compile_replays()
    run.say(f"-- more packages: installed in {time.monotonic() - begun:.0f} s beside all else")


def test(skipped):
    """Run what is still skipped; gives the exit status."""
    begun = time.monotonic()
    lines = skipped.read_text("utf-8").splitlines()
    scripts = [line for line in lines if line.startswith(SCRIPTS)]
    parts = [part for part in (scripts, [line for line in lines if line not in scripts]) if part]
    # Two processes: what the tests of one have loaded (PyTorch, JAX) serves the others there.
    with concurrent.futures.ThreadPoolExecutor() as threads:
        done = [threads.submit(run_part, part, skipped.with_name(f"{skipped.name}-{at}"))
                for at, part in enumerate(parts)]  # fmt: skip
    left = []
    status = 0
    for part in done:
        failed, said, still = part.result()
        run.say(said)
        status |= failed
        left += still
    run.say("\n".join([f"What needs more packages: {time.monotonic() - begun:.0f} s.", "",
                       f"Skipped in every run: {len(left) or 'no test'}", *left]))  # fmt: skip
    return status


def run_part(lines, file):
    """Whether tests that are named in these lines failed, what pytest said, and what is still skipped."""
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    files = sorted({line.split("::")[0].split("\t")[0] for line in lines})
    try:
        done = subprocess.run(
            [str(PYTHON), "-m", "pytest", "-n", "0", "--only-skipped", str(file), *files], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            errors="replace", timeout=TESTING, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode("utf-8", "replace")
        return True, f"{said}\n-- FAILED, not at its end after {TESTING} s", []
    left = file.read_text("utf-8").splitlines()
    nothing_to_run = done.returncode == 5 and left  # whole files are skipped
    return bool(done.returncode and not nothing_to_run), done.stdout, left


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as in run.py
    try:
        orders = {"--set-up": set_up, "--install": install}
        sys.exit(orders[sys.argv[1]]() if sys.argv[1] in orders else test(Path(sys.argv[1])))
    except run.SetUpFailed as problem:
        run.say(problem)
        sys.exit(1)
