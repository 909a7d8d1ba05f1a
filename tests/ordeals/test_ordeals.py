"""A little of each ordeal of the campaign, every time; all of it by ``python tests/campaign.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).resolve().parents[1] / "campaign.py"
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at as Linux shows them")


def campaign(part: str, most: int, *more: str) -> str:
    """What a small campaign prints; it finds nothing, or the test fails with what it found."""
    command = [sys.executable, CAMPAIGN, "--minutes", "1.8", "--most", str(most), part, *more]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8",
                          env={**os.environ, "PYTHONIOENCODING": "utf-8"})  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no fault found" in done.stdout
    return done.stdout


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "most", "counted"),
    [("kills", 12, "12 kills"), ("faults", 25, "calls failed"), ("mutants", 40, "40 mutants"),
     pytest.param("walk", 20, "20 moves", marks=pytest.mark.qt)],
)  # fmt: skip
def test_a_small_campaign_does_what_it_says_and_finds_nothing(part: str, most: int, counted: str) -> None:
    told = campaign(part, most)
    if "not run:" in told:
        pytest.skip("the kernel does not let system calls fail here")
    assert counted in told
