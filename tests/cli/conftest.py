"""Commands of the tests compile as long as it takes: nobody is told that they wait, but where a test asks."""

import pytest

from jaxwire.cli import remarks


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch):
    monkeypatch.setattr(remarks, "PATIENCE", 1e6)
