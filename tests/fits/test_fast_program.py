"""Which program works out the readings of a fit: one that compiles quickly, or one that runs fast."""

import numpy as np
import pytest

import jaxwire as jw
from jaxwire.fits.readings import signals


@pytest.fixture
def asked(monkeypatch):
    """Which program is asked for readings, call by call; both are the same one here, that is compiled quickly."""
    names, read = [], signals._read_each

    def told(name):
        def call(*arguments):
            names.append(name)
            return read(*arguments)

        return call

    monkeypatch.setattr(signals, "_read_each", told("quick"))
    monkeypatch.setattr(signals, "_read_batch", told("fast"))
    monkeypatch.setattr(signals, "_profiles", type(signals._profiles)())
    return names


def one_fit(n_positions=8, starts=1):
    x = np.linspace(0.2, 2.0, n_positions)
    return jw.fit_profile(x, 1.0 + np.exp(-x), 0.1, temperature=0.3, voltage=0.4, free=["gain"], starts=starts)


def test_a_fit_begins_with_a_program_that_runs_fast_once_readings_were_asked_for_often(asked, monkeypatch):
    first = one_fit()
    assert set(asked) == {"quick"}
    monkeypatch.setattr(signals, "OFTEN", signals.READINGS_OF_A_START + len(asked) - 1)
    asked.clear()
    second = one_fit()
    assert set(asked) == {"fast"}
    assert second.values == first.values
    asked.clear()
    one_fit(n_positions=9)  # a program of its own, which nobody has asked for yet
    assert set(asked) == {"quick"}


def test_a_fit_stays_with_the_program_that_it_has_begun_with(asked, monkeypatch):
    monkeypatch.setattr(signals, "OFTEN", signals.READINGS_OF_A_START)
    one_fit()
    assert len(asked) > 1 and set(asked) == {"quick"}


def test_a_fit_that_is_long_by_itself_begins_with_the_one_that_runs_fast(asked, monkeypatch):
    monkeypatch.setattr(signals, "OFTEN", 2 * signals.READINGS_OF_A_START)
    one_fit(starts=3)
    assert set(asked) == {"fast"}
