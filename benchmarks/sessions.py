"""Random sessions of verbs beside the oracle of the tests: what they disagree about, each as a short script.

    python benchmarks/sessions.py [N] [--screen N]

N sessions (2,000) are walked by the program and by the oracle (tests/session/oracle.py), and all numbers of
the State compared after each verb; of the first of them (200) also what table, step card and figures say.
Ends with status 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from time import process_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtGui import QGuiApplication

from tests.session.test_oracle import told


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sessions", nargs="?", type=int, default=2_000, metavar="N")
    parser.add_argument("--screen", type=int, default=200, metavar="N")
    given = parser.parse_args()
    application = QGuiApplication([])
    start, wrong = process_time(), 0
    for seed in range(given.sessions):
        found = told(seed, seed < given.screen)
        if found:
            wrong += 1
            print(found, end="\n\n", flush=True)
    application.quit()
    print(
        f"{given.sessions:,} sessions, {wrong} of them with something wrong, {process_time() - start:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
