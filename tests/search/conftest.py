"""What the tests of the server and of its page share: one small index, asked in the process and over the network."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from crosscap.search.server import create_app
from tests.search.serving import LOOPBACK, make_searcher, serving


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    return make_searcher(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def client(served):
    with TestClient(create_app(served), base_url=LOOPBACK) as client:  # an exception in the server is one here
        yield client


@pytest.fixture(scope="session")
def address(served):
    with serving(served) as address:
        yield address
