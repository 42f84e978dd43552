"""Maps of scans: every value in its cell, on the scale of its axis, and whatever has no value is marked."""

import matplotlib
import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.testing import assert_allclose, assert_array_equal

from jaxwire.model.units.quantities import LABELS
from jaxwire.plot.maps import plot_map
from jaxwire.plot.panels import STATES
from jaxwire.scans.variables import TABLE
from jaxwire.solver.status import FLAG_ATTRIBUTES

CENTER, WIDTH, TEMPERATURE = np.linspace(0.1, 2.6, 6), np.geomspace(0.01, 1.0, 5), np.array([0.1, 0.3, 0.5])
DIMS = ("center", "width", "temperature")
NOT_THERE = np.iinfo(np.int64).min


def attributes(pair):
    return dict(zip(("units", "long_name"), pair, strict=True))


def about(name):
    return attributes(TABLE["spots"].variables[name][1:3])


def a_scan():
    """Made-up values under the names of a scan: three points failed, the left wire has no spot at T = 0.5."""
    center, width, temperature = np.meshgrid(CENTER, WIDTH, TEMPERATURE, indexing="ij")
    status = np.zeros(center.shape, dtype=int)
    status[2, 3] = 3
    current = np.where(status > 0, np.nan, width * center + temperature)
    heating = 1.0 + np.stack([4.0 * (center - 1.2), 3.0 * width + center], axis=-1)  # from -3.4 to 6.6 on the left
    heating[status > 0] = heating[:, :, 2, 0] = np.nan
    kind = np.sign(np.nan_to_num(heating, nan=1.0) - 1.0).astype(int)
    flags = FLAG_ATTRIBUTES
    return xarray.Dataset(
        {
            "status": (DIMS, status, {"units": "", "long_name": "how the solve ended"} | flags),
            "current": (DIMS, current, attributes(LABELS["current"])),
            "spot_heating": ((*DIMS, "side"), heating, about("spot_heating")),
            "spot_kind": ((*DIMS, "side"), kind, about("spot_kind")),
            "spot_exists": ((*DIMS, "side"), kind != 0, about("spot_exists")),
        },
        coords={
            "center": ("center", CENTER, attributes(LABELS["center"])),
            "width": ("width", WIDTH, attributes(LABELS["width"])),
            "temperature": ("temperature", TEMPERATURE, attributes(LABELS["temperature"])),
            "side": ["left", "right"],
        },
    )


def zipped(temperature=0):
    """Center and width vary together, along a dimension without values of its own."""
    along = {name: xarray.DataArray([0, 3, 1, 2], dims="center_width") for name in ("center", "width")}
    return a_scan().isel(temperature=temperature, drop=True).isel(along)


def cells(figure, panel=0):
    """The mesh of values: what is drawn last."""
    return figure.axes[panel].collections[-1]


def legend(figure):
    return [text.get_text() for box in figure.legends for text in box.get_texts()]


def lines(figure):
    return {line.get_label(): line for line in figure.axes[0].get_lines() if len(line.get_xdata()) > 2}


def test_a_map_shows_every_value_in_its_cell():
    ds = a_scan()
    figure = plot_map(ds, select={"temperature": 0.3})
    mesh = cells(figure)
    assert_array_equal(mesh.get_array().filled(np.nan), ds["current"].values[:, :, 1].T)
    x, y = mesh.get_coordinates()[0, :, 0], mesh.get_coordinates()[:, 0, 1]
    assert_allclose(0.5 * (x[1:] + x[:-1]), CENTER, rtol=1e-14)  # a cell is centred on its value
    assert_allclose(np.sqrt(y[1:] * y[:-1]), WIDTH, rtol=1e-14)  # on a log axis by the logarithm
    assert (figure.axes[0].get_xscale(), figure.axes[0].get_yscale()) == ("linear", "log")


def test_axes_can_be_chosen():
    ds = a_scan()
    for x, y in (("width", "center"), ("width", None), (None, "center")):
        figure = plot_map(ds, "current", x, y, {"temperature": 0.3})
        assert_array_equal(cells(figure).get_array().filled(np.nan), ds["current"].values[:, :, 1])
        assert figure.axes[0].get_xscale() == "log"


def test_labels_have_units_and_titles_the_selected_values():
    figure = plot_map(a_scan(), "spot_heating", select={"temperature": "0.28", "side": "right"})
    axes, bar = figure.axes
    assert axes.get_xlabel() == r"resonance position $\varepsilon_0$ ($\mu_0$)"
    assert axes.get_ylabel() == r"resonance half width $\Gamma$ ($\mu_0$)"
    assert axes.get_title() == r"$k_\mathrm{B}T$ = 0.3 $\mu_0$, right wire"
    assert bar.get_ylabel() == r"heating $P_\mathrm{ph}/P_\mathrm{ext}$ at the spot"


def test_axes_given_in_any_order_are_drawn_in_order():
    ds = a_scan()
    mixed = ds.isel(center=[3, 0, 5, 1, 4, 2])
    here, there = (cells(plot_map(each, select={"temperature": 0.3})) for each in (ds, mixed))
    assert_array_equal(here.get_array().filled(np.nan), there.get_array().filled(np.nan))
    assert_array_equal(here.get_coordinates(), there.get_coordinates())


def test_sides_become_panels_with_one_scale():
    ds = a_scan()
    figure = plot_map(ds, "spot_heating", select={"temperature": 0.3})
    assert [axes.get_title() for axes in figure.axes[:2]] == ["left wire", "right wire"]
    for panel in (0, 1):
        drawn = cells(figure, panel).get_array().filled(np.nan)
        assert_array_equal(drawn, ds["spot_heating"].values[:, :, 1, panel].T)
    assert cells(figure, 0).norm.vmax == cells(figure, 1).norm.vmax


def test_one_axis_gives_lines():
    ds = a_scan()
    figure = plot_map(ds, "spot_heating", select={"temperature": 0.3, "width": 0.01})
    drawn = lines(figure)
    assert list(drawn) == ["left wire", "right wire"]
    for side, line in enumerate(drawn.values()):
        assert_array_equal(line.get_xdata(), CENTER)
        assert_array_equal(line.get_ydata(), ds["spot_heating"].values[:, 0, 1, side])
    assert len({line.get_color() for line in drawn.values()}) == 2
    assert figure.axes[0].get_title() == r"$k_\mathrm{B}T$ = 0.3 $\mu_0$, $\Gamma$ = 0.01 $\mu_0$"


def test_a_dimension_with_one_value_needs_no_selection():
    figure = plot_map(a_scan().isel(temperature=[1]))
    assert figure.axes[0].get_title() == r"$k_\mathrm{B}T$ = 0.3 $\mu_0$"


@pytest.mark.parametrize(("name", "center"), [("spot_heating", 1.0), ("spot_measure", 0.0)])
def test_values_on_both_sides_of_one_that_means_something_diverge_from_it(name, center):
    figure = plot_map(a_scan(), name, select={"temperature": 0.3})
    mesh = cells(figure)
    assert mesh.get_cmap().name == "RdBu_r"
    assert_allclose(0.5 * (mesh.norm.vmin + mesh.norm.vmax), center, atol=1e-14)  # rounding of a mean
    low, high = figure.axes[-1].get_ylim()
    assert mesh.norm.vmin <= low < center < high <= mesh.norm.vmax


def test_values_of_one_sign_get_an_even_scale():
    mesh = cells(plot_map(a_scan(), "current", select={"temperature": 0.3}))
    values = a_scan()["current"].values[:, :, 1]
    assert mesh.get_cmap().name == "viridis"
    assert (mesh.norm.vmin, mesh.norm.vmax) == (np.nanmin(values), np.nanmax(values))


def test_a_single_outlier_does_not_hide_the_rest():
    ds = xarray.Dataset({"v": (("a", "b"), np.linspace(1.0, 2.0, 900).reshape(30, 30))})
    ds["v"][3, 4] = 1e6
    figure = plot_map(ds)
    assert cells(figure).norm.vmax < 2.1
    assert figure.axes[-1]._colorbar.extend == "max"  # pyright: ignore[reportAttributeAccessIssue] - of matplotlib


def test_the_spot_measure_is_that_of_figure_5():
    ds = a_scan()
    drawn = cells(plot_map(ds, "spot_measure", select={"temperature": 0.3, "side": "left"})).get_array()
    heating = ds["spot_heating"].values[:, :, 1, 0].T
    assert np.sum(np.abs(heating) < 1) == 4 and np.sum(heating < -1) == 10
    with np.errstate(invalid="ignore"):  # no measure between -P_ext and P_ext
        assert_allclose(drawn.filled(np.nan), np.sign(heating) * (np.abs(heating) - 1) ** 0.2, rtol=1e-12)


def test_failed_points_and_missing_spots_are_marked_and_counted():
    figure = plot_map(a_scan(), "spot_heating", select={"temperature": 0.5})
    assert legend(figure) == ["failed (1 point)", "no spot (29 points)"]
    failed = figure.axes[0].collections[0]
    assert np.argwhere(~failed.get_array().mask).tolist() == [[3, 2]]
    assert matplotlib.colors.to_hex(failed.get_cmap()(0)).upper() == STATES[1][0]
    assert legend(plot_map(a_scan(), select={"temperature": 0.5, "width": WIDTH[3]})) == ["failed (1 point)"]


@pytest.mark.parametrize("name", ["current", "spot_measure", "spot_kind", "spot_exists", "status"])
def test_an_unfinished_scan_is_grey_where_it_has_not_been(name):
    ds = a_scan()
    for one, empty in (("status", NOT_THERE), ("current", np.nan), ("spot_heating", np.nan), ("spot_kind", NOT_THERE)):
        ds[one].values[4:] = empty
    figure = plot_map(ds, name, select={"temperature": 0.3})
    assert "not computed yet (10 points)" in legend(figure)
    assert cells(figure).get_array().mask[:, 4:].all()
    assert not cells(figure).get_array().mask[:, :2].any()


def test_kinds_have_names_and_a_colour_each():
    bar = plot_map(a_scan(), "spot_kind", select={"temperature": 0.3}).axes[-1]
    assert [text.get_text() for text in bar.get_yticklabels()] == ["cooling", "heating"]
    bar = plot_map(a_scan(), "status", select={"temperature": 0.3}).axes[-1]
    assert [text.get_text() for text in bar.get_yticklabels()] == ["solved", "not finite"]


def test_axes_that_vary_together_are_lines_over_the_first_or_points_over_both():
    ds = zipped()
    order = np.argsort(ds["center"].values)
    for name in (None, "width", "center"):
        (line,) = lines(plot_map(ds, "current", name)).values()
        assert_array_equal(line.get_xdata(), ds[name or "center"].values[order])
        assert_array_equal(line.get_ydata(), ds["current"].values[order])
    figure = plot_map(ds, "current", "center", "width")
    points = figure.axes[0].collections[0]
    assert_array_equal(points.get_offsets(), np.stack([ds["center"], ds["width"]], axis=1))
    assert_array_equal(points.get_array(), ds["current"].values)
    figure = plot_map(zipped(range(3)), "current", select={"width": 0.1})
    assert r"$\varepsilon_0$ = 1.1 $\mu_0$, $\Gamma$ = 0.1 $\mu_0$" in figure.axes[0].get_title()


def test_axes_that_vary_together_with_equal_values_are_counted():
    ds = zipped().assign_coords(center=("center_width", np.ones(4)), width=("center_width", np.ones(4)))
    (line,) = lines(plot_map(ds, "current")).values()
    assert_array_equal(line.get_xdata(), np.arange(4))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            {"variable": "curent"},
            "`variable` must be one of status, current, .*, got 'curent'; did you mean 'current'?",
        ),
        ({"x": "centre"}, "`x` must be one of center, width, temperature, got 'centre'; did you mean 'center'?"),
        ({"select": {"temprature": 1}}, "`select` must be one of center, .* got 'temprature'; did you mean 'temperat"),
        ({}, r"`select` must give a value for every other axis of current, got none for temperature \(3 values\)"),
        ({"select": {"temperature": 9}}, "`select` temperature must be a number between 0.1 and 0.5, got 9"),
        ({"select": {"temperature": "hot"}}, "`select` temperature must be a number between 0.1 and 0.5, got 'hot'"),
        ({"select": {"side": "left"}}, "`select` must be one of center, width, temperature, got 'side'"),
        (
            {"variable": "spot_kind", "select": {"side": "lft"}},
            "`select` side must be one of left, right, got 'lft'; did you mean 'left'?",
        ),
        ({"x": "width", "y": "width", "select": {"temperature": 0.1}}, "`y` must be another axis than `x`"),
        (
            {"y": "center", "select": {"temperature": 0.1, "width": 0.1}},
            "`y` must be left out where current depends on",
        ),
        (
            {"select": {"temperature": 0.1, "width": 0.1, "center": 1}},
            "`variable` must depend on an axis that is not s",
        ),
        ({"variable": "spot_kind", "x": "side", "select": {"temperature": 0.1}}, "`x` must be an axis of numbers"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        plot_map(a_scan(), **arguments)


def test_the_measure_needs_the_spots():
    with pytest.raises(
        ValueError, match="`variable` must be one of current, got 'spot_measure'; it is made of 'spots'"
    ):
        plot_map(a_scan()[["current"]], "spot_measure")


def test_no_text_lies_on_another():
    for name, selected in (
        ("spot_measure", {"temperature": 0.5}),
        ("spot_heating", {"temperature": 0.5, "width": 0.1}),
    ):
        figure = plot_map(a_scan(), name, select=selected)
        figure.draw_without_rendering()
        axes = figure.axes
        boxes = [part.get_window_extent() for one in axes for part in (one.xaxis.label, one.yaxis.label, one.title)]
        ticks = [
            tick
            for one in axes
            for axis in (one.xaxis, one.yaxis)
            for tick in axis.get_major_ticks()
            if min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())  # others are not drawn
        ]
        texts = [text for tick in ticks for text in (tick.label1, tick.label2) if tick.get_visible()]
        boxes += [text.get_window_extent() for text in texts if text.get_visible() and text.get_text()]
        boxes += [box.get_window_extent() for box in figure.legends]
        inside = [box for box in boxes if box.width > 0 and figure.bbox.overlaps(box)]
        apart = [(one, other) for i, one in enumerate(inside) for other in inside[:i] if one.overlaps(other)]
        assert not [pair for pair in apart if pair[0].bounds != pair[1].bounds]


def in_si(**units):
    """A scan in other units: two axes and a current, whose sizes ask for prefixes."""
    data = {"current": (("center", "width"), np.outer(np.arange(1.0, 5.0), np.ones(3)) * 1e-9, {"units": "A"})}
    coords = {"center": np.linspace(0.001, 0.026, 4), "width": np.array([1e-4, 2e-4, 3e-4])}
    attrs = {"units": "eV", **units}
    ds = xarray.Dataset(data, coords=coords)
    return ds.assign_coords({name: (name, ds[name].values, attrs) for name in coords})


def test_units_of_si_are_upright_and_have_the_prefix_that_fits():
    figure = plot_map(in_si())
    assert figure.axes[0].get_xlabel() == r"center ($\mathrm{meV}$)"
    assert figure.axes[0].get_ylabel() == "width ($\\mathrm{\u00b5eV}$)"
    assert figure.axes[1].get_ylabel() == r"current ($\mathrm{nA}$)"
    assert_allclose(cells(figure).get_array(), np.outer(np.ones(3), np.arange(1.0, 5.0)), rtol=1e-12)  # one rounding
    assert figure.axes[0].get_xlim()[1] > 26.0


def test_a_selected_value_is_named_in_its_prefix_and_given_without_it():
    figure = plot_map(in_si(), select={"center": 0.026})
    assert figure.axes[0].get_title() == r"center = 26 $\mathrm{meV}$"


@pytest.mark.parametrize("units", ["1/eV", "mu0", "", "furlong"])
def test_other_units_are_left_as_they_are(units):
    assert plot_map(in_si(units=units)).axes[0].get_xlim()[1] < 0.1


@pytest.mark.parametrize("reach", [2.1, 5.0, 12.0, 40.0, 1e3])
@pytest.mark.parametrize("start", [1e-4, 0.06, 700.0])
def test_numbers_along_an_axis_do_not_run_together(start, reach):
    width = np.geomspace(start, start * reach, 12)
    value = np.ones((12, 2, 3)) * np.arange(3)
    coords = {"width": width, "side": ["left", "right"], "center": [0.5, 1.0, 1.5]}
    figure = plot_map(xarray.Dataset({"current": (("width", "side", "center"), value)}, coords=coords), y="center")
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    for axes in figure.axes[:2]:
        shown = [tick.label1 for tick in [*axes.xaxis.get_major_ticks(), *axes.xaxis.get_minor_ticks()]]
        low, high = axes.get_xlim()
        shown = [one for one in shown if one.get_text() and low <= one.get_position()[0] <= high]
        boxes = sorted((one.get_window_extent(renderer) for one in shown), key=lambda box: box.x0)
        assert len(boxes) >= 2
        assert all(left.x1 + 1.0 < right.x0 for left, right in zip(boxes, boxes[1:], strict=False))


def test_spots_that_are_too_close_or_too_faint_are_left_out():
    ds = a_scan()
    position = np.broadcast_to([-0.05, 0.5], ds.spot_heating.shape)
    prominence = np.where(ds.center.values[:, None, None, None] > 1.0, 2.0, 0.01) * np.ones(ds.spot_heating.shape)
    dims = ds.spot_heating.dims
    ds = ds.assign(spot_position=(dims, position), spot_prominence=(dims, prominence))
    cut = {"temperature": 0.1}
    drawn = plot_map(ds, "spot_heating", select=cut, x_min=0.1)
    left, right = (np.isfinite(cells(drawn, panel).get_array().filled(np.nan)) for panel in (0, 1))
    assert not left.any() and right.any()
    drawn = plot_map(ds, "spot_heating", select=cut, min_prominence=0.1)
    assert_array_equal(np.isfinite(cells(drawn, 1).get_array().filled(np.nan)).any(axis=0), CENTER > 1.0)
    kinds = cells(plot_map(ds, "spot_kind", select=cut, x_min=0.1)).get_array().compressed()
    assert set(kinds) == {0}


def test_spots_of_temperatures_are_drawn_and_left_out_like_those_of_the_heating():
    ds = a_scan()
    dims, shape = ds.spot_heating.dims, ds.spot_heating.shape
    of = "electron_temperature_spot"
    ds = ds.assign(
        {
            f"{of}_position": (dims, np.broadcast_to([-0.05, 0.5], shape)),
            f"{of}_kind": (dims, np.broadcast_to([-1, 1], shape)),
        }
    ).drop_vars(["spot_heating", "spot_kind"])
    figure = plot_map(ds, f"{of}_kind", select={"temperature": 0.1})
    assert {"colder", "hotter"} <= {text.get_text() for axes in figure.axes for text in axes.get_yticklabels()}
    near = plot_map(ds, f"{of}_kind", select={"temperature": 0.1}, x_min=0.1)
    assert [set(cells(near, panel).get_array().compressed()) for panel in (0, 1)] == [{0}, {1}]


@pytest.mark.parametrize("given", [{}, {"x": "center"}, {"y": "center"}])
def test_an_axis_that_is_not_known_everywhere_is_refused(given):
    """As that of a store whose file of a coordinate was removed."""
    ds = a_scan()
    ds = ds.assign_coords(center=np.where(np.arange(ds.center.size) == 1, np.nan, ds.center))
    with pytest.raises(ValueError, match="must be an axis of finite numbers, got 'center', of which some are not kn"):
        plot_map(ds, "spot_heating", select={"temperature": 0.1}, **given)


def test_limits_of_spots_are_refused_where_they_mean_nothing():
    with pytest.raises(ValueError, match="`x_min` must be given only for a scan with the observable 'spots'"):
        plot_map(in_si(), x_min=0.1)
    with pytest.raises(ValueError, match="`min_prominence` must be zero or positive, got -1"):
        plot_map(a_scan(), min_prominence=-1.0)


def test_a_grid_of_one_point_is_drawn_over_its_first_axis():
    point = {"current": (("center", "width"), [[0.5]]), "status": (("center", "width"), [[0]])}
    dataset = xarray.Dataset(point, {"center": [1.0], "width": [0.1]})
    for select, over in (({}, "center"), ({"center": 1.0}, "width")):
        (axes,) = plot_map(dataset, select=select).axes
        (line,) = axes.lines
        assert axes.get_xlabel() == over and line.get_ydata().tolist() == [0.5] and line.get_marker() == "."
