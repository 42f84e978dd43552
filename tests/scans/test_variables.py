"""What a scan keeps: quantities by name and functions of the user's own; their dimensions, units and refusals."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.numerics.programs import Alike
from jaxwire.observables.spot import SpotLimits
from jaxwire.scans.computation.program import Given, Program
from jaxwire.scans.computation.results import _has_code, tabulated, traced
from jaxwire.scans.single_precision import IN_SINGLE
from jaxwire.scans.variables import TABLE, Observable, Setup, about_variable, evaluate, read_observables, uses_x
from jaxwire.solver.status import FLAG_ATTRIBUTES, Outcome

DOT = jw.Lorentzian(center=1.44, width=0.08)
WITH_ALL = jw.Wire(electron_electron=jw.ElectronElectron(time=0.5), phonons=jw.Phonons(loss=1.0, healing_length=1.0))
"""A wire that has every quantity."""
SETUP = Setup(jnp.array([-0.5, 0.1, 0.5]))


def shapes(observables):
    """Shapes and types of the variables, found without computing anything."""

    def kept():
        given = {"temperature": 0.3, "voltage": 0.1, "resolution": jw.Resolution(24, 12), "error_estimate": False}
        sol = jw.solve(DOT, WITH_ALL, **given)
        return evaluate(read_observables(observables), sol, SETUP)

    return jax.eval_shape(kept)


def test_every_named_quantity_has_dimensions_that_fit_units_and_a_long_name():
    names = read_observables(list(TABLE))
    sizes = {"x": 3, "side": 2, "part": 2}
    for name, leaf in shapes(list(TABLE)).items():
        dims, units, long_name, kind = about_variable(names, name, leaf.ndim)
        assert leaf.dtype == np.dtype(kind), name
        assert leaf.shape == tuple(sizes[dim] for dim in dims), name
        assert long_name and isinstance(units, str)
    powers = ("current", "voltage", "force", "powers", "heat_current", "external_power", "spot_position")
    assert all(about_variable(names, name, 0).units for name in powers)


def test_every_status_has_a_flag():
    flags = FLAG_ATTRIBUTES["flag_meanings"].split()
    assert dict(zip(FLAG_ATTRIBUTES["flag_values"], flags, strict=True)) == {one.value: one.flag for one in Outcome}
    assert flags[Outcome.UNREACHABLE] == "unreachable"


def heat_at_face(sol):
    return sol.heating(0.01).total


def test_functions_are_kept_under_their_names_or_under_given_ones():
    assert read_observables([heat_at_face, "current"]) == (
        Observable("heat_at_face", heat_at_face),
        Observable("current"),
    )
    assert read_observables({"hot": heat_at_face}) == (Observable("hot", heat_at_face),)
    assert read_observables({"hot": heat_at_face, "current": "current"})[1] == Observable("current")
    assert read_observables("current") == read_observables(["current"]) == (Observable("current"),)
    assert read_observables(heat_at_face) == (Observable("heat_at_face", heat_at_face),)


def test_a_function_returns_a_number_an_array_or_several_by_name():
    def several(sol):
        return {"ratio": sol.voltage / 2, "profile": sol.heating([0.1, 0.2]).total, "is_hot": sol.voltage > 0, "two": 2}

    found = shapes([several, heat_at_face])
    assert {name: (leaf.shape, leaf.dtype.name) for name, leaf in found.items()} == {
        "ratio": ((), "float64"),
        "profile": ((2,), "float64"),
        "is_hot": ((), "bool"),
        "two": ((), "int64"),
        "heat_at_face": ((), "float64"),
    }
    assert about_variable((), "profile", 1).dims == ("profile_0",)
    assert about_variable((), "is_hot", 0).long_name == "is hot"


def test_only_profiles_need_positions():
    assert uses_x(read_observables(["current", "heating"])) and uses_x(read_observables(["potential"]))
    assert not uses_x(read_observables(["current", "spots", heat_at_face]))


@pytest.mark.parametrize(
    ("observables", "error", "words"),
    [
        ([], ValueError, "must have at least one name or function, got none"),
        (
            ["curent"],
            ValueError,
            r"must be known, got 'curent'; did you mean 'current'\? Valid names: current, voltage",
        ),
        (["qqq"], ValueError, "must be known, got 'qqq'; Valid names"),
        (["current", "current"], ValueError, "must have different names, got 'current' twice"),
        ([lambda sol: sol.current], ValueError, "must have functions with names, got '<lambda>'"),
        ([3], TypeError, "must hold names and functions, got 3"),
        (3, TypeError, "must be a list of names and functions, or a mapping, got 3"),
        ({"hot": 3}, TypeError, "must hold names and functions, got 3"),
        ({"hot": "current"}, TypeError, "must hold names and functions"),
    ],
)
def test_what_cannot_be_kept_is_refused(observables, error, words):
    with pytest.raises(error, match=f"^`observables` {words}"):
        read_observables(observables)


@pytest.mark.parametrize(
    ("result", "error", "words"),
    [
        ("text", TypeError, r"^`mine` must return a number, an array or a dict of them, got str\."),
        (None, TypeError, "^`mine` must return a number, .* got NoneType"),
        (1j, TypeError, "^`mine` must return a number, .* got complex"),
        (jnp.ones(2) * 1j, TypeError, "^`mine` must return real numbers by name, got 'mine' of type complex128"),
        ({3: 1.0}, TypeError, "^`mine` must return real numbers by name, got 3"),
        ({"current": 1.0}, ValueError, "^`observables` must have different names, got 'current' twice"),
        ({"status": 1}, ValueError, "^`observables` must have different names, got 'status' twice"),
    ],
    ids=str,
)
def test_functions_that_return_something_else_are_refused(result, error, words):
    with pytest.raises(error, match=words):
        shapes({"current": "current", "mine": lambda sol: result})


def test_refusals_end_with_a_full_stop():
    with pytest.raises(ValueError) as refusal:
        read_observables(["curent"])
    assert re.match(r"^`observables` must .*\.$", str(refusal.value))


def test_single_precision_results_become_double():
    found = shapes({"mine": lambda sol: sol.voltage.astype(np.float32)})
    assert found["mine"].dtype == np.float64


@pytest.mark.parametrize("precision", ["double", "single"])
def test_what_the_table_says_of_all_quantities_is_what_a_point_gives(precision):
    """Told by the table, a program need not be traced twice; code of a user may return anything."""
    names = tuple(map(Observable, IN_SINGLE if precision == "single" else TABLE))
    drive = {"temperature": np.array(0.3), "current": np.array(0.01)}
    wire = jw.Wire() if precision == "single" else WITH_ALL
    given = Given(*jax.tree.map(np.asarray, (DOT, wire)), drive, np.array([-0.5, 0.1, 0.5]))
    program = Program((), (), names, True, SpotLimits(), jw.Resolution(8, 4), precision)
    assert tabulated(program, given) == traced(program, Alike(given))
    own = jw.Function(lambda energy: 0.5 + 0.0 * energy)
    assert [_has_code(models) for models in ((DOT, jw.Wire()), (own, jw.Wire()), (OfAUser(1.0, 0.1),))] == [0, 1, 1]


class OfAUser(jw.Lorentzian):
    """A scatterer that the package does not know."""


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("phonon_temperature", "phonons with a temperature of their own"),
        ("drift", "collisions between electrons that conserve momentum"),
    ],
)
def test_what_the_wire_does_not_have_is_refused_before_anything_is_written(name, missing, tmp_path):
    with pytest.raises(ValueError, match=f"^`wire` must have {missing}"):
        jw.scan(
            DOT,
            axes={"temperature": [0.2, 0.3]},
            voltage=0.1,
            x=[0.5],
            observables=[name],
            store=tmp_path / "scan.zarr",
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_spots_of_temperatures_are_those_that_find_spots_finds():
    centers, point = [0.7, 1.44], {"temperature": 0.7, "voltage": 0.1, "resolution": jw.Resolution(48, 16)}
    names = ["electron_temperature", "phonon_temperature"]
    kept = [f"{name}_spots" for name in names]
    ds = jw.scan(DOT, WITH_ALL, axes={"center": centers}, observables=kept, x_min=0.2, progress=False, **point)
    for index, center in enumerate(centers):
        sol = jw.solve(jw.Lorentzian(center, 0.08), WITH_ALL, **point, error_estimate=False)
        for name in names:
            found = jw.find_spots(sol, x_min=0.2, of=name)
            for field in found.left._fields:
                expected = [getattr(spot, field) for spot in found]
                # rounding, of an extremum whose position is known to the root of it
                np.testing.assert_allclose(ds[f"{name}_spot_{field}"][index], expected, rtol=1e-7, err_msg=name)
    assert bool(ds.electron_temperature_spot_exists.any()) and bool(ds.phonon_temperature_spot_exists.any())
    in_si = jw.Scale(0.01, 0.023, 1e-12).in_si(ds)
    assert in_si.phonon_temperature_spot_temperature.attrs["units"] == "K"
    assert in_si.electron_temperature_spot_prominence.attrs["units"] == "K"
    assert in_si.electron_temperature_spot_position.attrs["units"] == "m"


def test_spots_of_phonons_are_refused_where_they_have_no_temperature_of_their_own():
    with pytest.raises(ValueError, match="^`wire` must have phonons with a temperature of their own"):
        jw.scan(DOT, axes={"center": [1.0]}, temperature=0.3, voltage=0.1, observables=["phonon_temperature_spots"])
