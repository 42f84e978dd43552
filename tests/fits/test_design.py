"""Design of measurements: what readings leave open is infinite and said, and arguments are checked as those of fits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.fits.design import Information, combine

SMALL = jw.Resolution(24, 10)
DOT = jw.Lorentzian(1.44, 0.08)
POINT = {"temperature": 0.3, "voltage": 0.1}
X = [-2.0, -0.5, 0.5, 2.0]


def _information(x, sigma=0.1, **options):
    return jw.information(x, sigma, DOT, **(POINT | {"resolution": SMALL} | options))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": [0.0, 0.5, 1.0, 2.0]}, "`x` must not be where the scatterer is"),
        ({"x": [2.0, 0.5], "instrument": jw.HeatingProfile(position=0.5)}, "got a position on it, in entry 2"),
        ({"x": [0.0], "instrument": jw.Thermometer(healing_length=0.0)}, "`x` must not be where the scatterer is"),
        ({"x": []}, "`x` must have at least one position, got none"),
        ({"sigma": [0.1, 0.2]}, "`sigma` must be one number or 4 of them, got shape (2,)"),
        ({"sigma": [[0.1] * 4]}, "`sigma` must be one number or 4 of them, got shape (1, 4)"),
        ({"sigma": 0.0}, "`sigma` must be positive, got 0"),
        ({"free": []}, "`free` must have at least one name, got none"),
        ({"free": ["center", "center"]}, "`free` must name every number once"),
        ({"free": ["centre"]}, "did you mean 'center'?"),
    ],
)
def test_arguments_are_checked_as_those_of_a_fit(change, words):
    with pytest.raises(ValueError, match=r".*") as caught:
        _information(**({"x": X} | change))
    assert words in str(caught.value)


def test_parts_that_do_not_belong_together_are_refused():
    one = _conclusion(np.eye(2))
    with pytest.raises(ValueError, match="`parts` must have at least one Information, got none"):
        combine([])
    with pytest.raises(ValueError, match="`parts` must be of the same parameters, got 2 and 3 of them"):
        combine([one, _conclusion(np.eye(3))])
    for parts in (one, [one, 3]):
        with pytest.raises(TypeError):
            combine(parts)


def _conclusion(matrix):
    """What is said of an information."""
    nothing = jnp.zeros(matrix.shape)
    return combine([Information(jnp.asarray(matrix), nothing, nothing[0], jnp.zeros(()), jnp.asarray(0))])


def test_fewer_readings_than_parameters_leave_combinations_open():
    told = _information([0.5])
    assert int(told.rank) == 1 and np.isinf(told.errors).all() and told.log_determinant == -np.inf
    assert "leave 2 of 3 combinations of the parameters open" in str(told)
    whole = combine([_information([x]) for x in X])
    assert int(whole.rank) == 3 and "open" not in str(whole)
    assert_allclose(whole.errors, _information(X).errors, rtol=1e-6)  # rounding times the condition, 1e4 squared


def test_what_takes_no_part_in_an_open_combination_keeps_its_error():
    # the first two parameters are told by their sum alone, the third by itself, the fourth by nothing
    matrix = np.zeros((4, 4))
    matrix[:2, :2], matrix[2, 2] = 9.0, 4.0
    told = _conclusion(matrix)
    assert_array_equal(told.errors, [np.inf, np.inf, 0.5, np.inf])
    assert int(told.rank) == 2
    assert_allclose(told.covariance[2], [0.0, 0.0, 0.25, 0.0], atol=1e-15)


def test_determined_designs_have_the_inverse_whatever_the_units_of_the_parameters():
    root = np.random.default_rng(0).normal(size=(6, 3)) * [1e-6, 1.0, 1e8]
    told = _conclusion(root.T @ root)
    inverse = np.linalg.inv(np.linalg.qr(root)[1])
    assert_allclose(told.covariance, inverse @ inverse.T, rtol=1e-9)
    assert_allclose(told.log_determinant, 2 * np.sum(np.log(np.abs(np.diag(np.linalg.qr(root)[1])))), rtol=1e-12)


@pytest.mark.slow
def test_open_and_determined_designs_have_finite_derivatives_in_reverse_mode():
    def told(voltage, x):
        found = _information(x, voltage=voltage, free=["center", "width"])
        return (found.matrix, found.log_determinant), found.rank

    slopes = jw.quick_jit(jax.jacrev(told, has_aux=True))
    (matrix, _), rank = slopes(0.1, np.full(4, 0.5))  # four readings at one place leave a combination open
    assert int(rank) == 1 and np.isfinite(matrix).all() and np.any(matrix != 0)
    (matrix, determinant), rank = slopes(0.1, np.array(X))
    assert int(rank) == 2 and np.isfinite(matrix).all() and np.isfinite(determinant) and determinant != 0


def test_an_operating_point_that_cannot_be_solved_tells_nothing():
    assert np.isnan(_information(X, voltage=0.0).errors).all()
