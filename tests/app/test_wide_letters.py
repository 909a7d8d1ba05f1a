"""What is printed in a script whose letters take two columns: lines, tables, and a curve in its fonts."""

from pathlib import Path

import pytest

from micrograd import check_words, language
from micrograd_gui.export import loss_curve

JAPANESE = {"node": "ノード", "numeric": "数値", "step": "ステップ", "loss": "損失"}


@pytest.fixture
def japanese():
    language.use(JAPANESE)
    yield
    language.use()


def test_lines_of_a_script_without_spaces_fit_the_terminal() -> None:
    text = "N ステップ後の時点 (0: 最初のステップの前)、last、または all: 連番のファイル、スライドになる。"
    for width in range(12, 60):
        lines = language.in_lines(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert not [line for line in lines if line[0] in "、。)ー" or line[-1] in "(「"]
        assert max(map(language.columns, lines)) <= width + 3, "a comma may hang over"


def test_columns_stand_below_each_other_whatever_a_letter_is_wide(japanese: None) -> None:
    rows = [(name, "1.0", "2.5", "2.5", "0", "✓") for name in ("a", "重み")]
    assert check_words.as_lines(rows) == [
        "ノード  data  analytic  数値  error",
        "a        1.0       2.5   2.5      0  ✓",
        "重み     1.0       2.5   2.5      0  ✓",
    ]


def test_a_curve_asks_for_the_fonts_of_its_words(
    japanese: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(loss_curve, "families", lambda text: [asked.append(text) or "DejaVu Sans"])
    monkeypatch.setattr(loss_curve, "tr", lambda text: {"step": "∂", "loss": "σ"}.get(text, text))
    loss_curve.write(tmp_path / "curve.svg", [2.0, 1.0], [])
    assert "∂σ" in asked[0]
