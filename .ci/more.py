"""Runs what the tests skipped for want of Python packages: `.ci/run` calls it with the list of the skipped.

    python3 .ci/more.py FILE

Numba, scikit-learn and notebooks are one job, PyTorch and JAX another. Each has an environment of its own
upon .venv, so that .venv stays what requirements.lock says. Where packages cannot be had, a line says so.
"""

import json
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import run  # noqa: E402  (of this checkout)

LOCK = ROOT / "requirements-ci.lock"
TORCH = "torch==2.13.0"  # known to pass; any build of it for processors
JAX = ["jax>=0.4.30", "jaxlib"]
INSTALLING = TESTING = 900  # seconds at most


class Missing(Exception):
    """Packages cannot be had here; the text says which and why."""


def environment(name):
    """A Python that sees what is installed for it, then what .venv has, then the checkout."""
    folder = run.VENV / name
    venv.EnvBuilder(symlinks=True, clear=True).create(folder)
    (run.packages_of(folder) / "below.pth").write_text(f"{run.packages_of(run.VENV)}\n{ROOT}\n")
    return folder / run.PYTHON.relative_to(run.VENV)


def install_extras(python):
    """What requirements-ci.lock names, by hash."""
    try:
        run.install(LOCK, python)
    except run.SetUpFailed as problem:
        raise Missing(str(problem).splitlines()[-1]) from problem


def install_frameworks(python):
    """PyTorch and JAX for processors; no build for graphics cards, which is some gigabytes."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", *options]
    report = ran([*pip, "--dry-run", "--report", "-", TORCH])
    names = [each["metadata"]["name"] for each in json.loads(report)["install"]] if report else ["nvidia"]
    if not any(name.startswith(("nvidia", "cuda")) for name in names):
        found = ran([*pip, TORCH])
    else:
        uv = shutil.which("uv")
        found = uv and ran([uv, "pip", "install", "--python", str(python), "--torch-backend", "cpu", TORCH])
    if found is None or found is False:
        raise Missing(f"{TORCH} cannot be had here as a build for processors")
    if ran([*pip, *JAX]) is None:
        raise Missing("JAX cannot be had here")


def ran(command):
    """What a command printed, or None where it failed or took too long."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            timeout=INSTALLING,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def job(name, install, skipped):
    """Install, and run what is still skipped; gives whether no test failed."""
    files = sorted({line.split("::")[0].split("\t")[0] for line in skipped.read_text("utf-8").splitlines()})
    if not files:
        return True
    begun = time.monotonic()
    try:
        python = environment(name)
        install(python)
    except Missing as problem:
        run.say(f"-- {name}: {problem}; its tests stay skipped.")
        return True
    run.say(f"-- {name}: installed in {time.monotonic() - begun:.0f} s; what was skipped without it:")
    tests = [str(python), "-m", "pytest", "-n", "auto", "--dist", "worksteal"]
    try:
        done = subprocess.run([*tests, "--only-skipped", str(skipped), *files], cwd=ROOT, timeout=TESTING)
    except subprocess.TimeoutExpired:
        run.say(f"-- {name}: FAILED, not at its end after {TESTING} s")
        return False
    run.say(f"-- {name}: {time.monotonic() - begun:.0f} s in all")
    return done.returncode in (0, 5)  # 5: there was no test left to run


def main(skipped):
    passed = [
        job("extras", install_extras, skipped),
        job("frameworks", install_frameworks, skipped),
    ]
    left = skipped.read_text("utf-8").splitlines()
    run.say("\n".join(["", f"Skipped in every job: {len(left) or 'no test'}", *left]))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
