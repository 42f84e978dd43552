"""Figures of `jaxwire reproduce`: the captions' numbers in the data, what is drawn, and statements in spoiled data."""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire import reproduce
from jaxwire.reproduce import figures_5_6 as spot_maps

pytestmark = pytest.mark.slow

FACTS_TEXT = (Path(__file__).parents[1] / "reference" / "paper_facts.json").read_text()
FACTS = json.loads(FACTS_TEXT)
OURS = ("own_width", "own_contact", "own_barrier", "own_levels")
FIGURES = (*(f"fig{number}" for number in range(2, 10)), *OURS)


def _stated():
    return [(name, fact) for name, facts in FACTS["figures"].items() for fact in facts if fact.get("quantity")]


def test_every_number_of_the_captions_is_in_the_coordinates_of_the_data(folder):
    assert (Path(reproduce.__file__).with_name("paper_facts.json")).read_text() == FACTS_TEXT
    assert set(FACTS["figures"]) == set(FIGURES) - set(OURS)
    assert len(_stated()) == 26
    for name, fact in _stated():
        data = xarray.open_dataset(folder / f"{name}.nc", engine="scipy")
        found = data.coords[fact["quantity"]] if fact["quantity"] in data.coords else data.attrs[fact["quantity"]]
        numbers = np.atleast_1d(np.asarray(found))
        if "ends" in fact:
            assert np.all(np.diff(numbers) > 0)
            numbers = numbers[[0, -1]]
        # Numbers as printed; sqrt(eps0) is squared and drawn again: rounding.
        assert_allclose(numbers, fact.get("values", fact.get("ends")), rtol=1e-14, err_msg=f"{name}: {fact['says']}")


@pytest.mark.parametrize("name", ["fig5", "fig7", "fig9"])
def test_every_point_is_on_its_place_of_the_grid(made, name):
    data = made.data[name]
    rng = np.random.default_rng(0)
    for _ in range(3):
        point = data.isel({dim: int(rng.integers(1, size)) for dim, size in data.sizes.items() if dim != "side"})
        dot = jw.Lorentzian(center=float(point.center), width=float(point.width))
        sol = jw.solve(dot, temperature=float(point.temperature), voltage=float(point.voltage))
        # The draft has 64 + 24 nodes, whose error is 2e-7 where the default resolution has 1e-9.
        assert_allclose(float(point.current), float(sol.current), rtol=2e-6)
        # The share is of order 1; Eq. 34 itself is compared in units of I V_tot.
        assert_allclose(
            float(point.asymmetry / (point.current * point.total_voltage)),
            float(jw.asymmetry_ratio(sol)),
            rtol=1e-4,
            atol=1e-4,
        )


def test_data_and_figures_have_what_is_drawn_beside_coordinates(made):
    """Diamonds, dashed lines, triangles, exponents: what captions say in words."""
    data, drawn = made.data["fig3"], reproduce.FIGURES["fig3"].draw(made.data["fig3"])
    for axes, voltage in zip(drawn.axes, (0.1, 0.4), strict=True):
        diamonds = [line for line in axes.get_lines() if line.get_marker() == "D" and len(line.get_xdata()) > 2]
        assert len(diamonds) == 4
        part = data.isel(center=0, temperature=3).sel(voltage=voltage)
        expected = part.heating - part.heating_parts.sel(part="buildup")
        places = np.searchsorted(data.x.values, diamonds[3].get_xdata())
        assert_allclose(diamonds[3].get_ydata(), expected.values[places], rtol=1e-14)
        dashed = [line for line in axes.get_lines() if line.get_linestyle() == "--" and len(line.get_xdata()) == 2]
        assert any(set(line.get_ydata()) == {1.0} for line in dashed)
    data, drawn = made.data["fig7"], reproduce.FIGURES["fig7"].draw(made.data["fig7"])
    for axes, width in zip(drawn.axes, (0.08, 0.32), strict=True):
        lines = [line for line in axes.get_lines() if len(line.get_xdata()) == data.sizes["temperature"]]
        curves = [data[name].sel(width=width, voltage=v) for v in (0.1, 0.5)
                  for name in ("asymmetry", "landauer_asymmetry", "landauer_improved_asymmetry")]  # fmt: skip
        for line, curve in zip(lines, curves, strict=True):
            assert_allclose(line.get_ydata(), curve.values, rtol=1e-14)
        triangles = [line for line in axes.get_lines() if line.get_marker() == "^" and len(line.get_xdata()) > 2]
        power = (data.current * data.total_voltage).sel(width=width)
        for line, voltage in zip(triangles, (0.1, 0.5), strict=True):
            expected = power.sel(voltage=voltage, temperature=line.get_xdata())
            assert_allclose(line.get_ydata(), expected.values, rtol=1e-14)


def test_fig_5_colours_what_the_paper_colours_and_nothing_else(made):
    data = made.data["fig5"]
    strength = data.spot_heating.transpose("temperature", "side", "center", "width").values
    for weak in (False, True):
        meshes = [axes.collections for axes in spot_maps.draw_figure_5(data, weak=weak).axes[:6]]
        for mesh, heating in zip(meshes, strength.reshape(6, *strength.shape[2:]), strict=True):
            assert len(mesh) == 1 + weak
            shown = mesh[-1].get_array().filled(np.nan)
            with np.errstate(invalid="ignore"):
                expected = np.where(abs(heating) > 1, np.sign(heating) * (abs(heating) - 1) ** 0.2, np.nan)
            assert_allclose(shown, expected, rtol=1e-12)
            if weak:
                assert_array_equal(mesh[0].get_array().mask, ~(abs(heating) < 1))
    places = reproduce.FIGURES["fig6"].draw(data).axes[0].collections
    position = data.spot_position.isel(temperature=0).sel(side="left").transpose("center", "width").values
    for mesh, sign in zip(places, (1, -1), strict=True):
        shown = ~mesh.get_array().mask
        assert_allclose(mesh.get_array()[shown], abs(position[shown]), rtol=1e-14)
        assert np.all(sign * strength[0, 0][shown] > 1)


def test_own_figures_are_those_of_the_public_scatterers(made):
    scatterers = {
        "own_width": jw.BreitWigner([jw.Resonance(1.44, 0.08, peak=0.25)]),
        "own_contact": jw.QuantumPointContact([1.0, 1.6], 0.2),
        "own_barrier": jw.TunnelBarrier(1.5, 0.1),
        "own_levels": jw.BreitWigner([jw.Resonance(0.64, 0.08, 0.9), jw.Resonance(1.44, 0.08, 0.9)]),
    }
    for name, scatterer in scatterers.items():
        data = made.data[name].sel(voltage=0.4)
        point = data.sel(channels=4) if name == "own_width" else data.sel(temperature=0.7)
        sol = jw.solve(scatterer, temperature=0.7, voltage=0.4, error_estimate=False)
        assert_allclose(point.current, sol.current, rtol=1e-9)  # the same T, on other nodes where T is scaled
        largest = np.max(np.abs(point.heating.values))
        assert_allclose(point.heating, sol.heating(point.x.values).total, rtol=0, atol=1e-7 * largest)


def test_fig_8_and_fig_2_are_drawn_from_solutions(made):
    data = made.data["fig8"]
    sol = jw.solve(jw.Lorentzian(1.44, 0.08), temperature=0.7, voltage=0.1, error_estimate=False)
    f = sol.distribution(data.energy.values[::90], 1.0)
    assert_allclose(data.forward.sel(x=1.0)[::90], f.forward, rtol=1e-12)
    assert_allclose(data.backward.sel(x=1.0)[::90], f.backward, rtol=1e-12)
    data = made.data["fig2"]
    numbers = {name: float(data[name]) for name in ("temperature", "voltage")}
    sol = jw.solve(jw.Lorentzian(float(data.center), float(data.width)), **numbers, error_estimate=False)
    assert_allclose(data.potential[::20], sol.potential(data.x.values[::20]), rtol=1e-12)
    tilt = np.diff(data.asymptote[:2]) / np.diff(data.x[:2])
    assert_allclose(tilt, -float(sol.force), rtol=1e-9)


def test_the_code_beside_each_figure_makes_it(made, tmp_path, monkeypatch):
    """Each block runs, is at most five lines, and gives the numbers of the data beside it."""
    monkeypatch.chdir(tmp_path)
    names = {}
    for exhibit in reproduce.EXHIBITS:
        assert len(exhibit.code.splitlines()) <= 5, exhibit.name
        names[exhibit.name] = {}
        exec(compile(exhibit.code, exhibit.name, "exec"), names[exhibit.name])
    written = {path.stem for path in tmp_path.glob("*.png")}
    assert written == {"fig3a", "fig4a", "fig5", "fig6", "fig7", "fig9", *OURS}
    diagram = made.data["fig2"]
    expected = np.interp(names["fig2"]["x"], diagram.x, diagram.band_bottom)
    away = abs(names["fig2"]["x"]) > 0.5  # lines between positions that are 0.1 apart there, of a smooth curve
    assert_allclose(names["fig2"]["band_bottom"][away], expected[away], rtol=0, atol=5e-3)
    for name, voltage in (("fig3", 0.1), ("fig4", 0.1)):
        sol, data = names[name]["solutions"][-1], made.data[name].isel(center=0, temperature=-1).sel(voltage=voltage)
        assert_allclose(float(sol.heating(data.x.values[9]).total), data.heating.values[9], rtol=1e-9)
    for name in ("fig5", "fig7", "fig9"):
        data, ours = names[name]["data"], made.data[name]
        corner = (
            {dim: -1 for dim in data.current.dims} if name != "fig5" else {"temperature": 2, "center": 12, "width": 0}
        )
        variable = "spot_heating" if name == "fig5" else "current"
        there = ours[variable].sel({dim: float(data[dim][index]) for dim, index in corner.items()}, method="nearest")
        assert_allclose(data[variable].isel(corner), there, rtol=2e-6)  # the draft's nodes
    assert_allclose(
        names["fig8"]["heat_given"].max(), float(((made.data["fig8"].energy - 1) *
        (made.data["fig8"].forward.isel(x=0) - made.data["fig8"].forward.isel(x=-1))).max()), rtol=0.02
    )  # fmt: skip


def _swapped(data):
    """The wires exchanged."""
    data = data.assign({name: data[name].roll(side=1, roll_coords=False) for name in data if "side" in data[name].dims})
    return data.isel(x=slice(None, None, -1)).assign_coords(x=data.x) if "x" in data.dims else data


def _in_reverse(dim):
    """The numbers of an axis in the opposite order."""
    return lambda data: data.isel({dim: slice(None, None, -1)}).assign_coords({dim: data[dim]})


def _built_up(data):
    """A large P_phi."""
    return data.assign(heating_parts=data.heating_parts * 100.0)


def _everywhere(data):
    """Heating that does not decay."""
    return data.assign(heating=data.heating + 30.0)


def _as_landauer(data):
    """What Landauer theory says in place of the wires, far off for the estimate, and a scatterer that cools."""
    return data.assign(
        asymmetry=data.landauer_asymmetry,
        landauer_improved_asymmetry=-data.landauer_asymmetry,
        total_voltage=-data.total_voltage,
    )


def _good_estimate(data):
    return data.assign(landauer_improved_asymmetry=data.asymmetry)


def _of_one_kind(sign):
    """All spots heat or all cool."""
    return lambda data: data.assign(spot_heating=sign * abs(data.spot_heating), spot_kind=sign * abs(data.spot_kind))


def _far_and_strong(data):
    """The strongest spots are the furthest, and some of them beyond the range."""
    return data.assign(spot_position=data.spot_position * (1.0 + abs(data.spot_heating)))


def _linear(data):
    """Ohm's law, with far too large a current."""
    return data.assign(current=data.current.max() * 9.0 * data.voltage / data.temperature * (1.5 - data.center))


def _without_buildup(data):
    """No e phi at the scatterer, and another V."""
    return data.assign(band_bottom=data.asymptote, potential=0.0 * data.potential + 0.1)


def _as_far_away(data):
    """The distribution far away at all positions."""
    return data.assign(forward=data.forward.isel(x=-1, drop=True) + 0.0 * data.forward)


def _flat(data):
    """The same T at every energy: no peak, no opening."""
    return data.assign(heating=2.0 + 0.0 * data.heating)


SPOILED = {
    "fig2": (_without_buildup,),
    "fig3": (_swapped, _built_up, _in_reverse("temperature"), _everywhere),
    "fig4": (_swapped, _built_up, _everywhere),
    "fig5": (_swapped, _in_reverse("temperature"), _of_one_kind(1), _of_one_kind(-1)),
    "fig6": (_far_and_strong,),
    "fig7": (_as_landauer, _good_estimate),
    "fig8": (_as_far_away,),
    "fig9": (_in_reverse("temperature"), _linear),
    "own_width": (_in_reverse("channels"),),
    "own_contact": (_swapped,),
    "own_barrier": (_swapped,),
    "own_levels": (_swapped,),
}


@pytest.mark.parametrize("exhibit", reproduce.EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_no_statement_is_seen_in_spoiled_data(made, exhibit):
    missed = set()
    for spoil in SPOILED[exhibit.name]:
        missed |= {index for index, one in enumerate(exhibit.look(spoil(made.data[exhibit.name]))) if not one.holds}
    assert missed == set(range(len(made.findings[exhibit.name])))
