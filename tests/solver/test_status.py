"""How a solve ended: codes, flags and texts of one point and of many."""

import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.solver.status import Outcome, first_cause, has_values


def test_every_outcome_says_what_happened_and_whether_there_are_numbers():
    assert [one.value for one in Outcome] == list(range(len(Outcome)))
    assert len({one.message for one in Outcome}) == len(Outcome)
    for one in Outcome:
        assert one.has_values == ("NaN" not in one.message) or one is Outcome.UNREACHABLE
    assert [one for one in Outcome if one.has_values] == [Outcome.SOLVED, Outcome.INACCURATE]


def test_codes_with_numbers_are_those_of_the_outcomes_with_numbers():
    assert np.asarray(has_values(jnp.arange(len(Outcome)))).tolist() == [one.has_values for one in Outcome]


def test_the_cause_that_stands_first_is_told():
    later, earlier = jnp.asarray([True, True, False]), jnp.asarray([True, False, False])
    code = first_cause({Outcome.UNREACHABLE: earlier, Outcome.NOT_FINITE: later})
    assert code.tolist() == [Outcome.UNREACHABLE, Outcome.NOT_FINITE, Outcome.SOLVED]


@pytest.mark.parametrize("outcome", Outcome)
def test_a_single_status_prints_its_text_and_a_batch_counts(outcome):
    assert str(jw.Status(jnp.asarray(int(outcome)))).startswith(outcome.message)
    assert str(jw.Status(jnp.asarray([int(outcome)] * 3))) == f"3 x {outcome.message}"


def test_what_cannot_be_reached_says_how_much_can():
    status = jw.Status(jnp.asarray(int(Outcome.UNREACHABLE)), jnp.asarray(0.25))
    assert str(status) == "no voltage carries this current; the largest is 0.25: values are NaN"


@pytest.mark.parametrize(
    "change",
    [{"voltage": 1e300}, {"voltage": -1e300}, {"temperature": 1e-300}, {"center": 1e308}, {"width": 1e300}],
    ids=lambda change: " ".join(change),
)
def test_numbers_beyond_double_precision_are_not_blamed_on_the_scatterer(change):
    point = {"center": 1.44, "width": 0.08, "temperature": 0.3, "voltage": 0.1} | change
    status = _status(**{name: jnp.asarray(value) for name, value in point.items()})
    assert not status.ok and "scatterer" not in str(status)


@jw.quick_jit
def _status(center, width, temperature, voltage):
    return jw.solve(jw.Lorentzian(center, width), temperature=temperature, voltage=voltage).status
