"""What the tests of scripts share: one Python that has PyTorch loaded."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.export.code.forked import Forked
from tests.export.code.test_python import python


@pytest.fixture(scope="session")
def in_torch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Runs a script where PyTorch is loaded, and what the first step of an optimiser loads of it."""
    if not hasattr(os, "fork"):
        yield python
        return
    forked = Forked("torch._dynamo", tmp_path_factory.mktemp("torch"))
    yield forked.run
    forked.end()
