"""Ranges of free parameters: coordinates from which no step leads out of the range."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxwire.fits.parameters.ranges import MARGIN, Bounded, Positive, Real
from jaxwire.model.parameters.names import Objects, ParameterPath, number_at, with_values

RANGES = {"bounded": (Bounded(-1.0, 3.0), [-0.9, 0.5, 2.9]), "positive": (Positive(), [1e-3, 0.5, 1e3])}
RANGES |= {"real": (Real(), [-1e3, 0.0, 1e-3])}
SCALE = np.array([0.5, 1.0, 2.0])


@pytest.mark.parametrize("name", RANGES)
def test_a_value_comes_back_from_its_coordinate_of_numpy_and_of_jax(name):
    one, values = RANGES[name][0], np.array(RANGES[name][1])
    u = one.coordinate(values, SCALE)
    assert isinstance(u, np.ndarray)
    np.testing.assert_allclose(one.coordinate(jnp.asarray(values), SCALE), u, rtol=1e-14)  # rounding of logarithms
    np.testing.assert_allclose(one.value(jnp.asarray(u), SCALE), values, rtol=1e-13)  # 16 ulp of log 1e3, exponentiated


def test_no_coordinate_leads_out_of_the_range():
    far = jnp.array([-1e3, -30.0, 30.0, 1e3])
    inside = Bounded(-1.0, 3.0).value(far, 1.0)
    assert jnp.all((inside >= -1.0) & (inside <= 3.0)) and jnp.all(Positive().value(far, 1.0) >= 0.0)


def test_a_value_at_its_bound_has_a_finite_coordinate_once_it_is_kept_inside():
    one = Bounded(0.0, 1.0)
    u = one.coordinate(one.inside(np.array([0.0, 0.5, 1.0])), 1.0)
    edge = np.log(MARGIN) - np.log1p(-MARGIN)
    np.testing.assert_allclose(u, [edge, 0.0, -edge], atol=1e-9)  # the share 1 - MARGIN is rounded to 1e-16 / MARGIN


def test_bounds_are_leaves_so_that_one_program_serves_all():
    leaves, structure = jax.tree.flatten(Bounded(0.0, 1.0))
    assert len(leaves) == 2 and structure == jax.tree.structure(Bounded(-3.0, 2.0))


def test_numbers_of_a_measurement_go_to_its_own_operating_point_alone():
    place = ParameterPath("measurements", (1, "voltage"))
    points = [with_values(Objects(point={"voltage": 0.1}), [place], [0.7], number).point for number in (0, 1)]
    assert [float(point["voltage"]) for point in points] == [0.1, 0.7]
    other_drive = with_values(Objects(point={"current": 0.1}), [place], [0.7], 0)
    assert other_drive.point == {"current": 0.1} and number_at(other_drive, ParameterPath("point", ("current",))) == 0.1
