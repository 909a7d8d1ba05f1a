"""Doings: the actions of which the answer of a lesson's step is made: read, done, and told to a learner."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from micrograd.language import N_, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import quoted, read_number
from micrograd_gui.session.session import Session

if TYPE_CHECKING:
    from micrograd_gui.session.bugs.table import Bug

TRAIN_AT_MOST = 1000  # steps that one answer makes
Parts = re.Match[str]


class Doing(NamedTuple):
    """One row: an action as the answer of a step writes it.

    ``pattern`` is the whole line. ``run(session, parts)`` does it by verbs of the session; ``told(parts)``
    says to a learner how it is done in the window. ``form`` is for docs.
    """

    name: str
    form: str
    pattern: str
    run: Callable[[Session, Parts], object]
    told: Callable[[Parts], str]


class ReadDoing(NamedTuple):
    """A line of an answer that was understood."""

    row: Doing
    parts: Parts

    @property
    def text(self) -> str:
        """What the action is about: the first of its parts."""
        return (self.parts.groupdict().get("what") or "").strip()

    @property
    def times(self) -> int:
        """How often it is done."""
        return _count(self.parts)

    def told(self) -> str:
        """How it is done in the window."""
        return self.row.told(self.parts)


def read_doing(line: str) -> ReadDoing:
    """The action that the line names; raises Refusal where it names none."""
    for row in DOINGS.values():
        if parts := re.fullmatch(row.pattern, line.strip()):
            if row.name == "train" and _count(parts) > TRAIN_AT_MOST:
                raise Refusal(tr("An answer trains at most {n} steps.", n=TRAIN_AT_MOST))
            return ReadDoing(row, parts)
    raise Refusal(
        tr(
            "{action} is no action; there are {names}.",
            action=quoted(line),
            names=", ".join(row.form for row in DOINGS.values()),
        )
    )


def play(session: Session, line: str, enter: Callable[[str], object]) -> None:
    """Do what the line says; ``enter`` takes what is typed. Raises Refusal where it cannot be done."""
    doing = read_doing(line)
    if doing.row.name == "type":
        enter(doing.text)
    else:
        doing.row.run(session, doing.parts)


def told(answer: list[str]) -> list[str]:
    """How a step is done, a sentence for each action."""
    return [read_doing(line).told() for line in answer]


def _count(parts: Parts) -> int:
    return int(parts.groupdict().get("count") or 1)


def _often(verb: Callable[[Session], object]) -> Callable[[Session, Parts], object]:
    def run(session: Session, parts: Parts) -> None:
        for _ in range(_count(parts)):
            verb(session)

    return run


def _pressed(what: str, keys: str) -> Callable[[Parts], str]:
    def say(parts: Parts) -> str:
        told = {"what": tr(what), "keys": tr(keys)}
        if (count := _count(parts)) > 1:
            return tr("Press **{what}** ({keys}) {n} times.", n=count, **told)
        return tr("Press **{what}** ({keys}).", **told)

    return say


def _plain(name: str, verb: Callable[[Session], object], what: str, keys: str) -> Doing:
    """A verb without words of its own, which may be said several times: ``backward step 3``."""
    return Doing(name, name, rf"{name}(?: (?P<count>\d{{1,4}}))?", _often(verb), _pressed(what, keys))


def _select(session: Session, parts: Parts) -> None:
    session.select([session.state.graph.named(name.strip()) for name in parts["what"].split(",")])


def _nudge(session: Session, parts: Parts) -> None:
    node = session.state.graph.named(parts["what"].strip())
    session.select([node])
    session.nudge(node)


def _set(session: Session, parts: Parts) -> None:
    session.set_value(session.state.graph.named(parts["what"].strip()), parts["number"])


def _rename(session: Session, parts: Parts) -> None:
    session.rename(session.state.graph.named(parts["what"].strip()), parts["to"])


def _mark(session: Session, parts: Parts) -> None:
    session.mark(session.state.graph.named(parts["what"].strip()), "parameter")


def _target(session: Session, parts: Parts) -> None:
    session.set_target(session.state.graph.named(parts["what"].strip()))


def _act(session: Session, parts: Parts) -> None:
    session.act_next(session.state.graph.named(parts["what"].strip()))


def _rate(session: Session, parts: Parts) -> None:
    session.set_plan(rate=read_number(parts["what"], tr("The rate")))


def _row(session: Session, parts: Parts) -> None:
    """Go to the first row of the selected node's ledger that came through that node."""
    from micrograd_gui.session.asking.asking import Asking
    from micrograd_gui.session.asking.ledger import postings

    state, through = session.state, session.state.graph.named(parts["what"].strip())
    if state.trace is None or state.selected is None:
        raise Refusal(tr("The ledger is of a selected node, once something has run."))
    for each in postings(state.graph, state.trace, state.selected):
        if each.wire is not None and each.wire[0] == through:
            session.room(Asking).go_to(each.moment, each.wire)
            return
    raise Refusal(
        tr("Nothing came to the selected node through {name}.", name=state.graph.nodes[through].spoken)
    )


def _paths(session: Session) -> None:
    from micrograd_gui.session.asking.asking import Asking

    asked = session.state.asked
    session.room(Asking).show_paths(asked is None or not asked.paths)


def _predict(session: Session, parts: Parts) -> None:
    from micrograd_gui.session.predicting.room import Predicting

    if session.state.quiz is None:
        session.room(Predicting).begin()
    session.room(Predicting).answer(parts["what"])


def _bug(session: Session, parts: Parts) -> None:
    from micrograd_gui.session.bugs.room import BugLab

    session.room(BugLab).plant(_known_bug(parts["what"]).name)


def _known_bug(name: str) -> Bug:
    from micrograd_gui.session.bugs.table import BUGS

    for bug in BUGS:
        if bug.name == name:
            return bug
    raise Refusal(
        tr(
            "There is no bug {name}; there are {names}.",
            name=quoted(name),
            names=", ".join(bug.name for bug in BUGS),
        )
    )


def _difference(session: Session) -> None:
    from micrograd_gui.session.bugs.room import BugLab

    session.room(BugLab).show_difference()


_WHAT = r"(?P<what>\S.*)"

DOINGS = {
    row.name: row
    for row in (
        _plain("forward step", Session.forward_step, N_("Forward step"), "F6"),
        _plain("forward", Session.forward, N_("Forward"), "F5"),
        _plain("backward step", Session.backward_step, N_("Backward step"), "B"),
        _plain("backward", Session.backward, N_("Backward"), "Ctrl+F10"),
        _plain("zero grad", Session.zero_grad, N_("Zero grad"), "Z"),
        _plain("update", Session.update, N_("Update"), "U"),
        _plain("next", Session.next, N_("Next"), "→"),
        _plain("previous", Session.previous, N_("Previous"), "←"),
        _plain("first", Session.first, N_("First"), "Home"),
        _plain("last", Session.last, N_("Last"), "End"),
        _plain("check", Session.check_all, N_("Check all gradients"), "F7"),
        _plain("order", lambda s: s.show_order(not s.state.order_shown), N_("Order of the steps"), "O"),
        _plain("undo", Session.undo, N_("Undo"), "Ctrl+Z"),
        _plain("train", Session.train_step, N_("Train one step"), "T"),
        _plain("rewind", Session.rewind, N_("Rewind"), "Ctrl+R"),
        Doing("select", "select NAME", rf"select {_WHAT}", _select,
            lambda p: tr("Click **{name}**.", name=p["what"])),
        Doing("nudge", "nudge NAME", rf"nudge {_WHAT}", _nudge,
            lambda p: tr("Click **{name}** and press **Nudge by h** (H).", name=p['what'])),
        Doing("set", "set NAME = NUMBER", r"set (?P<what>\S.*?)\s*=\s*(?P<number>\S+)", _set,
            lambda p: tr("Double-click the number of **{name}** and type "
                "{number}.", name=p['what'], number=p['number'])),
        Doing("h", "h = NUMBER", rf"h\s*=\s*{_WHAT}", lambda s, p: s.set_h(p["what"]),
            lambda p: tr("Type {number} into the field **h =** above the graph.", number=p['what'])),
        Doing("build", "build EXPRESSION", rf"build {_WHAT}", lambda s, p: s.build(p["what"]),
            lambda p: tr("Type `{expression}` into the line above the graph and press "
                "Return.", expression=p['what'])),
        Doing("rename", "rename NAME to NAME", r"rename (?P<what>\S.*?) to (?P<to>\S+)", _rename,
            lambda p: tr("Click **{name}**, press F2 and type {new}.", name=p['what'], new=p['to'])),
        Doing("parameter", "parameter NAME", rf"parameter {_WHAT}", _mark,
            lambda p: tr("Click **{name}** and press **Mark as parameter** (Ctrl+P).", name=p['what'])),
        Doing("target", "target NAME", rf"target {_WHAT}", _target,
            lambda p: tr("Click **{name}** and press **Make target** (G).", name=p['what'])),
        Doing("act", "act NAME", rf"act {_WHAT}", _act,
            lambda p: tr("Click **{name}** and press **Let it act next** (N).", name=p['what'])),
        Doing("rate", "rate = NUMBER", rf"rate\s*=\s*{_WHAT}", _rate,
            lambda p: tr("Type {number} as the rate in the training pane.", number=p['what'])),
        Doing("row", "row NAME", rf"row {_WHAT}", _row,
            lambda p: tr("Press Y, and in the ledger choose the row that came through **{name}**.",
                name=p["what"])),
        _plain("paths", _paths, N_("Paths to the target"), "Shift+Y"),
        Doing("predict", "predict ANSWER", rf"predict {_WHAT}", _predict,
            lambda p: tr("Press P, type {answer} as what comes next and press Return.", answer=p['what'])),
        Doing("bug", "bug NAME", rf"bug {_WHAT}", _bug,
            lambda p: tr("Open the bug lab (Ctrl+B) and switch on **{bug}**.",
                bug=tr(_known_bug(p["what"]).title))),
        _plain("difference", _difference, N_("Show where it differs"), N_("in the bug lab")),
        Doing("type", "type ANSWER", rf"type {_WHAT}", lambda _s, _p: None,
            lambda p: tr("The answer is **{answer}**.", answer=p['what'])),
    )
}  # fmt: skip
