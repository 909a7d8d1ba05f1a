"""The search for garbage rests while much is made, and goes on as it did before."""

import gc

import pytest

from micrograd_gui.document.in_parts import uncollected


def test_garbage_is_looked_for_again_where_it_was() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="made"), uncollected():
        raise ValueError("made")
    assert gc.isenabled()
