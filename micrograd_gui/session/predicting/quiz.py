"""Quiz: that somebody predicts, what is asked of the next step, and how it has gone so far."""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct, field

from micrograd.language import N_, tr

Mode = Literal["contribution", "gradient", "sign", "node"]
MODES: dict[Mode, str] = {
    "contribution": N_("Next number"),
    "gradient": N_("Final gradient"),
    "sign": N_("Sign only"),
    "node": N_("Which node acts"),
}  # in the order in which they are offered
Verdict = Literal["right", "wrong", "shown"]


class Outcome(NamedTuple):
    """What came of a question: ``answer`` as it was typed ("": it was shown without), beside the right one.

    ``asked`` is what was asked (``e.grad +=``), ``remark`` which mistake it looks like, or what else to say.
    Of what was only ``shown``, ``ticked`` says whether the teacher has counted it, who counts nothing where
    there was no number to be ``had``.
    """

    asked: str
    answer: str
    right: str
    verdict: Verdict
    remark: str = ""
    ticked: bool = False
    had: bool = True

    @property
    def waits(self) -> bool:
        """Whether the teacher can still say that they had it, or not."""
        return self.verdict == "shown" and self.had and not self.ticked

    @property
    def text(self) -> str:
        """It in words: the answer beside the right number."""
        told = {"asked": self.asked, "right": self.right, "answer": self.answer}
        match self.verdict, bool(self.answer):
            case "right", True:
                text = tr("✓ Right: {asked} {right} (you said {answer}).", **told)
            case "right", False:
                text = tr("✓ Right: {asked} {right}.", **told)
            case "wrong", True:
                text = tr("✗ Not right: you said {answer}, {asked} {right}.", **told)
            case "wrong", False:
                text = tr("✗ {asked} {right}.", **told)
            case _:
                text = tr("Shown: {asked} {right}.", **told)
        return f"{text} {self.remark}".rstrip()


class Score(NamedTuple):
    """How many were asked, how many of them were right, and how many without a wrong one in between."""

    right: int = 0
    asked: int = 0
    streak: int = 0

    def after(self, verdict: Verdict) -> Score:
        """With one more; what was only shown does not count."""
        if verdict == "shown":
            return self
        right = verdict == "right"
        return Score(self.right + right, self.asked + 1, self.streak + 1 if right else 0)

    @property
    def text(self) -> str:
        """``4 of 5 right · 3 in a row``."""
        if not self.asked:
            return ""
        said = tr("{right} of {asked} right", right=self.right, asked=self.asked)
        return f"{said} · {tr('{n} in a row', n=self.streak)}" if self.streak > 1 else said


class Quiz(Struct, frozen=True, eq=False):
    """Somebody predicts the next step before it is shown.

    Attributes:
        mode: What is asked.
        part: Which of the contributions of the next step is asked, from 0.
        hints: How many hints were given to this question, 0 to 2.
        score: How it has gone.
        last: What came of the question before; None: there was none.
    """

    mode: Mode = "contribution"
    part: int = 0
    hints: int = 0
    score: Score = field(default_factory=Score)
    last: Outcome | None = None
