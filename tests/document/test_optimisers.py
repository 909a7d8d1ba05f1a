"""The tables of optimisers and schedules: what follows from a row, and from nothing else."""

import numpy as np
import pytest
from msgspec.structs import replace

from micrograd import Value, optim
from micrograd_gui.document import codec
from micrograd_gui.document.data import OPTIMISERS, SCHEDULES, TrainingPlan
from micrograd_gui.document.graph import Graph
from micrograd_gui.export.code.training import training_script
from micrograd_gui.files.documents import load_example


def test_the_file_format_knows_the_names_of_the_tables_and_no_others() -> None:
    plan = codec.schema()["$defs"]["PlanModel"]["properties"]
    assert plan["optimiser"]["enum"] == sorted(OPTIMISERS)
    assert plan["schedule"]["enum"] == sorted(SCHEDULES)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_row_can_be_saved_and_written_as_a_script(optimiser: str, schedule: str) -> None:
    plan = TrainingPlan(optimiser=optimiser, schedule=schedule)
    graph = load_example("xor").planned(plan)
    again = codec.decode(codec.encode(graph))
    assert (again.plan or TrainingPlan()) == plan
    script = training_script(graph)
    assert OPTIMISERS[optimiser].torch in script
    assert SCHEDULES[schedule].python in script


def test_a_plan_names_what_there_is_where_it_asks_for_something_else() -> None:
    fault = replace(TrainingPlan(), optimiser="magic").fault()
    assert fault is not None
    assert fault[0] == "optimiser"
    assert "“magic”" in fault[1]
    assert all(name in fault[1] for name in OPTIMISERS)
    assert Graph().planned(TrainingPlan(optimiser="adam")).plan is not None


@pytest.mark.parametrize("row", OPTIMISERS.values(), ids=lambda row: row.name)
def test_what_is_remembered_has_a_number_for_each_parameter_and_column(row) -> None:
    import numpy as np

    numbers = np.array([1.0, -2.0, 3.0])
    after, moments = row.update(numbers, numbers, 0.1, row.start(numbers), 0)
    assert after.shape == numbers.shape
    assert [each.shape for each in moments] == [numbers.shape] * len(row.columns)
    assert (np.abs(after) < np.abs(numbers)).all()  # the gradient of x²/2 leads towards 0


@pytest.mark.parametrize("row", OPTIMISERS.values(), ids=lambda row: row.name)
def test_nothing_is_remembered_at_first_of_a_number_that_is_none_either(row) -> None:
    import numpy as np

    assert all((each == 0).all() for each in row.start(np.array([1.0, np.inf, np.nan])))


OF_THE_LIBRARY = {
    "sgd": lambda parameters: optim.SGD(parameters, lr=0.1),
    "momentum": lambda parameters: optim.SGD(parameters, lr=0.1, momentum=0.9),
    "adam": lambda parameters: optim.Adam(parameters, lr=0.1),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_columns_and_values_take_the_same_steps(name):
    row, numbers = OPTIMISERS[name], np.array([0.5, -2.0, 3.0])
    moments = row.start(numbers)
    assert len(moments) == len(row.columns)
    values = [Value(x) for x in numbers]
    steps = OF_THE_LIBRARY[name](values)
    for k in range(6):
        grads = np.sin(numbers * (k + 1))
        numbers, moments = row.update(numbers, grads, 0.1, moments, k)
        for value, grad in zip(values, grads.tolist(), strict=True):
            value.grad = grad
        steps.step()
        assert [value.data for value in values] == pytest.approx(numbers.tolist(), rel=1e-15)
