"""What an ordeal did and found, and how long it may take."""

from __future__ import annotations

import hashlib
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 20  # of the faults found; each is told once, however often it was met


@dataclass
class Report:
    """``done`` counts what was tried, ``found`` how often each fault was met; ``notes`` are measures.

    It is full when ``seconds`` are over, or when ``most`` of what ``counted`` names were tried. What made a
    fault goes into the folder ``keep``.
    """

    seconds: float
    most: int = sys.maxsize
    counted: str = ""
    keep: Path | None = None
    done: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    notes: dict[str, str] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    @property
    def full(self) -> bool:
        """Whether nothing more is to be begun."""
        return self.spent >= self.seconds or self.done[self.counted] >= self.most

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.begun

    def fault(self, sentence: str, example: bytes | None = None) -> None:
        """One more; where it is new it is told at once, and what made it is kept to be tried again."""
        if not self.found[sentence]:
            where = "" if example is None else f" ({self._keep(example)})"
            print(f"  FOUND after {self.spent:.0f} s: {sentence}{where}", file=sys.stderr, flush=True)
        self.found[sentence] += 1

    def _keep(self, example: bytes) -> str:
        if self.keep is None:
            return ascii(example[:60])
        path = self.keep / f"{hashlib.sha256(example).hexdigest()[:10]}.fault"
        path.write_bytes(example)
        return str(path)

    def lines(self) -> list[str]:
        """All of it, for the end of a campaign."""
        done = ", ".join(f"{count:,} {what}" for what, count in list(self.done.items()) if count)
        lines = [f"{done or 'nothing'} in {self.spent:.0f} s", *(f"{k}: {v}" for k, v in self.notes.items())]
        faults = [f"FAULT ({count} times): {what}" for what, count in self.found.most_common(SHOWN)]
        more = len(self.found) - SHOWN
        return [*lines, *(faults or ["no fault found"]), *([f"and {more} more"] if more > 0 else [])]
