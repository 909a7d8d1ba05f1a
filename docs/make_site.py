"""The site of the documents: python docs/make_site.py [FOLDER]

It is made in out/site (or in that folder) of the pages here, of the docstrings, and of what the command line
says of itself; Sphinx, its theme and its reader of Markdown are installed in .venv-docs on first use. What is
made needs no network and no server: open index.html.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import run  # noqa: E402  (of this checkout)

LOCK = ROOT / "requirements-docs.lock"
FOLDER = ROOT / ".venv-docs"
PYTHON = FOLDER / run.PYTHON.relative_to(run.VENV)
DONE = FOLDER / "done"


def environment() -> Path:
    """A Python with Sphinx: this one where it has it, else one of its own upon .venv."""
    if all(importlib.util.find_spec(name) for name in ("sphinx", "furo", "myst_parser", "msgspec")):
        return Path(sys.executable)
    if not DONE.exists() or DONE.read_bytes() != LOCK.read_bytes():
        if not run.is_ready():
            run.set_up()
        run.say("Installing Sphinx in .venv-docs (first use only) ...")
        venv.EnvBuilder(symlinks=os.name != "nt", clear=True).create(FOLDER)
        (run.packages_of(FOLDER) / "below.pth").write_text(f"{run.packages_of(run.VENV)}\n{ROOT}\n", "utf-8")
        run.install([LOCK], PYTHON)
        DONE.write_bytes(LOCK.read_bytes())
    return PYTHON


def main(arguments: list[str]) -> int:
    """Gives Sphinx's exit status: 0 only where it has nothing to complain of."""
    target = Path(arguments[0] if arguments else ROOT / "out" / "site").resolve()
    try:
        python = environment()
    except run.SetUpFailed as problem:
        run.say(problem)
        return 1
    sphinx = [str(python), "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    status = subprocess.run([*sphinx, str(ROOT / "docs"), str(target)], cwd=ROOT).returncode
    if status == 0:
        run.say(f"Made: {target / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
