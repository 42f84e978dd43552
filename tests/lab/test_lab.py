"""What a laboratory knows: one number gives the others, SI comes back from natural units, files have units."""

import io

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, h, hbar, k, m_e

import jaxwire as jw
from jaxwire.model.units.scale import QUANTITIES

KNOWN = {"chemical_potential": "10 meV", "relaxation_time": "1 ps"}
LAB = jw.Lab(jw.InAs, **KNOWN, temperature="30 K")
PARABOLIC = jw.Lab(jw.InAs, **KNOWN, dispersion="parabolic")
ROUNDING = 1e-14  # some products, quotients and roots of double precision


def test_the_numbers_of_a_parabolic_wire_are_those_by_hand():
    mass, energy = 0.026 * m_e, 0.010 * e
    wave = np.sqrt(2 * mass * energy) / hbar
    by_hand = {
        "density": 2 * wave / np.pi,  # both spins of one subband
        "fermi_wavelength": 2 * np.pi / wave,
        "fermi_velocity": hbar * wave / mass,
        "mean_free_path": hbar * wave / mass * 1e-12,
        "mobility": e * 1e-12 / mass,
    }
    for name, value in by_hand.items():
        assert_allclose(PARABOLIC.known()[name].value, value, rtol=2e-11, err_msg=name)  # kF is extrapolated, see Scale
    assert_allclose(PARABOLIC.si("current", 1.0).value, 2 * e * energy / h, rtol=ROUNDING)  # of both spins
    assert_allclose(PARABOLIC.natural("temperature", "30 K"), k * 30 / energy, rtol=ROUNDING)


@pytest.mark.parametrize("lab", [LAB, PARABOLIC], ids=["Kane", "parabolic"])
@pytest.mark.parametrize("filling", ["chemical_potential", "density", "fermi_wavelength"])
@pytest.mark.parametrize("time", ["relaxation_time", "mean_free_path", "mobility"])
def test_any_pair_of_numbers_determines_the_same_wire(lab, filling, time):
    known = lab.known()
    dispersion = "kane" if lab is LAB else "parabolic"
    again = jw.Lab(jw.InAs, **{name: known[name] for name in (filling, time)}, dispersion=dispersion).known()
    for name, one in again.items():
        assert_allclose(one.value, known[name].value, rtol=1e-10, err_msg=name)  # kF is extrapolated, see Scale


def test_conductivity_is_density_times_mobility():
    known = LAB.known()
    drude = known["density"].value * e * known["mobility"].value
    assert_allclose(2 * LAB.si("conductivity", 1.0).value, drude, rtol=1e-12)  # 2 e^2 l/h for each channel


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_si_and_natural_units_are_inverse(quantity):
    there = LAB.si(quantity, 0.37, 0.01)
    given = there.value if not there.unit else there.quantity
    assert_allclose(LAB.natural(quantity, given), 0.37, rtol=ROUNDING)


def test_channels_that_are_alike_share_the_current_at_the_same_voltage():
    one = jw.Lab(jw.InAs, **KNOWN, channels=1)
    for quantity in ("current", "heating_power", "heat_current", "conductance", "substrate_conductance"):
        assert LAB.si(quantity, 1.0).value == 2 * one.si(quantity, 1.0).value
    assert LAB.si("contact_resistance", 2.0).value == one.si("contact_resistance", 1.0).value  # side by side
    for quantity in ("voltage", "temperature", "x", "force"):
        assert LAB.si(quantity, 1.0) == one.si(quantity, 1.0)


def test_errors_of_the_lab_follow_the_numbers():
    lab = jw.Lab(jw.InAs, density="53.19(53) 1/um", mobility="64700(6470) cm^2/(V s)")
    assert_allclose(lab.errors["relaxation_time"], 0.1, rtol=1e-12)
    moved = jw.Lab(jw.InAs, density="53.72 1/um", mobility="64700 cm^2/(V s)").known()["chemical_potential"].value
    expected = moved / lab.known()["chemical_potential"].value - 1
    assert_allclose(lab.errors["chemical_potential"], expected, rtol=0.01)  # a difference of 1 %, to first order
    assert str(lab.known()["density"]) == "53.19(53) 1/\u00b5m"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"chemical_potential": "10 meV"}, "`relaxation_time` must be given, or mean_free_path or mobility, for"),
        ({"relaxation_time": "1 ps"}, "`chemical_potential` must be given, or density or fermi_wavelength, for"),
        (
            KNOWN | {"density": "1e8 1/m"},
            "`density` must agree with `chemical_potential`, got 100 1/",
        ),
        (KNOWN | {"mobility": "1 m^2/(V s)"}, "`mobility` must agree with `relaxation_time`"),
        (KNOWN | {"chemical_potential": "-1 meV"}, "`chemical_potential` must be positive, got -1 meV."),
        (KNOWN | {"temperature": "0 K"}, "`temperature` must be positive, got 0 K."),
        (KNOWN | {"dispersion": "cubic"}, "`dispersion` must be one of kane, parabolic, got 'cubic'."),
        (KNOWN | {"channels": 0}, "`channels` must be a whole number, 1 or more, got 0."),
    ],
)
def test_missing_and_contradicting_numbers_are_refused_in_one_line(given, words):
    with pytest.raises(ValueError) as refused:
        jw.Lab(jw.InAs, **given)
    assert str(refused.value).startswith(words)
    assert "\n" not in str(refused.value)


def test_two_numbers_that_agree_are_as_good_as_one():
    assert jw.Lab(jw.InAs, **KNOWN, density="53.2 1/um").scale.chemical_potential == 0.010


def test_a_lab_prints_what_it_knows():
    lines = str(LAB).splitlines()
    assert lines[0] == "Lab with a wire of InAs, Kane band, 2 channels alike"
    assert "  mean free path           355.8 nm                 1 vF tau0" in lines
    assert "355.8 nm" in LAB._repr_html_()


def test_objects_of_the_model_are_built_of_numbers_with_units():
    dot = LAB.build(jw.Lorentzian, center="14.4 meV", width="0.8 meV")
    assert_allclose((dot.center, dot.width), (1.44, 0.08), rtol=ROUNDING)
    levels = LAB.build(jw.BreitWigner, resonances=(LAB.build(jw.Resonance, center="9 meV", width="1 meV", peak=0.9),))
    assert_allclose(levels.resonances[0].center, 0.9, rtol=ROUNDING)
    times = LAB.build(jw.TabulatedRelaxation, energies=["5 meV", "10 meV", "20 meV", "30 meV"], values=["1 ps"] * 4)
    assert_allclose(times.values, 1.0, rtol=ROUNDING)
    with pytest.raises(ValueError, match="^`width` must be in eV, got 8.0 nm.$"):
        LAB.build(jw.Lorentzian, center="14.4 meV", width="8 nm")
    with pytest.raises(ValueError, match="^`quantity` must be known"):
        LAB.build(jw.Lorentzian, centre="14.4 meV", width="8 meV")


def test_a_thermometer_divides_the_heat_by_the_loss_to_the_substrate():
    probe = LAB.thermometer(conductance="0.5 W/(m K)", wire_conductance="2e-14 W m/K", probe_fwhm="50 nm")
    assert_allclose(LAB.si("healing_length", probe.healing_length).value, 200e-9, rtol=ROUNDING)
    assert_allclose(LAB.si("probe_width", probe.probe_width).value, 50e-9 / 2.3548200450309493, rtol=ROUNDING)
    power = LAB.si("heating_power", 1.0).value
    assert_allclose(LAB.si("temperature", probe.gain).value, power / 0.5, rtol=ROUNDING)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "`healing_length` must be given, or `wire_conductance` and `conductance`; got none."),
        ({"wire_conductance": "1e-14 W m/K"}, "`conductance` must be given with `wire_conductance`"),
        ({"healing_length": "9 nm", "wire_conductance": "1 W m/K"}, "`wire_conductance` must be left out where"),
        ({"healing_length": "9 nm", "conductance": "1 W/m"}, "`conductance` must be in W/(m K), got 1.0 W/m."),
        ({"healing_length": "9(1) nm"}, "`healing_length` must be without an error here: lab.fit takes it in given="),
    ],
)
def test_a_thermometer_refuses_what_does_not_fit(given, words):
    with pytest.raises(ValueError) as refused:
        LAB.thermometer(**given)
    assert str(refused.value).startswith(words)


def test_files_and_tables_are_read_in_the_units_of_their_headings():
    file = io.StringIO("x_nm,T_mK,sigma_mK\n-100,1,0.1\n100,2,0.2\n")
    table = pd.DataFrame({"Pos": [-0.1, 0.1], "T (uK)": [1000.0, 2000.0], "sigma (uK)": [100.0, 200.0]})
    columns = {"x": ("Pos", "um")}
    for source, names in ((file, None), (table, columns)):
        data = LAB.read(source, voltage="1 mV", columns=names)
        x, y, sigma = data.si(0)
        assert_allclose((x, y, sigma), ([-1e-7, 1e-7], [1e-3, 2e-3], [1e-4, 2e-4]), rtol=ROUNDING)
        assert_allclose(data[0].voltage, 0.1, rtol=ROUNDING)
        assert data.unit == "K" and len(data) == 1
    assert "-100 to 100 nm" in str(data) and "1 mV" in data._repr_html_()


def test_points_may_differ_and_have_errors():
    text = "x_nm,T_mK\n-100,1\n100,2\n"
    data = LAB.read([io.StringIO(text), io.StringIO(text)], voltage=["1 mV", "2.0(1) mV"], temperature=["30 K", "40 K"])
    assert_allclose([one.voltage for one in data], [0.1, 0.2], rtol=ROUNDING)
    assert_allclose(data.errors["measurements[1].voltage"], 0.01, rtol=ROUNDING)
    assert data[1].temperature > data[0].temperature
    assert_allclose(LAB.read(io.StringIO(text), current="774.8 nA")[0].current, 1.0, rtol=1e-4)  # two spins, 4 digits


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ("x,T_mK\n1,2\n2,3\n", None, "`x` must have a unit of length in"),
        ("x_s,T_mK\n1,2\n2,3\n", None, "`x` must have a unit of length in"),
        ("x_nm,Q\n1,2\n2,3\n", None, "`y` must be one of the columns of"),
        ("x_nm,T_mK,sigma_nm\n1,2,3\n2,3,3\n", None, "`sigma` must be in the unit of `y`"),
        ("x_nm,T_mK\n1,2\n2,3\n", {"z": "x_nm"}, "`columns` must name x, y, sigma, got 'z'."),
        ("x_nm,T_mK\n1,2\n2,3\n", {"x": 3}, "`columns` must be headings, or pairs of heading and unit, got 3."),
    ],
)
def test_columns_without_a_unit_or_with_another_are_refused_in_one_line(text, columns, words):
    with pytest.raises((ValueError, TypeError)) as refused:
        LAB.read(io.StringIO(text), voltage="1 mV", columns=columns)
    assert str(refused.value).startswith(words)
    assert "\n" not in str(refused.value)


def test_operating_points_that_are_none_are_refused():
    text = "x_nm,T_mK\n1,2\n2,3\n"
    with pytest.raises(TypeError, match="`voltage`, `current` or `force` must be given, one of them; got none."):
        LAB.read(io.StringIO(text))
    with pytest.raises(ValueError, match="`voltage` must be one for each of the 1 profiles, or one for all; got 2."):
        LAB.read(io.StringIO(text), voltage=["1 mV", "2 mV"])
    with pytest.raises(ValueError, match="`temperature` must be given to read, or to the Lab; got none."):
        PARABOLIC.read(io.StringIO(text), voltage="1 mV")
    with pytest.raises(ValueError, match="`voltage` must be in V or eV, got 1.0 K."):
        LAB.read(io.StringIO(text), voltage="1 K")


def test_a_solution_in_si_is_the_natural_one_converted_by_hand():
    dot = jw.Lorentzian(1.44, 0.08)
    sol = LAB.solve(dot, voltage="1 mV")
    kane = jw.Scale.of(jw.InAs, 0.010, 1e-12)
    natural = jw.solve(dot, jw.Wire(dispersion=kane.dispersion), temperature=k * 30 / (0.010 * e), voltage=0.1)
    assert_allclose(sol["current"].value, 2 * natural.current * 0.010 * e**2 / h, rtol=1e-12)
    x = np.array([-1e-7, 1e-7])
    power = 2 * (0.010 * e) ** 2 / (h * float(kane.mean_free_path))
    heat = natural.heating(x / float(kane.mean_free_path)).total * natural.external_power * power
    found = sol.heating(["-100 nm", "100 nm"]).total
    assert_allclose(found.to("W/m").magnitude, heat, rtol=1e-10)  # positions differ in their last digit
    probe = LAB.thermometer(conductance="0.5 W/(m K)", healing_length="0 nm")
    assert_allclose(sol.reading(probe, ["-100 nm", "100 nm"]).to("K").magnitude, heat / 0.5, rtol=1e-8)  # as waves
    assert "  current          9.518 nA" in str(sol).splitlines()


def test_parts_of_the_wire_that_are_not_given_stay_as_they_are():
    """Phonons were lost where another part was given."""
    parts = {"phonons": jw.Phonons(loss=0.5, healing_length=1.0), "electron_electron": jw.ElectronElectron(time=2.0)}
    lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1 ps", dispersion="parabolic")
    wire = lab.with_parts(**parts).with_parts(screening=jw.LocalScreening(0.5)).wire
    assert (wire.phonons, wire.electron_electron) == tuple(parts.values()) and wire.screening.strength == 0.5
    assert lab.wire.phonons is None


@pytest.mark.parametrize(
    ("name", "given"), [("voltage", "1.0(1) mV"), ("temperature", "30 +- 1 K"), ("current", ("9 nA", "1 nA"))]
)
def test_errors_that_one_point_would_not_carry_on_are_refused(name, given):
    point = {"voltage": "1 mV"} if name == "temperature" else {}
    with pytest.raises(ValueError, match=rf"^`{name}` must be without an error here; `read` and `fit` carry errors on"):
        LAB.solve(jw.Lorentzian(1.44, 0.08), **point, **{name: given})


@pytest.mark.slow
def test_fields_of_warm_phonons_are_in_si_and_errors_of_the_lab_are_named():
    lab = jw.Lab(jw.InAs, chemical_potential="10(1) meV", relaxation_time="1 ps", temperature="30(1) K")
    lab = lab.with_parts(phonons=lab.build(jw.Phonons, loss="15 W/m", healing_length="200 nm"))  # 0.5 W/(m K)
    sol = lab.solve(jw.Lorentzian(1.44, 0.08), voltage="1 mV", resolution=jw.Resolution(32, 12))
    assert "not carried on: the error of chemical potential, temperature; `fit` does" in str(sol)
    x = ["-100 nm", "150 nm"]
    lost = sol.substrate_power(x).to("W/m").magnitude
    # what phonons lose is their conductance to the substrate times by how much they are warmer, by definition
    assert_allclose(0.5 * sol.phonon_temperature(x).to("K").magnitude, lost, rtol=1e-9)
    assert sol.phonon_heat_current(x).is_compatible_with("W") and sol.electron_potential(x).is_compatible_with("eV")
