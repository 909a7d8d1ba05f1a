"""What tests of files for a browser share: one browser, which is long in coming."""

from collections.abc import Iterator

import pytest

from tests.export import browser


@pytest.fixture(scope="session")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Page]:
    if browser.PROGRAM is None:
        pytest.skip("Chromium is not here")
    with browser.page(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture
def page(_page: browser.Page) -> browser.Page:
    """The page of a browser, of which nothing is said yet, and that wants what most readers want."""
    _page.go_to("about:blank")  # so that nothing is said later of the page before
    _page.call("Emulation.setEmulatedMedia", features=[])
    _page.complaints.clear()
    _page.loaded.clear()
    return _page
