"""Runs what the tests skipped for want of Python packages: numba, scikit-learn, notebooks, PyTorch, JAX.

    python3 .ci/more.py --install
    python3 .ci/more.py FILE

`.ci/run` has the packages installed while .venv is set up and all other tests run, then hands over the list
of the skipped. They have an environment of their own upon .venv, so that .venv stays what its lock says.
Where packages cannot be had, a line says so, and the tests that need them stay skipped.
"""

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


def wait_for_environment():
    """Until .venv is there, which is set up meanwhile."""
    patience = time.monotonic() + INSTALLING
    while not run.is_ready(tests=True) and time.monotonic() < patience:
        time.sleep(0.5)


def load_once():
    """Have Python keep what it compiles of them: else each process of the tests that is first would do it."""
    for code in (
        "import torch._dynamo, torch.distributed.run",
        "import jax; jax.grad(jax.numpy.tanh)(0.5)",  # most of it is loaded when something is computed
        "import sklearn.datasets, ipykernel, nbclient",
    ):
        ran([str(PYTHON), "-c", code])


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
    new_environment()
    fetch_uv()
    for packages in (install_extras, install_frameworks):
        try:
            packages()
        except Missing as problem:
            run.say(f"-- {problem}; the tests that need it stay skipped.")
    wait_for_environment()
    load_once()
    compile_replays()
    run.say(f"-- more packages: installed in {time.monotonic() - begun:.0f} s beside all else")


def test(skipped):
    """Run what is still skipped; gives the exit status."""
    begun = time.monotonic()
    files = sorted({line.split("::")[0].split("\t")[0] for line in skipped.read_text("utf-8").splitlines()})
    if not files:
        return 0
    # psutil is here, by which -n auto counts two threads of one core as one processor
    tests = [str(PYTHON), "-m", "pytest", "-n", "logical", "--dist", "worksteal"]
    try:
        done = subprocess.run([*tests, "--only-skipped", str(skipped), *files], cwd=ROOT, timeout=TESTING)
    except subprocess.TimeoutExpired:
        run.say(f"-- FAILED, not at its end after {TESTING} s")
        return 1
    left = skipped.read_text("utf-8").splitlines()
    run.say("\n".join([f"What needs more packages: {time.monotonic() - begun:.0f} s.", "",
                       f"Skipped in every run: {len(left) or 'no test'}", *left]))  # fmt: skip
    nothing_to_run = done.returncode == 5 and left  # whole files are skipped; else the workers went down
    return 0 if done.returncode == 0 or nothing_to_run else 1


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as in run.py
    sys.exit(install() if sys.argv[1] == "--install" else test(Path(sys.argv[1])))
