"""Benchmarks under pytest: only when asked for."""

import pytest


def pytest_collection_modifyitems(config, items):
    """Skip them unless `--benchmark-only` is given."""
    if not config.getoption("--benchmark-only"):
        for item in items:
            item.add_marker(pytest.mark.skip(reason="a benchmark: add --benchmark-only"))
