"""Exports: what a PNG and a PDF take beside the SVG of the same graph, and a GIF beside another commit's.

    python benchmarks/exports.py [--rounds 3] [--before COMMIT] [--style canvas]

Over 1,500 boxes in layers of tanh neurons, and over a sum of 400 squared errors: the time of each form beside
that of SVG (wanted: at most 1.5 times). A GIF of `neuron`. All in processor time, Graphviz's included, the
least of the rounds. With ``--before`` the same of that commit: our GIF is to take a third of its time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import warnings
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FORMS = ("svg", "png", "pdf")


def layers(boxes: int) -> str:
    """Layers of tanh neurons that share their inputs, of about that many boxes."""
    lines = ["h0 = x"]
    for at in range(boxes // 7):
        lines.append(f"h{at + 1} = tanh(h{at}*w{at} + b{at}) + h{at}*0.5")
    return "; ".join(lines)


def squares(rows: int) -> str:
    """A loss: a sum of that many squared errors."""
    return "L = " + " + ".join(f"(p{at} - y{at})**2" for at in range(rows))


def spent() -> float:
    """The processor time of this process and of those that it started and that are over."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def measured(rounds: int, style: str) -> dict[str, float]:
    """The least time of each export, in seconds, of the package that this process finds."""
    import micrograd_gui as mg

    print(f"micrograd_gui: {mg.__file__}", file=sys.stderr)
    graphs = {"1500 boxes": mg.parse(layers(1500)), "400 squares": mg.parse(squares(400))}
    exports = [(graph, name, form) for name, graph in graphs.items() for form in FORMS]
    exports.append((mg.read("neuron"), "neuron", "gif"))
    least: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for form in (*FORMS, "gif"):  # what is loaded once is not measured
            mg.render(mg.parse("a = 2; L = a*a"), Path(folder, f"a.{form}"))
        for _ in range(rounds):
            for graph, name, form in exports:
                began = spent()
                mg.render(graph, Path(folder, f"a.{form}"), style=style)
                key = f"{name} {form}"
                least[key] = min(least.get(key, 1e9), spent() - began)
    return least


def side(checkout: Path, options: argparse.Namespace) -> dict[str, float]:
    """What a process measures that takes the package from that checkout."""
    command = [sys.executable, __file__, "--one", "--rounds", str(options.rounds), "--style", options.style]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, cwd=checkout)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", metavar="COMMIT", help="a commit to measure beside this checkout")
    parser.add_argument("--style", default="notebook", choices=["notebook", "canvas"])
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.rounds, options.style)))
        return
    now = side(ROOT, options)
    was: dict[str, float] = {}
    if options.before:
        archive = subprocess.run(
            ["git", "archive", options.before], cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(fileobj=BytesIO(archive.stdout)) as packed:
                packed.extractall(folder, filter="data")
            was = side(Path(folder), options)
    for key, seconds in now.items():
        name, _, form = key.rpartition(" ")
        svg = now.get(f"{name} svg", seconds)
        beside = "" if form in ("svg", "gif") else f", {seconds / svg:.2f} times its SVG (wanted: 1.5)"
        before = f", {seconds / was[key]:.2f} of the {was[key]:.2f} s of {options.before}" if was else ""
        wanted = " (wanted: 0.33)" if was and form == "gif" else ""
        print(f"{key}: {seconds:.2f} s{beside}{before}{wanted}")


if __name__ == "__main__":
    main()
