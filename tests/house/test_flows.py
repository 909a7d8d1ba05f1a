"""How many files a reader opens to follow what happens most."""

import subprocess
import sys
from pathlib import Path

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.session import Session
from tests.house.structure import ROOT, entered

BEFORE_THE_SIGNAL = 6
FOR_A_FIGURE = 45


@pytest.mark.parametrize("moves", [1, 2, 3])  # made before: the first one records the pass, in the engine too
def test_a_backward_step_enters_few_files_before_the_signal(moves: int) -> None:
    session = Session(graph_from_expression("L = (a*b + c) * f"))
    session.forward()
    for _ in range(moves):
        session.backward_step()
    heard: list[set[str]] = []
    with entered() as files:
        session.listen(lambda old, new: heard.append(set(files)))
        session.backward_step()
    assert len(heard) == 1
    assert 0 < len(heard[0]) <= BEFORE_THE_SIGNAL, sorted(heard[0])


def test_a_figure_of_a_few_nodes_enters_few_files(tmp_path: Path) -> None:
    code = (
        "from tests.house.structure import entered\n"  # a process of its own: importing is entering, too
        "with entered() as files:\n"
        "    from micrograd_gui.app.cli import main\n"
        f"    main(['render', 'neuron', '-o', {str(tmp_path / 'neuron.svg')!r}])\n"
        "print(len(files))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert 20 < int(done.stdout.split()[-1]) <= FOR_A_FIGURE, done.stderr
