"""Axes of a scan: every number of scatterer, wire and operating point by name; anything else is refused in words."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import jaxwire as jw
from jaxwire.model.parameters.domain import POSITIVE, parameter
from jaxwire.model.parameters.names import ParameterPath, substitute
from jaxwire.scans.axes import moves_grid, read_axes

DOT = jw.Lorentzian(center=1.44, width=0.08)
PAIR = jw.BreitWigner([jw.Resonance(1.0, 0.1, 0.5), jw.Resonance(2.0, 0.1)])
TABLE = jw.Tabulated([0.0, 1.0, 2.0, 3.0], [0.1, 0.2, 0.3, 0.4])
WIRE = jw.Wire(relaxation=jw.PowerLaw(-0.5), dispersion=jw.Kane(0.2), screening=jw.GatedCoulomb(5.0, 0.05, 0.5))
TWO = jw.Wire(relaxation=jw.Matthiessen([jw.PowerLaw(-0.5), jw.PowerLaw(0.5)], [0.5, 0.5]))


def transmission(energy, p):
    return p["height"] * jax.nn.sigmoid((energy - p["steps"][0]) / p["steps"][1][2])


FUNCTION = jw.Function(transmission, {"height": 0.9, "steps": (1.2, np.array([0.1, 0.2, 0.3]))}, scales=[(1.2, 0.1)])


class Custom(jw.AbstractScatterer):
    """A scatterer whose numbers are called like some of the wire and of the operating point."""

    screening: jw.LocalScreening
    temperature: jax.Array = parameter("temperature", POSITIVE, default=1.0)

    def transmission(self, energy):
        return jnp.full_like(energy, 0.5)


CUSTOM = Custom(jw.LocalScreening(0.5))
LOCAL = jw.Wire(screening=jw.LocalScreening(0.7))


def read(axes, scatterer=DOT, wire=WIRE):
    return read_axes(axes, scatterer, wire)


def get(tree, place):
    for key in place.path:
        tree = getattr(tree, key) if isinstance(key, str) and hasattr(tree, key) else tree[key]
    return tree[place.index] if place.index else tree


@pytest.mark.parametrize(
    ("name", "scatterer", "wire", "holder"),
    [
        ("center", DOT, WIRE, "scatterer"),
        ("scatterer.width", DOT, WIRE, "scatterer"),
        ("resonances[1].width", PAIR, WIRE, "scatterer"),
        ("resonances[0].peak", PAIR, WIRE, "scatterer"),
        ("values[3]", TABLE, WIRE, "scatterer"),
        ("parameters.height", FUNCTION, WIRE, "scatterer"),
        ("parameters.steps[0]", FUNCTION, WIRE, "scatterer"),
        ("parameters.steps[1][2]", FUNCTION, WIRE, "scatterer"),
        ("scales[0,1]", FUNCTION, WIRE, "scatterer"),
        ("scales[0][1]", FUNCTION, WIRE, "scatterer"),
        ("relaxation.exponent", DOT, WIRE, "wire"),
        ("wire.relaxation.exponent", DOT, WIRE, "wire"),
        ("dispersion.alpha", DOT, WIRE, "wire"),
        ("screening.gate_distance", DOT, WIRE, "wire"),
        ("relaxation.mechanisms[1].exponent", DOT, TWO, "wire"),
        ("relaxation.rates[0]", DOT, TWO, "wire"),
        ("scatterer.screening.strength", CUSTOM, LOCAL, "scatterer"),
        ("wire.screening.strength", CUSTOM, LOCAL, "wire"),
        ("scatterer.temperature", CUSTOM, LOCAL, "scatterer"),
    ],
)
def test_a_name_reaches_its_number_and_no_other(name, scatterer, wire, holder):
    ((dimension),) = read({name: [0.6, 0.7]}, scatterer, wire)
    (axis,) = dimension.axes
    assert dimension.name == axis.name == name and axis.place.holder == holder
    tree = scatterer if holder == "scatterer" else wire
    changed = jax.jit(lambda value: substitute(tree, holder, [axis.place], [value]))(0.625)
    assert float(get(changed, axis.place)) == 0.625
    differ = [
        np.sum(np.asarray(a) != np.asarray(b)) for a, b in zip(*map(jax.tree.leaves, (tree, changed)), strict=True)
    ]
    assert sum(differ) == 1
    assert jax.tree.structure(changed) == jax.tree.structure(tree)


@pytest.mark.parametrize("name", ["temperature", "voltage", "current", "force"])
def test_the_operating_point_has_its_plain_names(name):
    ((dimension),) = read({name: [0.1, 0.2]}, CUSTOM, LOCAL)
    assert dimension.axes[0].place == ParameterPath("point", (name,))


def test_dimensions_are_cartesian_or_zipped():
    axes = {"temperature": [0.1, 0.2], ("center", "width"): (np.arange(3.0), [0.1, 0.2, 0.3])}
    first, second = read(axes)
    assert (first.name, first.size, second.name, second.size) == ("temperature", 2, "center_width", 3)
    assert [axis.name for axis in second.axes] == ["center", "width"]
    assert_array_equal(second.axes[1].values, [0.1, 0.2, 0.3])
    assert second.axes[0].values.dtype == np.float64


def test_axes_carry_units_and_long_names():
    named = {name: read({name: [0.6]})[0].axes[0].attrs for name in ("center", "temperature", "screening.radius")}
    assert [attrs["units"] for attrs in named.values()] == ["mu0", "mu0", "vF tau0"]
    assert all(attrs["long_name"] for attrs in named.values())
    (own,) = read({"parameters.height": [0.6]}, FUNCTION)
    assert own.axes[0].attrs == {"units": "", "long_name": "parameters.height"}
    table = jw.TabulatedRelaxation([0.0, 1.0, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0])
    (tau,) = read({"relaxation.values[1]": [0.6]}, DOT, jw.Wire(relaxation=table))
    assert tau.axes[0].attrs["units"] == "tau0"


@pytest.mark.parametrize(
    ("name", "scatterer", "moves"),
    [
        ("center", DOT, True),
        ("width", DOT, True),
        ("resonances[0].peak", PAIR, False),
        ("resonances[0].width", PAIR, True),
        ("value", jw.Constant(0.5), False),
        ("values[1]", TABLE, True),  # the share of nodes of an interval is that of its change
        ("parameters.height", FUNCTION, False),
        ("scales[0,1]", FUNCTION, True),
        ("temperature", DOT, True),
        ("relaxation.exponent", DOT, True),
    ],
)
def test_numbers_that_leave_the_grid_alone_are_known(name, scatterer, moves):
    ((dimension),) = read({name: [0.6]}, scatterer)
    assert moves_grid(dimension.axes[0].place, scatterer) == moves


REFUSED = [
    ({}, DOT, "`axes` must have at least one name"),
    ({"centre": [1.0]}, DOT, r"got 'centre'; did you mean 'center'\? Valid names: .*temperature.*width.*exponent"),
    ({"gate_distance": [1.0]}, DOT, "did you mean 'screening.gate_distance'"),
    ({"resonances[2].width": [1.0]}, PAIR, r"did you mean 'resonances\[1\]\.width'"),
    ({"qqqqqq": [1.0]}, DOT, "got 'qqqqqq'; Valid names: temperature"),
    ({"screening.strength": [1.0]}, CUSTOM, "'scatterer.screening.strength' or 'wire.screening.strength'"),
    ({"values": [0.1]}, TABLE, r"a single number, got 'values' of shape \(4,\): name one element up to '\[3\]'"),
    ({"values[4]": [0.1]}, TABLE, r"a single number, got 'values\[4\]'"),
    ({"values[1,1]": [0.1]}, TABLE, r"a single number, got 'values\[1,1\]'"),
    ({"center[0]": [0.1]}, DOT, "it has no elements"),
    ({"interpolation": [0.1]}, TABLE, "must name a number that can vary, got 'interpolation'"),
    ({"width": [0.1, -0.1]}, DOT, r"^`width` must be positive, got -0\.1\.$"),
    ({"temperature": [0.1, 0.0]}, DOT, r"^`temperature` must be positive, got 0\.$"),
    ({"resonances[1].peak": [1.1]}, PAIR, r"^`resonances\[1\]\.peak` must be between 0 and 1, got 1\.1\.$"),
    ({"values[1]": [0.1, 1.2]}, TABLE, r"^`values\[1\]` must keep the array between 0 and 1, got 1\.2\.$"),
    ({"energies[1]": [0.1, 2.2]}, TABLE, r"^`energies\[1\]` must keep the array increasing, got 2\.2\.$"),
    ({"screening.gate_distance": [0.5, 0.01]}, DOT, "`gate_distance` must be more than half the radius 0.05, got 0.01"),
    ({"center": [np.nan]}, DOT, "`center` must be a finite number, got nan"),
    ({"center": []}, DOT, "`center` must have at least one value, got none"),
    ({"center": 1.0}, DOT, r"`center` must be an array with 1 axis, got shape \(\)"),
    ({"center": [[1.0]]}, DOT, r"`center` must be an array with 1 axis, got shape \(1, 1\)"),
    ({"center": [1.0], "scatterer.center": [1.0]}, DOT, "every number once, got 'center' and 'scatterer.center'"),
    ({("center", "width"): ([1.0, 2.0], [0.1])}, DOT, "equal length for names in one tuple, got center: 2, width: 1"),
    (
        {("center", "width"): ([1.0, 2.0],)},
        DOT,
        "one column per name for names in one tuple, at least 2, got 2 names and 1",
    ),
    ({("center",): ([1.0, 2.0],)}, DOT, "one column per name"),
]


@pytest.mark.parametrize(("axes", "scatterer", "words"), REFUSED, ids=lambda value: str(value)[:40])
def test_axes_that_make_no_sense_are_refused_with_the_cure(axes, scatterer, words):
    wire = LOCAL if scatterer is CUSTOM else WIRE
    with pytest.raises(ValueError, match=words) as refusal:
        read(axes, scatterer, wire)
    assert re.match(r"^`[\w.\[\],]+` must .*\.$", str(refusal.value))


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ([("center", [1.0])], "`axes` must be a mapping"),
        ({3: [1.0]}, "`axes` must have names"),
        ({"center": ["a"]}, "`center` must be a real number"),
        ({"center": np.ones(2, np.float32)}, "`center` must be in double precision"),
        ({"center": None}, "`center` must be a real number, got None"),
    ],
)
def test_axes_of_a_wrong_type_are_refused(axes, words):
    with pytest.raises(TypeError, match=words):
        read(axes)


def test_what_is_valid_together_is_not_refused():
    zipped = {("screening.radius", "screening.gate_distance"): ([0.01, 0.1], [0.02, 0.2])}
    assert read(zipped)[0].size == 2  # 0.1 with 0.02 would be a gate inside the wire
    with pytest.raises(ValueError, match="more than half the radius 0.1, got 0.02"):
        read({"screening.radius": [0.01, 0.1], "screening.gate_distance": [0.02, 0.2]})
