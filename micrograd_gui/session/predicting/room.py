"""The room of predicting: begin, answer, have a hint, have it shown, and leave."""

from __future__ import annotations

from msgspec.structs import replace

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import written
from micrograd_gui.session import stepping
from micrograd_gui.session.predicting.judging import judge, judge_node, node_named
from micrograd_gui.session.predicting.question import Question, question_at, recorded_ahead
from micrograd_gui.session.predicting.quiz import Mode, Outcome, Quiz
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import Position


class Predicting(Room):
    """Somebody says what the next step gives before it is shown; its facts are ``State.quiz``."""

    def begin(self, mode: Mode | None = None) -> None:
        """From now on the next step is asked. Raises Refusal where there is none, and while it trains."""
        state = self.state
        if not state.graph.nodes:
            raise Refusal(tr("The graph is empty: there is nothing to predict yet."))
        if state.is_training:
            raise Refusal(tr("The graph trains: stop it first, then predict."))
        stepping.refuse_where_stopped(state)
        asked = replace(state, quiz=Quiz(mode or "contribution"))
        self.session.take(recorded_ahead(asked))

    def leave(self) -> None:
        """Nothing is asked any more, and nothing is hidden."""
        if self.state.quiz is not None:
            self.session.take(replace(self.state, quiz=None))

    def choose(self, mode: Mode) -> None:
        """Ask that of each step from now on; the score stays."""
        now = self._now
        self.session.take(_ahead(replace(self.state, quiz=Quiz(mode, score=now.score))))

    def answer(self, text: str) -> None:
        """What was typed is judged, and the step is shown. Raises Refusal for what is no answer."""
        if question_at(self.state).kind == "node" and text.strip():
            self.answer_node(node_named(self.state, text))
        else:
            self._close(judge(self.state, text))

    def answer_node(self, node: NodeId) -> None:
        """That node was pointed at as the one that acts next. Raises Refusal where none is asked for."""
        outcome = judge_node(self.state, node)
        self._close(outcome, node if outcome.verdict == "right" else None)

    def show(self) -> None:
        """The next step is shown without an answer. Raises Refusal where there is none."""
        question = question_at(self.state)
        if not question.end:
            raise Refusal(question.context)
        self._stand(question, _shown(question), question.end)

    def hint(self) -> None:
        """First the rule in symbols, then with the numbers in it. Raises Refusal where there is none."""
        now, question = self._now, question_at(self.state)
        if not question.hints:
            raise Refusal(tr("There is no hint here: have the step shown."))
        hints = min(now.hints + 1, len(question.hints))
        self.session.take(replace(self.state, quiz=replace(now, hints=hints)))

    def tick(self, *, right: bool) -> None:
        """They had it, or not, where it was said aloud: what was only shown counts now.

        Raises Refusal where nothing was shown that could count.
        """
        now = self._now
        if now.last is None or not now.last.waits:
            raise Refusal(tr("There is nothing to tick: it is for a step that was shown without an answer."))
        score = now.score.after("right" if right else "wrong")
        last = now.last._replace(
            ticked=True, remark=tr("✓ They had it.") if right else tr("✗ They did not have it.")
        )
        self.session.take(replace(self.state, quiz=replace(now, score=score, last=last)))

    @property
    def _now(self) -> Quiz:
        if self.state.quiz is None:
            raise Refusal(tr("Nobody predicts: press P first."))
        return self.state.quiz

    def _close(self, outcome: Outcome, chosen: NodeId | None = None) -> None:
        """The question is answered: the next one comes, of the same step or of the step after."""
        state, now, question = self.state, self._now, question_at(self.state)
        if question.part + 1 < question.parts:
            score = now.score.after(outcome.verdict)
            after = replace(now, part=question.part + 1, hints=0, score=score, last=outcome)
            self.session.take(replace(state, quiz=after))
            return
        self._stand(question, outcome, question.end, chosen)

    def _stand(self, question: Question, outcome: Outcome, end: int, chosen: NodeId | None = None) -> None:
        state, now = recorded_ahead(self.state), self._now
        assert state.trace is not None
        position = Position(state.trace, end)
        if chosen is not None and chosen != question.node:
            from micrograd_gui.session.choosing import acting_next  # seldom somebody takes another order

            position = acting_next(state, chosen)
        score = now.score.after(outcome.verdict)
        after = replace(stepping.standing_at(state, position), quiz=Quiz(now.mode, 0, 0, score, outcome))
        self.session.take(_ahead(after))

    def follow(self, old: State, new: State) -> State:
        """Steps and edits by other hands: a step forward has shown what was asked, all else asks anew."""
        was, now = old.quiz, new.quiz
        if now is None or now is not was:
            return new
        if new.is_training:
            return replace(new, quiz=None)
        if new.graph is old.graph and new.trace is old.trace and new.cursor == old.cursor:
            chosen = new.selection != old.selection and now.mode == "gradient"
            return replace(new, quiz=replace(now, hints=0)) if chosen else new
        last = None
        if new.graph is old.graph and new.cursor > old.cursor:
            question = question_at(old)
            last = _shown(question) if question.end and new.cursor >= question.end else None
        return _ahead(replace(new, quiz=Quiz(now.mode, score=now.score, last=last)))


def _ahead(state: State) -> State:
    """With what comes next recorded, where something does; else the line says that nothing does."""
    try:
        return recorded_ahead(state)
    except Refusal:
        return state


def _shown(question: Question) -> Outcome:
    if question.right is None:
        return Outcome(tr("the next step"), "", tr("is done"), "shown", had=False)
    return Outcome(question.asks, "", written(question.right), "shown")
