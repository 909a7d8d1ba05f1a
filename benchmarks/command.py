"""A command as a process, beside `python -c pass`: medians of processor time, and the median of their ratios.

    python benchmarks/command.py [RUNS] [COMMAND …]        # usually: check lecture

Each run is a fresh process, the two in turn; what is counted is processor time, which a busy neighbour leaves
as it is.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(tempfile.gettempdir()) / "micrograd-gui-benchmark"
_TOLD = "from origin import tell_own; tell_own('micrograd', 'micrograd_gui')"
_NOTHING = ("-c", "pass")


def _environment() -> dict[str, str]:
    """As a user has it: compiled files are kept, so that only the very first start compiles."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "benchmarks")))
    return {**kept, "PYTHONPATH": paths, "PYTHONPYCACHEPREFIX": str(CACHE)}


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(arguments: tuple[str, ...]) -> float:
    """The processor time of a fresh Python with those arguments."""
    before = _processor_time()
    subprocess.run([sys.executable, *arguments], env=_environment(), stdout=subprocess.DEVNULL, check=True)
    return _processor_time() - before


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    command = ("-P", "-m", "micrograd_gui", *(sys.argv[2:] or ("check", "lecture")))
    subprocess.run([sys.executable, "-P", "-c", _TOLD], env=_environment(), check=True)
    for arguments in (_NOTHING, command):  # the first run reads files from disk, and compiles
        seconds(arguments)
    pairs = [(seconds(command), seconds(_NOTHING)) for _ in range(runs)]
    ours, nothing = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{' '.join(command[2:])}: {ours * 1000:.0f} ms, python -c pass {nothing * 1000:.0f} ms; "
          f"ratio {ratio:.1f} (median of {runs} pairs; wanted: at most 8)")  # fmt: skip


if __name__ == "__main__":
    main()
