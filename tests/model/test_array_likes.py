"""Arrays of other libraries as numbers: taken for what they are, or refused in one line that names the argument."""

import array
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from numpy.testing import assert_allclose, assert_array_equal
from scipy.interpolate import CubicSpline, interp1d

import jaxwire as jw
from jaxwire.model.parameters.domain import FRACTION, REAL, as_known
from jaxwire.model.parameters.hints import InputWarning
from jaxwire.model.scatterers.base import probability

NUMBERS = [0.0, 1.0, 2.0, 3.0]
POINT = {"temperature": 0.3, "voltage": 0.1}
COARSE = {"resolution": jw.Resolution(24, 10), "error_estimate": False}
SAME = {
    "Series": pd.Series(NUMBERS),
    "nullable Series": pd.Series(NUMBERS, dtype="Float64"),
    "nullable whole numbers": pd.Series([0, 1, 2, 3], dtype="Int64"),
    "sparse Series": pd.Series(NUMBERS).astype("Sparse[float64]"),
    "Index": pd.Index(NUMBERS),
    "array of pandas": pd.array(NUMBERS, dtype="Float64"),
    "DataArray": xr.DataArray(NUMBERS, {"x": NUMBERS}, "x"),
    "masked array without a mask": np.ma.masked_equal(NUMBERS, -999.0),
    "range": range(4),
    "array of Python": array.array("d", NUMBERS),
}


@pytest.mark.parametrize("value", SAME.values(), ids=[*SAME])
def test_arrays_of_other_libraries_are_the_same_numbers(value):
    assert_array_equal(as_known("energies", value, REAL, ndim=1), NUMBERS)
    assert_array_equal(jw.Tabulated(value, [0.1, 0.2, 0.3, 0.4]).energies, NUMBERS)
    assert_array_equal(jw.Measurement(value, value, **POINT).y, NUMBERS)


REFUSED = {
    "masked": (np.ma.masked_equal([1.0, -999.0], -999.0), "`x` must have no masked values, got 1 of 2; leave"),
    "masked in a list": ([1.0, np.ma.masked], "`x` must have no masked values, got "),
    "NA": (pd.Series([1.0, None], dtype="Float64"), "`x` must be a finite number, got nan."),
    "single precision": (pd.Series([1.0], dtype="Float32"), "`x` must be in double precision, got float32"),
    "truth values": (pd.Series([True], dtype="boolean"), "`x` must be a real number, got an array of type"),
    "text": (pd.Series(["a"]), "`x` must be a real number, got an array of type"),
    "objects": (pd.Series([1.0], dtype=object), "`x` must be a real number, got an array of type object"),
    "times": (pd.Series(pd.to_datetime(["2026-01-01"])), "`x` must be a real number, got an array of type datetime64"),
    "a DataFrame": (
        pd.DataFrame({"x": [1.0]}),
        "`x` must be an array, got a DataFrame: pass one of its columns, such as",
    ),
    "a Dataset": (xr.Dataset({"x": ("n", [1.0])}), "`x` must be an array, got a Dataset: pass one of its columns"),
    "a set": ({1.0, 2.0}, "`x` must be a real number, got {1.0, 2.0} of type set."),
    "a generator": ((n for n in (1, 2)), "`x` must be a real number, got <generator object"),
}


@pytest.mark.parametrize(("value", "words"), REFUSED.values(), ids=[*REFUSED])
def test_what_is_no_array_of_numbers_is_refused_in_one_line(value, words):
    with pytest.raises((TypeError, ValueError), match=r"^`x` must .*\.$") as caught:
        as_known("x", value, REAL, ndim=1)
    assert str(caught.value).startswith(words) and "\n" not in str(caught.value) and len(str(caught.value)) < 250


def test_rounding_beyond_0_and_1_is_no_mistake():
    values = [0.1, 0.5, 1.0000000000000002, -1e-17]
    assert_array_equal(jw.Tabulated(NUMBERS, values).values, [0.1, 0.5, 1.0, 0.0])
    assert_array_equal(as_known("values", np.array([1 + 1e-12, -1e-12]), FRACTION, ndim=1), [1.0, 0.0])
    assert float(jw.Constant(1 + 1e-13).value) == 1.0
    # 4 left right/(left + right)^2 of equal barriers rounds to one digit above 1 for some of them
    assert all(float(jw.Resonance.between(1.0, width, width).peak) == 1.0 for width in np.linspace(0.01, 1.0, 500))


@pytest.mark.parametrize("value", [1.0000001, 1 + 1e-11, -1e-9])
def test_digits_that_matter_are_shown(value):
    with pytest.raises(ValueError, match=rf"^`value` must be between 0 and 1, got {value!r}\.$"):
        jw.Constant(value)
    with pytest.raises(ValueError, match=r"^`energies` must be increasing, got 0.9999999999\.$"):
        jw.Tabulated([0.0, 1.0, 0.9999999999, 3.0], [0.1] * 4)


def one(energy):
    return jnp.cos(3 * energy) ** 2 + jnp.sin(3 * energy) ** 2


def test_a_function_that_is_1_up_to_rounding_is_a_transmission():
    energy = jnp.linspace(0.01, 3.0, 997)
    assert float(jnp.max(one(energy))) > 1.0  # what is tolerated happens
    assert float(jnp.max(probability(jw.Function(one), energy))) == 1.0
    half = jw.Function(lambda energy: one(energy) * jnp.where(energy > 1.0, 1.0, 0.2))
    plain = jw.Function(lambda energy: jnp.where(energy > 1.0, 1.0, 0.2))
    found, expected = (jw.solve(each, **POINT, **COARSE) for each in (half, plain))
    assert found.status.ok
    np.testing.assert_allclose(found.current, expected.current, rtol=1e-12)  # rounding of T, on the same nodes


@pytest.mark.parametrize("beyond", [1e-9, -1e-9])
def test_a_function_further_outside_is_none(beyond):
    scatterer = jw.Function(lambda energy: jnp.where(energy > 1.0, 0.5 + beyond + 0.5 * (beyond > 0), beyond))
    assert not jw.solve(scatterer, **POINT, **COARSE).status.ok


TABLE = np.linspace(0.0, 3.0, 10)
NOT_OF_JAX = {
    "interp1d": interp1d(TABLE, TABLE / 3),
    "CubicSpline": CubicSpline(TABLE, TABLE / 3),
    "numpy": lambda energy: np.interp(energy, TABLE, TABLE / 3),
    "if": lambda energy: 0.2 if energy < 1 else 0.8,
}


@pytest.mark.parametrize("function", NOT_OF_JAX.values(), ids=[*NOT_OF_JAX])
def test_functions_that_jax_cannot_trace_are_refused_with_the_cure(function):
    for solve in (
        lambda: jw.solve(jw.Function(function), **POINT, **COARSE),
        lambda: jw.solve(jw.Constant(0.5), jw.Wire(jw.FunctionRelaxation(function)), **POINT, **COARSE),
    ):
        with pytest.raises(TypeError, match="^`function` must be made of operations of JAX .*Tabulated") as caught:
            solve()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("returned", [None, "T", [0.5, 0.5]])
def test_functions_that_return_no_numbers_are_refused(returned):
    with pytest.raises(
        (TypeError, ValueError), match="^`function` must return (real numbers|one number for each energy)"
    ):
        jw.solve(jw.Function(lambda energy: returned), **POINT, **COARSE)


def hints(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(each.category is InputWarning and each.filename == __file__ for each in caught)
    return [str(each.message) for each in caught]


@pytest.mark.parametrize("energies", [[0.0, 0.005, 0.01, 0.02], [1.2, 2.0, 3.0, 4.0]])
def test_a_table_that_does_not_reach_the_fermi_energy_is_told(energies):
    for table in (jw.Tabulated, jw.TabulatedRelaxation):
        (said,) = hints(lambda table=table: table(energies, [0.1, 0.2, 0.3, 0.4]))
        assert said.startswith("`energies` from ") and "do not reach the Fermi energy 1" in said
    assert hints(lambda: jw.Tabulated([0.0, 0.5, 1.0, 2.0], [0.1] * 4)) == []


@pytest.mark.parametrize("temperature", [300.0, 1e-4])
def test_a_temperature_far_outside_of_what_is_promised_is_told(temperature):
    dot, profile = jw.Lorentzian(1.44, 0.08), ([-1.0, 1.0], [1.0, 2.0])
    for call in (
        lambda: jw.landauer(dot, temperature=temperature, voltage=0.1),
        lambda: jw.Measurement(*profile, temperature=temperature, voltage=0.1),
        lambda: jw.estimate(dot, axes={"temperature": [0.3, temperature]}, voltage=0.1),
    ):
        said = hints(call)
        assert said and said[0].startswith(f"`temperature` is {temperature:g}, far outside of [0.03, 1]")
    assert hints(lambda: jw.Measurement(*profile, temperature=2.5, voltage=0.1)) == []


def test_a_list_may_hold_traced_numbers():
    """As a function of a threshold is written; a traced number is no array of NumPy."""

    def transmission(threshold):
        return jw.QuantumPointContact([threshold, 1.6], 0.2).transmission(1.0)

    slope = jax.grad(transmission)(1.1)
    step = 1e-6
    assert_allclose(slope, (transmission(1.1 + step) - transmission(1.1 - step)) / (2.0 * step), rtol=1e-7)
    with pytest.raises(TypeError, match="`thresholds` must be in double precision, got float32"):
        jax.eval_shape(transmission, jax.ShapeDtypeStruct((), np.float32))
