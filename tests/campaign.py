"""The campaign: kills, faults, mutants and long walks, for as long as one likes, and what they found.

    python tests/campaign.py --minutes 10 [--seed 7] [kills | faults | mistakes | walk …]

Without names all parts share the time. What was done and found is printed at the end; the exit status is 1
where something was found. The same seed tries the same things in the same order, as far as the clock lets it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = {  # modules of tests/ordeals
    "kills": "a saving process is killed at any moment",
    "sessions": "the window is killed in the midst of work, and started again",
    "faults": "system calls of saves, recovery writes and exports fail in turn",
    "depth": "chains of up to a million ops are run, copied, shown, written and freed",
    "mistakes": "classes of Values with a mistake planted are diagnosed",
    "mutants": "spoiled files and texts of all forms are opened",
    "walk": "whatever can be done in the window is done at random, and undone",
    "soak": "the same work for hours; memory, processes, threads, files are counted",
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Throw things at the program, and tell what was found.")
    parser.add_argument("--minutes", type=float, default=10, help="for all parts together (10)")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn (1)")
    parser.add_argument("--most", type=int, default=sys.maxsize, help="a part ends after so many, too")
    parser.add_argument("--keep", type=Path, help="a folder for what made faults")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="; ".join(f"{name}: {what}" for name, what in PARTS.items())
    )
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    parts = given.parts or list(PARTS)
    seconds = given.minutes * 60 / len(parts)
    if len(parts) == 1:
        if given.keep is not None:
            given.keep.mkdir(parents=True, exist_ok=True)
        return run(parts[0], seconds, given.seed, given.most, given.keep)
    command = [sys.executable, __file__, "--minutes", str(seconds / 60), "--seed", str(given.seed)]
    command += ["--most", str(given.most), *(["--keep", str(given.keep)] if given.keep else [])]
    return max(subprocess.run([*command, part]).returncode for part in parts)


def tell_meanwhile(lines: Callable[[], list[str]]) -> None:
    """In a thread of its own: how far it has come, every minute."""
    while True:
        time.sleep(60)
        print(f"  {lines()[0]}", file=sys.stderr, flush=True)


def run(part: str, seconds: float, seed: int, most: int, keep: Path | None) -> int:
    """One part, in this process, with a home and a folder for temporary files of its own."""
    home = tempfile.mkdtemp(prefix="micrograd-gui-campaign-")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR"):
        folder = Path(home) / name.lower()
        folder.mkdir()
        os.environ[name] = str(folder)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    tempfile.tempdir = None
    sys.path.insert(0, str(ROOT))
    from tests.ordeals.report import Report

    report = Report(seconds, most, keep=keep)
    threading.Thread(target=tell_meanwhile, args=(report.lines,), daemon=True).start()
    print(f"{part}, seed {seed} ...", file=sys.stderr, flush=True)
    try:
        import_module(f"tests.ordeals.{part}").run(random.Random(seed), report)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        print(f"{part}, seed {seed}:", *report.lines(), sep="\n    ", flush=True)
    return int(bool(report.found))


if __name__ == "__main__":
    sys.exit(main())
