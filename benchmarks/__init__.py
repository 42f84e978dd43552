"""Benchmarks: how wrong, how fast, beside what. `python -m benchmarks` measures all; see `benchmarks.__main__`."""
