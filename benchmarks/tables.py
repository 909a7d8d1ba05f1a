"""Tables read and written, beside Python's csv and float over the same text.

    python benchmarks/tables.py

Per table, in seconds of the processor: what the program takes, what csv.reader and float take where they can
read it at all, and the ratio. No table of 20 MB may take 10 s.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from origin import tell_own

from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.files import tables

ROWS = 100_000


def texts() -> dict[str, str]:
    generator = random.Random(1)
    nine = (",".join(repr(generator.gauss(0, 1)) for _ in range(9)) for _ in range(ROWS))
    return {
        "nine columns": "a,b,c,d,e,f,g,h,i\n" + "\n".join(nine),
        "quoted": "a,b,c\n" + '"1.5","-2.5","3"\n' * ROWS,
        "decimal commas": "a;b;c\n" + "1,5;-2,25;3,125\n" * ROWS,
        "ratios": "a,b\n" + f"1.{'1' * 150}/3,2pi/7\n" * 110_000,
        "words": "a;b;c\n" + "yes;no;TRUE\n" * ROWS,
        "empty lines": "\n" * 1_900_000 + "x",
        "empty fields": "1,2\n" + ",,,,,,,,,,,,,,,,,,\n" * 1_000_000,
        "quotation marks": '"\n' * 1_900_000,
        "a million rows": "1\n" * 1_000_000,
    }


def plainly(text: str) -> None:
    with suppress(ValueError, csv.Error):
        for row in csv.reader(io.StringIO(text)):
            for field in row:
                with suppress(ValueError):
                    float(field)


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    with suppress(FileRefusal):
        work()
    return time.process_time() - began


def main() -> None:
    """Measure, and print a line for each table."""
    tell_own("micrograd_gui")
    for name, text in texts().items():
        ours, plain = timed(lambda text=text: tables.parse(text)), timed(lambda text=text: plainly(text))
        size = len(text) / 1e6
        print(f"{name:16} {size:5.1f} MB: {ours:.2f}, csv and float {plain:.2f}, ratio {ours / plain:.1f}")
    data = tables.parse(texts()["nine columns"])
    ours = timed(lambda: tables.as_text(data))
    plain = timed(lambda: csv.writer(io.StringIO()).writerows(data.rows))
    print(f"writing nine columns: {ours:.2f}, csv {plain:.2f}, ratio {ours / plain:.1f}")


if __name__ == "__main__":
    main()
