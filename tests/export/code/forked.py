"""Scripts run by children of one Python that has loaded their framework already, which takes longest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PARENT = """
import importlib, json, os, runpy, sys, traceback

importlib.import_module(sys.argv[1])
for line in sys.stdin:
    arguments, out, err = json.loads(line)
    child = os.fork()
    if child == 0:
        for path, channel in ((out, 1), (err, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), channel)
        sys.argv[:] = arguments
        status = 1
        try:
            runpy.run_path(arguments[0], run_name="__main__")
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Forked:
    """A Python with that package loaded. What a script changes of it is gone with the child that ran it."""

    def __init__(self, package: str, folder: Path) -> None:
        self.told = folder / "out", folder / "err"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PARENT, package],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**environment, "JAX_PLATFORMS": "cpu"},
        )

    def run(self, *arguments: object) -> str:
        """What the script prints; fails where it does not come to its end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        out, err = self.told
        order = [*map(str, arguments)], str(out), str(err)
        self.process.stdin.write(f"{json.dumps(order)}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "0\n", err.read_text("utf-8")[-2000:]
        return out.read_text("utf-8")

    def end(self) -> None:
        self.process.communicate(timeout=20)
