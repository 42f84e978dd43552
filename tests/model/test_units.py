"""Natural units in SI and back, materials, and quantities with units at the edge."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr
from numpy.testing import assert_allclose

import jaxwire as jw
from jaxwire.model.description import describe
from jaxwire.model.units.materials import GaAs, InAs, InSb, Material
from jaxwire.model.units.quantities import LABELS
from jaxwire.model.units.scale import QUANTITIES, SI, Scale
from jaxwire.scans.variables import ALWAYS, TABLE

# CODATA 2018 and 2022 agree on these to the digits given; https://physics.nist.gov/cuu/Constants
KLITZING = 25812.80745  # h/e^2 in ohm, exact to the digits given
BOLTZMANN = 8.617333262e-5  # kB/e in V/K, exact to the digits given
REST_ENERGY = 510998.9500  # m_e c^2 in eV
RYDBERG, BOHR = 13.605693123, 0.529177210903e-10  # in eV and m; hbar^2/(2 m_e) = RYDBERG BOHR^2
LIGHT = 299792458.0  # in m/s
ELECTRON_CHARGE = 1.602176634e-19  # in C

PARABOLIC = Scale(0.010, InAs.effective_mass, 1e-12)
KANE = Scale.of(InAs, 0.010, 1e-12)
DIGITS = 1e-8  # of the constants above


def test_units_of_a_parabolic_wire_of_indium_arsenide_by_hand():
    velocity = LIGHT * np.sqrt(2 * 0.010 / (0.026 * REST_ENERGY))  # 3.678e5 m/s
    by_hand = {
        ("temperature", 1.0): 0.010 / BOLTZMANN,  # 116 K
        ("voltage", 0.1): 0.001,
        ("center", 1.44): 0.0144,
        ("current", 1.0): 0.010 / KLITZING,  # 0.387 uA
        ("powers", 1.0): 0.010**2 / KLITZING,  # 3.87 nW
        ("x", -0.5): -0.5 * velocity * 1e-12,  # of 368 nm
        ("force", 1.0): 0.010 / (velocity * 1e-12),  # 27.2 kV/m
        ("heating_power", 2.0): 2.0 * 0.010**2 / KLITZING / (velocity * 1e-12),
        ("length", 3.0): 3.0 * BOHR / np.sqrt(0.026 * 0.010 / RYDBERG),  # of 12 nm
        ("relaxation_time", 1.0): 1e-12,
        ("rates", 1.0): 1e12,
        ("alpha", 0.02): 2.0,
        ("conductance", 1.0): 1 / KLITZING,
        ("substrate_conductance", 1.0): BOLTZMANN * 0.010 / KLITZING / (velocity * 1e-12),  # 0.9 mW/(m K)
        ("contact_resistance", 1.0): KLITZING / 0.010**2,
        ("seebeck", 1.0): BOLTZMANN,
        ("peltier", 1.0): 0.010,
        ("heating", 29.4): 29.4,
    }
    for (quantity, natural), value in by_hand.items():
        assert_allclose(PARABOLIC.to_si(quantity, natural), value, rtol=DIGITS, err_msg=quantity)
    assert_allclose(PARABOLIC.fermi_velocity, velocity, rtol=DIGITS)
    assert_allclose(PARABOLIC.energy, 0.010 * ELECTRON_CHARGE, rtol=1e-15)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_numbers_come_back_from_si(quantity):
    numbers = jnp.array([[-1.5, 0.0, 0.3], [1.0, 2.0, 1e3]])
    there = KANE.to_si(quantity, numbers)
    assert there.shape == numbers.shape
    assert_allclose(KANE.from_si(quantity, there), numbers, rtol=4e-16)  # a product and a quotient


def test_powers_are_current_times_voltage_in_si_as_well():
    current, voltage, force = 0.0125, 0.1, 0.03
    amperes = KANE.to_si("current", current)
    assert_allclose(KANE.to_si("powers", current * voltage), amperes * KANE.to_si("voltage", voltage), rtol=1e-15)
    heating = KANE.to_si("external_power", current * force)  # P_ext = I F, Eq. 24
    assert_allclose(heating, amperes * KANE.to_si("force", force), rtol=1e-15)
    assert_allclose(heating * KANE.mean_free_path, KANE.to_si("powers", current * force), rtol=1e-15)
    newton = SI["mu0/(vF tau0)"]["N"](KANE)
    assert_allclose(newton, ELECTRON_CHARGE * KANE.to_si("force", 1.0), rtol=1e-15)


def test_the_conductances_agree_with_current_per_voltage_and_per_field():
    per_voltage = KANE.to_si("current", 1.0) / KANE.to_si("voltage", 1.0)
    per_field = KANE.to_si("current", 1.0) / KANE.to_si("force", 1.0)
    assert_allclose(KANE.to_si("conductance", 1.0), per_voltage, rtol=1e-14)
    assert_allclose(KANE.to_si("conductivity", 1.0), per_field, rtol=1e-14)


def test_named_tuples_keep_their_fields():
    powers = jw.Powers(*jnp.arange(4.0))
    watts = PARABOLIC.to_si("powers", powers)
    assert isinstance(watts, jw.Powers)
    assert_allclose(watts.right, 5.0 * 0.010**2 / KLITZING, rtol=DIGITS)


def test_the_velocity_in_kanes_band_is_the_slope_of_its_energy():
    mass, alpha = 0.026 * REST_ENERGY / LIGHT**2, float(InAs.kane_alpha)  # in eV s^2/m^2, 1/eV

    def energy(momentum):
        return (np.sqrt(1 + 2 * alpha * momentum**2 / mass) - 1) / (2 * alpha)

    fermi = np.sqrt(2 * mass * 0.010 * (1 + alpha * 0.010))
    assert_allclose(energy(fermi), 0.010, rtol=1e-12)
    step = 1e-5 * fermi
    slope = (energy(fermi + step) - energy(fermi - step)) / (2 * step)
    assert_allclose(KANE.fermi_velocity, slope, rtol=DIGITS)  # cut and rounding of the difference: 1e-10
    planck = 2 * np.sqrt(RYDBERG * BOHR**2 * REST_ENERGY / LIGHT**2 / 2)  # hbar in eV s
    assert_allclose(KANE.wave_number, fermi / planck, rtol=DIGITS)


def test_the_default_dispersion_is_kanes_without_its_alpha():
    flat = Scale(0.010, 0.026, 1e-12, jw.Kane(0.0))
    assert_allclose(flat.fermi_velocity, PARABOLIC.fermi_velocity, rtol=1e-14)
    assert KANE.fermi_velocity < 0.97 * PARABOLIC.fermi_velocity


class Massive(jw.AbstractDispersion):
    """Relativistic electrons of rest energy 1/3: (energy + 1/3)^2 = 1/9 + 5/3 (p/pF)^2."""

    def momentum(self, energy):
        return jnp.sqrt(((energy + 1 / 3) ** 2 - 1 / 9) * 0.6)

    def velocity(self, energy):
        return self.momentum(energy) / (energy + 1 / 3) * (4 / 3)


def test_a_dispersion_of_the_users_own_sets_the_velocity():
    """p^2 ~ energy (1 + 3/2 energy): Kane's band with alpha = 3/2, written differently."""
    own, kane = (Scale(0.010, 0.026, 1e-12, dispersion) for dispersion in (Massive(), jw.Kane(1.5)))
    assert_allclose(own.fermi_velocity, kane.fermi_velocity, rtol=1e-9)  # cancellation near the band bottom


@pytest.mark.parametrize(("material", "gap"), [(InAs, 0.417), (GaAs, 1.519), (InSb, 0.235)])
def test_kane_alpha_is_the_first_correction_of_two_bands(material, gap):
    """Two-band k.p: (E - k)(E - k + gap) = gap k (1/m - 1), with k = hbar^2 k^2/(2 m_e)."""
    mass = float(material.effective_mass)
    kinetic = 1e-3 * gap * mass
    root = 0.5 * (np.sqrt(gap**2 + 4 * gap * kinetic * (1 / mass - 1)) - gap)
    energy = root + kinetic
    alpha = (kinetic / mass / energy - 1) / energy
    assert_allclose(material.kane_alpha, alpha, rtol=5e-3)  # next order: energy/gap = 1e-3, times 2
    assert_allclose(material.dispersion(0.02).alpha, 0.02 * material.kane_alpha, rtol=1e-15)
    assert "Vurgaftman" in material.source


def test_every_unit_of_tables_and_scans_is_known():
    variables = {name: one.units for entry in TABLE.values() for name, one in entry.variables.items()}
    variables |= {name: one.units for name, one in ALWAYS.items()}
    for name, natural in variables.items() | {(name, units) for name, (units, _) in LABELS.items()}:
        assert natural in SI
        assert QUANTITIES.get(name, (natural, ""))[0] == natural, name
        assert natural == "" or name in QUANTITIES, name


def _dataset(wire=None):
    coords = {
        "temperature": ("temperature", [0.1, 0.3], {"units": "mu0", "long_name": "temperature kB T"}),
        "resonances[1].width": ("width", [0.02, 0.05, 0.1], {"units": "mu0"}),
        "side": ["left", "right"],
        "mine": ("temperature", [1.0, 2.0], {"units": "nm"}),
    }
    variables = {
        "current": (("temperature", "width"), np.arange(6.0).reshape(2, 3), {"units": "e mu0/h"}),
        "potential_left": ("temperature", [1.0, np.nan], {"units": "mu0"}),
        "spot_position": (("temperature", "side"), np.ones((2, 2)), {"units": "vF tau0"}),
        "status": ("temperature", [0, 5], {"units": ""}),
        "my_energy": ("temperature", [1.0, 1.0], {"units": "mu0"}),
    }
    attrs = {"inputs": json.dumps({"wire": describe(jw.Wire() if wire is None else wire)}), "git": "abc"}
    return xr.Dataset(variables, coords, attrs)


def test_a_scan_is_turned_into_si_with_its_coordinates():
    natural = _dataset()
    ds = PARABOLIC.in_si(natural)
    expected = {
        "temperature": ("K", "mu0", 0.010 / BOLTZMANN),
        "resonances[1].width": ("eV", "mu0", 0.010),
        "current": ("A", "e mu0/h", 0.010 / KLITZING),
        "potential_left": ("V", "mu0", 0.010),
        "spot_position": ("m", "vF tau0", float(PARABOLIC.mean_free_path)),
        "my_energy": ("eV", "mu0", 0.010),
    }
    for name, (si, before, factor) in expected.items():
        assert (ds[name].attrs["units"], ds[name].attrs["natural_units"]) == (si, before)
        assert_allclose(ds[name].values, natural[name].values * factor, rtol=DIGITS)
        assert ds[name].dims == natural[name].dims
    for name in ("side", "mine", "status"):
        xr.testing.assert_identical(ds[name].variable, natural[name].variable)
    assert ds.temperature.attrs["long_name"] == "temperature kB T"
    assert_allclose(ds.current.sel(temperature=34.8, method="nearest"), ds.current[1])  # the index is in K
    assert ds.attrs["git"] == "abc" and json.loads(ds.attrs["scale"])["effective_mass"] == 0.026
    assert natural.current.attrs["units"] == "e mu0/h"  # the original is as it was
    xr.testing.assert_identical(PARABOLIC.in_si(natural.current).variable, ds.current.variable)
    xr.testing.assert_identical(
        PARABOLIC.in_si(natural.temperature).reset_coords(drop=True), ds.temperature.reset_coords(drop=True)
    )


def test_a_scan_is_not_converted_twice_nor_with_a_velocity_that_is_not_its_own():
    with pytest.raises(ValueError, match="natural units, got 'temperature' in K: it was converted"):
        PARABOLIC.in_si(PARABOLIC.in_si(_dataset()))
    with pytest.raises(ValueError, match=r"`dispersion` .* scanned wire, \{'model': 'Parabolic'\}, got .*'Kane'"):
        KANE.in_si(_dataset())
    KANE.in_si(_dataset(jw.Wire(dispersion=KANE.dispersion)))
    KANE.in_si(_dataset(jw.Wire(dispersion=jw.Kane(0.0228))))  # rounded by hand
    with pytest.raises(ValueError, match="`dispersion`"):
        KANE.in_si(_dataset(jw.Wire(dispersion=jw.Kane(0.2))))
    with pytest.raises(TypeError, match="`data` must be an xarray.Dataset or DataArray, got dict"):
        KANE.in_si({"current": 1.0})


def test_unknown_names_are_refused_with_the_nearest_known_one():
    with pytest.raises(ValueError, match=r"`quantity` must be known, got 'curent'; did you mean 'current'\? Valid"):
        KANE.to_si("curent", 1.0)
    for convert in (KANE.from_si, KANE.natural):
        with pytest.raises(ValueError, match="`quantity` must be known, got 'zzzz'; Valid names: temperature, "):
            convert("zzzz", 1.0)
    assert KANE.si_unit("resonances[1].width") == "eV"
    assert KANE.si_unit("relaxation.values[3]") == "s"
    assert KANE.si_unit("values[3]") == ""


def test_a_scale_refuses_what_is_no_number_or_not_positive():
    for wrong in ((0.0, 0.026, 1e-12), (0.01, -1.0, 1e-12), (0.01, 0.026, np.nan), ([0.01, 0.02], 0.026, 1e-12)):
        with pytest.raises(ValueError, match="must be"):
            Scale(*wrong)
    # the alternatives are beartype's
    with pytest.raises(TypeError, match="`dispersion` must be an object such as Parabolic|parameter 'dispersion'"):
        Scale(0.01, 0.026, 1e-12, 2.0)
    with pytest.raises(TypeError, match="`material` must be an object such as InAs, got 'InAs'|parameter 'material'"):
        Scale.of("InAs", 0.01, 1e-12)
    with pytest.raises(ValueError, match="`kane_alpha` must be zero or positive, got -1"):
        Material("mine", 0.1, -1.0)
    with pytest.raises(TypeError, match="`current` must be in double precision"):
        KANE.to_si("current", np.float32(1.0))


def test_conversions_are_differentiable_by_the_scale():
    slope = jax.grad(lambda mu0: Scale(mu0, 0.026, 1e-12).to_si("current", 2.0))(0.010)
    assert_allclose(slope, 2.0 / KLITZING, rtol=DIGITS)
    slope = jax.grad(lambda mass: Scale(0.010, mass, 1e-12).to_si("x", 1.0))(0.026)
    assert_allclose(slope, -PARABOLIC.mean_free_path / (2 * 0.026), rtol=1e-12)

    def heating(mu0):
        return Scale.of(InAs, mu0, 1e-12).to_si("heating_power", 1.0)

    difference = (heating(0.010 * (1 + 1e-5)) - heating(0.010 * (1 - 1e-5))) / 2e-7
    assert_allclose(jax.jit(jax.grad(heating))(0.010), difference, rtol=1e-9)
    many = jax.vmap(heating)(jnp.array([0.010, 0.020]))
    assert_allclose(many[0], heating(0.010), rtol=1e-14)


def test_a_printed_scale_shows_its_units():
    lines = str(PARABOLIC).splitlines()
    assert "mu0                = 116.045 K" in lines
    assert "e mu0/h            = 3.87405e-07 A" in lines
    assert len(lines) == sum(map(len, SI.values())) - 1


def test_every_si_unit_is_understood_by_pint():
    ureg = pytest.importorskip("pint").UnitRegistry()
    for quantity in QUANTITIES:
        given = ureg.Quantity(3.0, KANE.si_unit(quantity))
        assert_allclose(KANE.natural(quantity, given), KANE.from_si(quantity, 3.0), rtol=1e-15)


def test_quantities_with_units_become_natural_numbers():
    ureg = pytest.importorskip("pint").UnitRegistry()
    cold = 0.3 * 0.010 / BOLTZMANN * ureg.K
    assert_allclose(PARABOLIC.natural("temperature", cold), 0.3, rtol=DIGITS)
    assert_allclose(PARABOLIC.natural("temperature", cold.to("degC")), 0.3, rtol=DIGITS)
    assert_allclose(PARABOLIC.natural("temperature", 3 * ureg.meV), 0.3, rtol=1e-12)
    assert_allclose(PARABOLIC.natural("voltage", np.array([1, -4]) * ureg.mV), [0.1, -0.4], rtol=1e-12)
    assert_allclose(PARABOLIC.natural("center", 14.4 * ureg.meV), 1.44, rtol=1e-12)
    assert_allclose(PARABOLIC.natural("center", 14.4e-3 * ELECTRON_CHARGE * ureg.J), 1.44, rtol=1e-9)
    field = 3.0 * ureg.kV / ureg.m
    assert_allclose(PARABOLIC.natural("force", field * ureg.e), PARABOLIC.natural("force", field), rtol=1e-12)
    assert_allclose(PARABOLIC.natural("phase", 90 * ureg.degree), np.pi / 2, rtol=1e-15)
    assert float(PARABOLIC.natural("temperature", 0.3)) == 0.3
    assert_allclose(PARABOLIC.natural("x", [0.5, 1.0]), [0.5, 1.0])


def test_units_that_do_not_fit_are_refused():
    ureg = pytest.importorskip("pint").UnitRegistry()
    with pytest.raises(ValueError, match="`temperature` must be in K or eV, got meter"):
        KANE.natural("temperature", 1.0 * ureg.m)
    with pytest.raises(ValueError, match="`voltage` must be in V or eV, got kelvin"):
        KANE.natural("voltage", 1.0 * ureg.K)
    with pytest.raises(ValueError, match="`peak` must be without units, got volt"):
        KANE.natural("peak", 1.0 * ureg.V)


def test_a_solver_given_units_names_the_cure():
    """Single numbers, arrays (whose units JAX would strip) and lists alike."""
    ureg = pytest.importorskip("pint").UnitRegistry()
    dot = jw.Lorentzian(1.44, 0.08)
    for temperature in (4.2 * ureg.K, np.array(4.2) * ureg.K, jnp.array(4.2) * ureg.K, [4.2 * ureg.K]):
        with pytest.raises(TypeError, match=r"`temperature` .* natural units.*\.natural\('temperature', value\)"):
            jw.solve(dot, temperature=temperature, voltage=0.1)
    with pytest.raises(TypeError, match=r"`center` .* natural units"):
        jw.Lorentzian(14.4 * ureg.meV, 0.08)
