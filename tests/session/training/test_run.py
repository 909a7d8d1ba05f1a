"""The verbs of training: one undo per run, live numbers, stop, rewind, and stepping through any moment."""

import pytest
from msgspec.structs import replace

from micrograd import language
from micrograd.language import again
from micrograd_gui.document import datasets
from micrograd_gui.document.data import Column, Data
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.training.progress import Series
from micrograd_gui.session.training.run import Learner


def session(name: str = "mlp") -> Session:
    return Session(load_example(name))


def parameters(of: Session) -> list[float]:
    graph = of.state.graph
    return [graph.nodes[node].data for node in graph.parameters]


def test_one_undo_takes_back_a_whole_run() -> None:
    here = session()
    first = here.state.graph
    here.train_start()
    while here.train_tick(3):
        pass
    assert here.state.training is not None
    assert len(here.state.losses) == here.state.training.k == 20
    here.undo()
    assert here.state.graph is first
    assert here.state.training is None
    assert list(here.state.losses) == []
    here.redo()
    assert parameters(here) != [first.nodes[node].data for node in first.parameters]


def test_single_steps_and_ticks_make_the_same_run() -> None:
    one, other = session(), session()
    for _ in range(20):
        one.train_step()
    other.train_start()
    while other.train_tick(7, seconds=10):
        pass
    assert one.state.losses == other.state.losses
    assert parameters(one) == parameters(other)
    assert len(one.state.history.entries) == len(other.state.history.entries) == 2


def test_a_tick_stops_when_its_time_is_up() -> None:
    here = session("moons")
    here.train_start()
    assert here.train_tick(50, seconds=0.0)
    assert here.state.training is not None
    assert here.state.training.k == 1


def test_a_run_that_was_stopped_goes_on_to_its_end() -> None:
    here = session()
    here.train_start()
    here.train_tick(5)
    here.train_stop()
    assert not here.train_tick(5)
    assert here.state.training is not None
    assert here.state.training.k == 5
    here.train_start()
    while here.train_tick(100):
        pass
    assert here.state.training.k == 20
    here.train_start()
    assert here.state.training.until == 40


def test_numbers_on_screen_are_those_of_the_graph_on_screen_after_each_step() -> None:
    here = session("xor")
    for _ in range(3):
        here.train_step()
        state = here.state
        assert state.trace is not None
        recorded = record(state.graph, state.trace.script)
        assert len(state.trace) == len(recorded)
        assert state.trace.ends == recorded.ends
        for cursor in (0, 1, recorded.ends[0], len(recorded) - 3, len(recorded)):
            live, frame = state.trace.frame(cursor), recorded.frame(cursor)
            assert live.data == pytest.approx(dict(frame.data), abs=1e-12)
            assert live.grad == pytest.approx(dict(frame.grad), abs=1e-12)


def test_training_keeps_the_moment_and_its_pass_can_be_stepped_through() -> None:
    here = session("line")
    here.forward()
    here.backward_step()
    cursor = here.state.cursor
    here.train_step()
    assert here.state.cursor == cursor
    here.backward_step()
    here.previous()
    assert here.state.cursor == cursor
    assert card(here.state)


def test_training_goes_on_from_an_update_that_was_stepped() -> None:
    here = session("line")
    here.forward()
    here.backward()
    here.update()
    moved = here.state.moment
    here.train_step()
    assert here.state.training is not None
    assert list(here.state.training.start) == [moved.nodes[node].data for node in moved.parameters]
    assert here.state.forward_done


def test_rewind_brings_the_start_back_and_can_be_undone() -> None:
    here = session()
    start = parameters(here)
    for _ in range(3):
        here.train_step()
    trained = parameters(here)
    here.rewind()
    assert parameters(here) == start
    assert here.state.training is None
    here.undo()
    assert parameters(here) == trained
    with pytest.raises(Refusal):
        here.rewind()


def test_a_plan_is_no_edit_and_holds_at_once() -> None:
    here = session()
    here.train_start()
    here.train_tick(2)
    here.set_plan(rate=0.001, optimiser="adam")
    here.train_tick(2)
    assert here.state.training is not None
    assert here.state.training.k == 4
    assert here.state.training.rate == 0.001
    assert len(here.state.training.moments) == 2
    assert here.state.unsaved
    here.undo()
    assert len(here.state.history.entries) == 2


@pytest.mark.parametrize(
    "setting", [{"rate": 0.0}, {"rate": -1.0}, {"rate": 1e300}, {"steps": 0}, {"batch": 0}, {"seed": -1}]
)
def test_a_plan_that_cannot_be_is_refused_and_nothing_changes(setting: dict[str, float]) -> None:
    here = session()
    before = here.state
    with pytest.raises(Refusal):
        here.set_plan(**setting)  # type: ignore[arg-type]
    assert here.state is before


def test_showing_a_row_is_an_edit_and_part_of_a_run_that_goes_on() -> None:
    here = session()
    here.show_row(1)
    here.show_row(2)
    assert here.state.graph.nodes[here.state.graph.named("x2")].data == 1.0
    assert len(here.state.history.entries) == 2
    here.train_start()
    here.train_tick(2)
    here.show_row(0)
    here.train_tick(2)
    assert len(here.state.history.entries) == 3
    here.undo()
    assert here.state.graph.data is not None
    assert here.state.graph.data.shown == 2


def test_a_row_shown_in_between_does_not_disturb_the_run() -> None:
    one, other = session(), session()
    for here in (one, other):
        here.set_plan(optimiser="momentum", batch=2)
        for k in range(10):
            here.train_step()
            if here is other:
                here.show_row(k % 4)
    assert one.state.losses == other.state.losses


def test_a_run_that_goes_wrong_ends_with_a_sentence_and_the_last_good_numbers() -> None:
    graph = graph_from_expression("x = 1; w = 2; y = 3; L = exp(w*x) - y*w")
    here = Session(graph.marked(graph.named("w"), "parameter"))
    here.set_rows(Data((Column("x"), Column("y")), ((1.0, 2.0), (2.0, 5.0))), match=True)
    here.set_plan(rate=1000.0)
    here.train_start()
    while here.train_tick():
        pass
    assert here.state.training is not None
    assert not here.state.training.running
    assert "row" in here.state.training.note
    assert here.state.training.note.endswith(".")
    language.use({"in row {row}, {note}": "in Zeile {row}: {note}"})
    try:
        assert "in Zeile 1: " in again(here.state.training.note)
    finally:
        language.use()
    good = parameters(here)
    before = here.state
    with pytest.raises(Refusal, match="row"):
        here.train_step()
    assert here.state is before
    assert parameters(here) == good


def test_what_cannot_be_trained_is_refused_and_nothing_changes() -> None:
    for graph in (Graph(), load_example("neuron")):
        here = Session(graph)
        before = here.state
        for verb in (here.train_step, here.train_start, here.rewind):
            with pytest.raises(Refusal):
                verb()
        assert here.state is before
        assert not here.train_tick()


def test_other_rows_or_other_parameters_are_another_training() -> None:
    here = session("xor")
    here.train_step()
    here.set_rows(datasets.make("and"), match=True)
    assert here.state.training is None
    here.train_step()
    here.mark(here.state.graph.parameters[0], "")
    assert here.state.training is None
    here.train_step()
    here.redraw(5)
    assert here.state.training is None


def test_moving_a_node_or_editing_a_weight_leaves_a_run_going() -> None:
    here = session("line")
    here.train_start()
    here.train_tick(3)
    here.move({here.state.graph.named("w"): (5.0, 5.0)})
    here.set_value(here.state.graph.named("w"), 9.0)
    assert here.train_tick(1)
    assert here.state.training is not None
    assert here.state.training.k == 4
    assert here.state.losses[3] > here.state.losses[0]


def test_each_verb_replaces_the_state_once() -> None:
    here = session("line")
    told: list[object] = []
    here.listen(lambda old, new: told.append(new))
    for verb in (here.train_step, here.train_start, here.train_tick, here.train_stop, here.rewind):
        told.clear()
        verb()
        assert len(told) == 1


def test_while_a_graph_trains_no_step_is_the_acting_one() -> None:
    here = session("line")
    here.forward()
    here.train_start()
    here.train_tick()
    assert here.state.step is None
    assert card(here.state)[0].text == "TRAINING   step 1 of 100"
    here.train_stop()
    assert here.state.step is not None


def test_blocks_are_put_in_collapsed_and_opened_as_edits() -> None:
    here = Session()
    here.add_block(BlockSpec("mlp", 2, (3, 1), linear=True, seed=1))
    block = here.state.graph.blocks[0].id
    here.add_block(BlockSpec("loss", form="margin"))
    here.collapse(block)
    assert here.state.graph.blocks[0].collapsed
    here.undo()
    assert not here.state.graph.blocks[0].collapsed
    here.set_rows(datasets.make("moons"), match=True)
    here.train_step()
    assert here.state.training is not None
    here.select_block(block)
    here.ungroup(block)
    assert [each.kind for each in here.state.graph.blocks] == ["loss"]
    with pytest.raises(Refusal):
        here.collapse(block)


def test_a_series_that_grows_leaves_the_shorter_ones_as_they_were() -> None:
    short = Series([1.0, 2.0])
    longer = short.extended([3.0])
    other = short.extended([4.0, 5.0])
    assert (list(short), list(longer), list(other)) == ([1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 2.0, 4.0, 5.0])
    assert longer[-1] == 3.0
    assert list(longer[:2]) == [1.0, 2.0]
    assert short == replace_nothing(short)
    with pytest.raises(IndexError):
        short[2]


def replace_nothing(series: Series) -> Series:
    return series.extended(())


def test_training_is_left_out_when_a_document_is_opened() -> None:
    here = session("line")
    here.train_step()
    here.open_graph(load_example("xor"))
    assert here.state.training is None
    here.train_step()
    assert replace(here.state).training is not None


def test_what_a_learner_holds_makes_no_difference_but_in_time() -> None:
    start = session("mlp").state
    held, state, fresh = Learner(), start, start
    for _ in range(4):
        state, fresh = held.step(state), Learner().step(fresh)
    assert state.training is not None
    assert fresh.training is not None
    assert list(state.losses) == list(fresh.losses)
    assert (state.training.numbers, state.training.k) == (fresh.training.numbers, 4)
    assert start.training is None
    assert list(held.step(start).losses) == list(state.losses)[:1]  # from a State that it did not give last


def test_a_step_that_is_given_up_leaves_no_trace() -> None:
    here = session("xor")
    here.train_step()
    before = here.state
    here._learner.step(before)  # made, and never put in place
    here.train_step()
    other = session("xor")
    other.train_step()
    other.train_step()
    assert list(here.state.losses) == list(other.state.losses)
    assert parameters(here) == parameters(other)
