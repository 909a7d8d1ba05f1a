"""The table of kinds of blocks: what follows from a row, and from nothing else."""

import pytest

from micrograd import nn
from micrograd_gui.document import codec
from micrograd_gui.document.block import BLOCK_KINDS, OFFERED_KINDS
from micrograd_gui.document.catalogue import BLOCKS, block_kind
from micrograd_gui.document.networks import NETWORKS, BlockSpec
from micrograd_gui.session.session import Session


def test_palette_and_file_format_know_the_kinds_of_the_table_and_no_others() -> None:
    assert [block_kind(offer.payload) for offer in BLOCKS] == list(OFFERED_KINDS)
    assert BLOCK_KINDS.keys() - OFFERED_KINDS.keys() == {"part"}  # which is made of nodes that are there
    assert codec.schema()["$defs"]["BlockModel"]["properties"]["kind"]["enum"] == sorted(BLOCK_KINDS)


def test_each_kind_that_reads_inputs_can_be_built() -> None:
    assert [row.name for row in BLOCK_KINDS.values() if row.inputs] == list(NETWORKS)


@pytest.mark.parametrize("row", OFFERED_KINDS.values(), ids=lambda row: row.name)
def test_a_kind_can_be_added_undone_by_its_name_and_saved(row) -> None:
    session = Session()
    if not row.inputs:
        session.add_block(BlockSpec("neuron", seed=1))
    session.add_block(BlockSpec(row.name, seed=1))
    assert session.state.history.undo_name == f"Add {row.phrase}"
    graph = session.state.graph
    assert graph.blocks[-1].kind in BLOCK_KINDS
    assert codec.encode(codec.decode(codec.encode(graph))) == codec.encode(graph)
    session.undo()
    assert row.name not in [block.kind for block in session.state.graph.blocks if block.parent is None]


def test_the_classes_of_pasted_code_are_micrograd_s() -> None:
    for row in BLOCK_KINDS.values():
        assert row.module == "" or issubclass(getattr(nn, row.module), nn.Module)
