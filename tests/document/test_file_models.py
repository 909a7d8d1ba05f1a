"""What a file may say and what a graph may hold: written down apart, and they agree."""

from typing import get_args

import msgspec
import pytest

from micrograd_gui.document import codec
from micrograd_gui.document.block import Block, BlockKind
from micrograd_gui.document.data import OPTIMISERS, SCHEDULES, Column, Data, Reduction, TrainingPlan

PAIRS = [
    (codec.PlanModel, TrainingPlan),
    (codec.DataModel, Data),
    (codec.ColumnModel, Column),
    (codec.BlockModel, Block),
]


@pytest.mark.parametrize(("model", "held"), PAIRS, ids=lambda each: each.__name__)
def test_a_field_that_a_file_leaves_out_is_what_it_is_in_a_graph(model: type, held: type) -> None:
    in_file = {field.name: field for field in msgspec.structs.fields(model)}
    in_graph = {field.name: field for field in msgspec.structs.fields(held)}
    assert list(in_file) == list(in_graph)
    for name, field in in_file.items():
        if field.default is not msgspec.NODEFAULT:
            assert field.default == in_graph[name].default, name
        elif field.default_factory is not msgspec.NODEFAULT:
            assert tuple(field.default_factory()) == in_graph[name].default, name


def test_the_schema_offers_what_the_tables_and_kinds_do() -> None:
    defs = codec.schema()["$defs"]

    def offered(model: str, field: str) -> set[str]:
        return set(defs[model]["properties"][field]["enum"])

    assert offered("PlanModel", "optimiser") == set(OPTIMISERS)
    assert offered("PlanModel", "schedule") == set(SCHEDULES)
    assert offered("BlockModel", "kind") == set(get_args(BlockKind))
    assert offered("DataModel", "reduction") == set(get_args(Reduction))
    assert TrainingPlan().fault() is None
