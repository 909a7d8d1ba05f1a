"""What the palette offers."""

from micrograd.ops import OPS, Op, op_of
from micrograd_gui.document.block import OFFERED_KINDS
from micrograd_gui.document.catalogue import catalogue


def test_every_op_of_the_table_a_value_and_every_block_are_offered_once():
    payloads = [offer.payload for group in catalogue() for offer in group.offers]
    blocks = [f"block:{kind}" for kind in OFFERED_KINDS]
    assert sorted(payloads) == sorted([*OPS, "value", "**2", *blocks])


def test_every_offer_has_a_text_and_a_sentence():
    for group in catalogue():
        for offer in group.offers:
            assert offer.text
            assert offer.help.endswith(".")
            block = offer.payload.startswith("block:")
            assert block or offer.payload == "value" or op_of(offer.payload).arity >= 1


def test_a_new_row_of_the_table_is_offered_by_itself(monkeypatch):
    row = Op("smooth", "smooth", 1, forward=lambda x: x, partials=lambda x, out: (1.0,))
    monkeypatch.setitem(OPS, "smooth", row)
    assert "smooth" in [offer.payload for group in catalogue() for offer in group.offers]
