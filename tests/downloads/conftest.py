"""A local file server for the tests of downloads, and no waiting between tries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crosscap.downloads import transfer
from tests.downloads.server import Site, serving


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(transfer, "WAITS", (0.0, 0.0))
    with serving() as running:
        yield running
