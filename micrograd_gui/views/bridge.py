"""Bridge: the only door between the Session and Qt, and the pace at which views follow a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import ParamSpec, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from shiboken6 import isValid

from micrograd_gui.document.block import BlockId
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.log import logger_of
from micrograd_gui.session.record import Busy, forget_ahead, impatient, record_ahead, working_on
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State
from micrograd_gui.views.background import Background

_log = logger_of(__name__)
P = ParamSpec("P")
T = TypeVar("T")

NEVER = 1_000_000_000  # milliseconds: only when the run is over
_TURN = 0.014  # seconds from one heavy turn to the next, while the graph trains
_AGAIN = 5  # milliseconds until who had to wait for a turn asks again
_REST = 66  # milliseconds from one moment to the next at least, while the graph trains
_SHARE = 8  # panes rest so many times as long as it takes to show a moment
_LONGEST = 0.15  # seconds: no moment counts as slower, for something may have been loaded for it
_AT_ONCE = 300  # nodes of a graph whose run is recorded in 10 ms
_LITTLE = 0.005  # seconds, after which a turn can hold something else
_LATE = 0.0185  # seconds between two ticks from which the window is thought to be late
_MOST, _LEAST = 0.008, 0.001  # seconds of a frame that steps may take
_JUST_NOW = 0.012  # seconds since a heavy turn began


class Bridge(QObject):
    """Turns each replacement of the State into one signal, and each refusal into another.

    Signals: ``changed(old, new)`` carries two States; ``refused(sentence, node)`` a sentence for the status
    bar and the node it is about, or None, and ``mended(sentence)`` that what it was about is no more;
    ``told(sentence)`` what those who do not see are to hear at once;
    ``looked_into()`` that the eye is in another block now, which is
    ``within`` (None: outside of all). ``frames`` shares out the time while the graph trains; by
    ``rounds`` all panes that show a moment go to the next one together.

    Who listens to ``changed``, and how often each is told in a run (a test holds the list):

    ==============================  =======================  ============================================
    app/arrangement.py              together                 whether a question needs the room of the panes
    app/disk.py                     150 ms                   whether the file is what it was
    app/hall/projecting.py          150 ms                   whether the pane of choice has something to say
    app/hall/presenter.py           150 ms                   the notes on the first screen of two, in the hall
    app/exporting/dialog.py         each change              whether what is exported is another moment
    app/learning/classroom.py       150 ms                   how far a lesson has come; which panes it hides
    app/learning/explaining.py      each change              why the node that is selected has its number
    app/learning/greeting.py        each change              whether a new user has begun something
    app/training_loop.py            each change              whether the timer of the run goes
    app/window.py                   150 ms                   title, actions, what a document opens with
    views/screen_reader/announcer.py when the run is over    what a screen reader is told
    views/canvas/view.py            together                 nodes, wires and their numbers
    views/data/pane.py              each change              the rows; it looks at what differs, and seldom
    views/expression_line.py        when the run is over     the statements, h, the numbers of the plan
    views/gradients.py              together                 the table of gradients
    views/lab/two_runs.py           together                 the run that is held beside the present one
    views/lab/ledger.py             together                 why the selected node has its numbers
    views/lab/predict_line.py       together                 what is asked, of the State itself
    views/lab/cells.py              together                 what a pasted cell has printed
    views/lab/lesson.py             together                 the step of the lesson, or all lessons
    views/lab/bug_lab.py            together                 the bug that is on, and what it does
    views/moments.py                together                 all moments in words, and which it is
    views/playing.py                each change              whether another hand moves the cursor
    views/plot/pane.py              each change              whether there is a loss to show below
    views/plot/view.py              together, prepared       the plot
    views/rendered_graph.py         together                 Graphviz's picture
    views/step_card.py              together                 the step in words
    views/timeline.py               together                 all moments of the run, and which it is
    views/training/panel.py         together                 how far training is
    views/training/plan.py          each change              optimiser and schedule, as they are chosen
    ==============================  =======================  ============================================

    *Together*: of one moment, in one turn of the event loop, so that it is painted at one stroke; see Rounds.
    """

    changed = Signal(object, object)
    refused = Signal(str, object)
    mended = Signal(str)
    told = Signal(str)
    looked_into = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.within: BlockId | None = None
        self.frames = Frames(self)
        self.rounds = Rounds(self)
        self._unlisten = session.listen(self.changed.emit)
        self.destroyed.connect(self._unlisten)

    @property
    def state(self) -> State:
        """The State as it is now."""
        return self.session.state

    @property
    def shown(self) -> State:
        """The State that all panes show: that of the session, but in a run one of some steps before.

        While somebody predicts it is `veiled`: nothing of later moments is in it.
        """
        return self.rounds.shown

    def look_into(self, block: BlockId | None) -> None:
        """The canvas shows that block alone, or (None) the whole graph."""
        if block != self.within:
            self.within = block
            self.looked_into.emit()

    def attempt(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call a verb; a Refusal becomes the ``refused`` signal, and None comes back."""
        try:
            with impatient(), Net("do", getattr(verb, "__name__", "").strip("_<>").replace("_", " ")):
                return verb(*args, **kwargs)
        except Busy:
            _wait_for_run(self.session)
            return self.attempt(verb, *args, **kwargs)
        except Refusal as refusal:
            _log.info("refused: %s", refusal)
            self.refused.emit(str(refusal), refusal.node)
            return None


def _wait_for_run(session: Session) -> None:
    """Until the run of a large graph is recorded the window goes on, but for keys and presses, which wait."""
    loop = QEventLoop()
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: None if working_on(session.state.graph) else loop.quit())
    timer.start()
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


class Frames:
    """Shares out the frames of a run: one heavy turn is taken in each, and steps fill what is left of it.

    Between two heavy turns the event loop makes a whole pass, however late it is: keys are answered.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        self._turn_taken = -math.inf  # when the last heavy turn began, by the performance counter
        # Runs until a pass has been made since the last turn: a timer that begins while others are heard
        # is heard after what has been posted, and what the window system has sent, since then.
        self._passing = QTimer(parent, singleShot=True, interval=0)
        self._ticked = 0.0
        self._budget = _MOST

    def take_turn(self) -> bool:
        """Whether what is heavy may be done now; if not, to be asked again a few milliseconds later."""
        now = perf_counter()
        if now - self._turn_taken < _TURN or self._passing.isActive():
            return False
        self._turn_taken = now
        self._passing.start()
        return True

    def end_turn(self) -> None:
        """It has been done: before the next one, what waits for the event loop has its turn."""
        self._passing.start()

    def begin(self) -> None:
        """A run begins: its first tick comes next."""
        self._ticked, self._budget = perf_counter(), _MOST

    def tick(self) -> float:
        """Once a frame. Gives the seconds since the tick before; where they are many, steps have to wait."""
        now = perf_counter()
        passed, self._ticked = now - self._ticked, now
        late = passed > _LATE  # whatever else a frame holds, the next one shall come in time
        self._budget = max(_LEAST, self._budget * 0.7) if late else min(_MOST, self._budget * 1.1)
        return passed

    @property
    def budget(self) -> float:
        """Seconds that steps may take in this frame; few where a view has just taken most of it."""
        drawn = perf_counter() - self._turn_taken < _JUST_NOW
        return _LEAST if drawn else self._budget


class Rounds(QObject):
    """In a run all panes go from one moment to the next together, as fast as all of them can.

    A round takes the State of its begin. First, each in a turn of its own, those prepare that need long, and
    what they prepare is not seen; then in one turn all of them show it, so that it is painted at one stroke.
    Meanwhile the graph trains on, and the panes stay at the moment before. The end of a run is a round, too.

    Any other change is shown at once: one of the run's own graph with the moment that is seen, and an edit
    with all that has come meanwhile.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._bridge = bridge
        self._background = Background(self)
        self.shown = bridge.session.state  # what all panes show
        self._members: list[Together] = []
        self._aim: State | None = None  # what they prepare to show; None: they rest
        self._preparing: list[Callable[[State], bool]] = []  # what is still to be done for it
        self._took = 0.0  # seconds that this round has taken, without what came between its turns
        self._rested = 0.0  # when the last one was over, by the performance counter
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)
        self._painted = QTimer(self, singleShot=True, interval=0)  # heard when what was shown is painted
        self._painted.timeout.connect(self._on_painted)
        self._shown_at = 0.0
        self._beside: State | None = None  # what else than a step has come since the round began
        bridge.changed.connect(self._on_changed)

    def join(self, member: Together) -> None:
        """From now on the member is told of each moment."""
        self._members.append(member)

    def _on_changed(self, old: State, new: State) -> None:
        if new.graph.wiring is not self.shown.graph.wiring:
            self._show(new)
        elif new.is_training and old.is_training and new.training is old.training:
            self._show_beside(old, new)
        elif new.is_training:
            if not old.is_training:  # nobody looks at the steps of the run before any more
                self._background.cancel("run")
                forget_ahead()
            if self._aim is None and not self._timer.isActive() and not self._painted.isActive():
                self._timer.start(self._rest())
        elif old.is_training and any(isValid(each) and each.prepare for each in self._members):
            self._aim = None
            self._timer.start(0)
            if new.trace is not None and len(new.graph) > _AT_ONCE:
                self._background.start("run", record_ahead, new.graph, new.trace.script, done=lambda _: None)
        else:
            self._show(new)

    def _show_beside(self, old: State, new: State) -> None:
        """Somebody has selected, or moved a node: that is seen at once, with the numbers that are seen."""
        if old.graph.nodes is not new.graph.nodes:  # no step, but other numbers
            if self._aim is None:
                self._timer.start(0)
            return
        self._beside = new
        self._tell(_beside(self.shown, new))

    def _show(self, state: State) -> None:
        """All of them at once, whatever they have prepared."""
        self._aim = None
        self._timer.stop()
        self._tell(state)

    def _tell(self, state: State) -> None:
        if state.quiz is not None:
            from micrograd_gui.session.predicting.veil import veiled  # seldom somebody predicts

            state = veiled(state)  # what no view knows, none can tell
        before, self.shown = self.shown, state
        for member in self._members:
            if isValid(member):
                member.changed.emit(before, state)

    # A round ---------------------------------------------------------------------------------

    def _rest(self) -> int:
        """Milliseconds until the next round may begin."""
        rest = max(_REST, 1000 * _SHARE * min(self._took, _LONGEST))
        return max(0, round(rest - 1000 * (perf_counter() - self._rested)))

    def _go_on(self) -> None:
        if self._background.busy("run"):
            self._timer.start(_AGAIN)
            return
        if self._aim is None:
            self._aim, self._took, self._beside = self._bridge.state, 0.0, None
            self._preparing = [each.prepare for each in self._members if isValid(each) and each.prepare]
            self._preparing.insert(0, _work_out)
        if not self._bridge.frames.take_turn():
            self._timer.start(_AGAIN)
            return
        began = perf_counter()
        while self._preparing:
            if self._preparing.pop(0)(self._aim):
                self._bridge.frames.end_turn()
                self._timer.start(_AGAIN)
                self._took += perf_counter() - began
                return
        aim, self._aim, self._shown_at = self._aim, None, began
        self._tell(aim if self._beside is None else _beside(aim, self._beside))
        self._bridge.frames.end_turn()
        self._painted.start()

    def _on_painted(self) -> None:
        """The moment is on the screen; the next round comes where there is more to show."""
        self._rested = perf_counter()
        self._took += self._rested - self._shown_at
        if self._aim is None and not self._timer.isActive() and self._bridge.state.is_training:
            self._timer.start(self._rest())


def _work_out(state: State) -> bool:
    """Have all its numbers; gives whether that took long, as it does for the first moment of a run."""
    began = perf_counter()
    return bool(state.frame.data) and perf_counter() - began > _LITTLE


def _beside(seen: State, new: State) -> State:
    """The numbers that are seen, with what is selected, and what is where, in the other State."""
    numbers = {node: seen.graph.nodes[node].data for node in seen.graph.parameters}
    history = seen.history.amended(new.graph.numbered(numbers))
    return replace(seen, history=history, selection=new.selection, h=new.h, sides=new.sides)


class Together(QObject):
    """``changed(old, new)``: at once, but in a run for all who are together in it, in one turn, of one State.

    ``prepare(state)``: for who needs long to show a State. It is called in a turn before, must not be seen
    yet, and gives whether there was anything to do. Not every State that is prepared comes.
    """

    changed = Signal(object, object)

    def __init__(
        self, bridge: Bridge, parent: QObject, prepare: Callable[[State], bool] | None = None
    ) -> None:
        super().__init__(parent)
        self.prepare = prepare
        bridge.rounds.join(self)


class Paced(QObject):
    """``changed(old, new)`` as the bridge has it; in a run ``rest`` milliseconds apart, many as one.

    For what is light, and tells of no moment.
    """

    changed = Signal(object, object)

    def __init__(self, bridge: Bridge, rest: int, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._rest = rest
        self._before: State | None = None  # the State that was shown last, where another is waiting
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._due)
        bridge.changed.connect(self._on_changed)

    def _on_changed(self, old: State, new: State) -> None:
        if self._before is None:
            self._before = old
        if not new.is_training:
            self._timer.stop()
            self._due()
        elif not self._timer.isActive() and self._rest < NEVER:
            self._timer.start(self._rest)

    def _due(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            self.changed.emit(before, self._bridge.state)
