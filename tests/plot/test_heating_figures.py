"""Figures: what is drawn is what was computed, on both sides, with names and units on it."""

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import jaxwire as jw
from jaxwire.plot.heating import draw_heating, plot_heating, positions
from jaxwire.plot.style import COLORS, save_figure

X = np.array([-2.0, -0.3, -0.01, 0.01, 0.3, 2.0])


def solved(temperature=0.3, voltage=0.1, center=1.44):
    return jw.solve(jw.Lorentzian(center=center, width=0.08), temperature=temperature, voltage=voltage)


def curves(figure, panel=0):
    """Lines with data, by label; lines without a name by their number."""
    lines = [line for line in figure.axes[panel].get_lines() if len(line.get_xdata()) > 2]
    return {line.get_label(): line for line in lines}


def drawn(line):
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    is_drawn = ~np.isnan(y)
    return x[is_drawn], y[is_drawn]


@pytest.mark.slow
def test_a_profile_is_the_heating_of_the_solution_on_both_sides():
    sol = solved()
    ((x, y),) = map(drawn, curves(plot_heating(sol, X)).values())
    assert_array_equal(x, X)
    assert_array_equal(y, sol.heating(X).total)


def test_the_line_is_broken_at_the_scatterer():
    (line,) = curves(plot_heating(solved(), X)).values()
    (gap,) = np.flatnonzero(np.isnan(line.get_ydata()))
    assert line.get_xdata()[gap] == 0.0
    assert line.get_xdata()[gap - 1] < 0.0 < line.get_xdata()[gap + 1]


def test_unless_given_positions_reach_five_mean_free_paths_on_both_sides():
    ((x, y),) = map(drawn, curves(plot_heating(solved())).values())
    assert_allclose([x.min(), x.max(), np.abs(x).min()], [-5.0, 5.0, 0.01], rtol=1e-12)  # rounding of a power
    assert np.isfinite(y).all()
    assert_array_equal(x, -x[::-1])


def test_one_side_alone_can_be_drawn():
    sol = solved()
    for side in (X[X < 0], X[X > 0]):
        ((x, y),) = map(drawn, curves(plot_heating(sol, side)).values())
        assert_array_equal(x, side)
        assert_array_equal(y, sol.heating(side).total)


def test_axes_carry_names_and_units():
    axes = plot_heating(solved(), X).axes[0]
    assert r"x\,/\,v_\mathrm{F}\tau_0" in axes.get_xlabel()
    assert r"P_\mathrm{ph}/P_\mathrm{ext}" in axes.get_ylabel()


def test_parts_add_up_to_the_total():
    lines = curves(plot_heating(solved(), X, parts=True))
    assert len(lines) == 4
    total, *parts = (drawn(line)[1] for line in lines.values())
    assert_allclose(sum(parts), total, rtol=1e-14)  # one rounding per addition


def test_every_line_of_a_figure_with_parts_is_explained():
    legend = plot_heating([solved(0.3), solved(0.5)], X, parts=True).axes[0].get_legend()
    assert legend is not None
    names = [text.get_text() for text in legend.get_texts()]
    assert [name.split(",")[0] for name in names[2:]] == [r"$P_\mathrm{s}$", r"$P_\phi$", r"$P_\mathrm{ext}$"]
    assert "0.3" in names[0] and "0.5" in names[1]


def test_labels_name_what_differs_between_solutions():
    several = [solved(0.3, 0.1), solved(0.3, 0.4), solved(0.3, 0.4, center=0.64)]
    labels = list(curves(plot_heating(several, X)))
    assert labels[0] == r"center = 1.44, $eV = 0.1\,\mu_0$"
    assert labels[2] == r"center = 0.64, $eV = 0.4\,\mu_0$"


def test_given_labels_are_used_as_they_are():
    assert list(curves(plot_heating([solved(0.3), solved(0.5)], X, labels=["cold", "warm"]))) == ["cold", "warm"]


@pytest.mark.parametrize("count", [2, 6])
def test_lines_differ_in_colour(count):
    temperatures = np.linspace(0.1, 0.7, count)
    lines = curves(plot_heating([solved(t) for t in temperatures], X)).values()
    colors = [matplotlib.colors.to_hex(line.get_color()) for line in lines]
    assert len(set(colors)) == count
    assert count > len(COLORS) or colors == [color.lower() for color in COLORS[:count]]


@pytest.mark.slow
def test_a_batch_is_drawn_like_its_points():
    temperatures = [0.3, 0.5]
    dot = jw.Lorentzian(center=1.44, width=0.08)
    solve = jax.vmap(lambda t: jw.solve(dot, temperature=t, voltage=0.1, error_estimate=False))
    batch = jw.quick_jit(solve)(jnp.asarray(temperatures))
    together, one_by_one = (curves(plot_heating(s, X)) for s in (batch, [solved(t) for t in temperatures]))
    assert list(together) == list(one_by_one)
    for label, line in together.items():
        # A batched program orders its sums differently: rounding, magnified by the cancellation in P_s.
        assert_allclose(drawn(line)[1], drawn(one_by_one[label])[1], rtol=1e-9)


def test_panels_share_a_figure():
    figure = matplotlib.figure.Figure()
    for axes, temperature in zip(figure.subplots(1, 2), (0.3, 0.5), strict=True):
        draw_heating(axes, solved(temperature), X)
    for panel, temperature in enumerate((0.3, 0.5)):
        ((_, y),) = map(drawn, curves(figure, panel).values())
        assert_array_equal(y, solved(temperature).heating(X).total)


def test_settings_of_the_caller_stay_as_they_are(tmp_path):
    with matplotlib.rc_context({"font.size": 31.0}):
        before = dict(matplotlib.rcParams)
        figure = plot_heating(solved(), X)
        save_figure(figure, tmp_path / "profile.svg")
        assert dict(matplotlib.rcParams) == before
        assert figure.axes[0].xaxis.label.get_fontsize() != 31.0


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
def test_a_figure_is_written_twice_to_the_same_bytes(suffix, start, tmp_path):
    paths = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for path in paths:
        save_figure(plot_heating(solved(), X), path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert first.startswith(start)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (lambda: (solved(), [0.0, 1.0]), "`x` must not be 0"),
        (lambda: (solved(), [[1.0]]), r"`x` must be an array with 1 axis, got shape \(1, 1\)"),
        (lambda: (solved(), [np.nan, 1.0]), "`x` must be finite, got nan"),
        (lambda: (solved(voltage=0.0), X), "got one without: no current flows"),
        (lambda: (solved(temperature=1e-300, voltage=1e300), X), "got one without: .*NaN"),
        (lambda: ([], X), "`solutions` must not be empty"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        plot_heating(*arguments())


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="`labels` must have one entry per solution, 1, got 2"):
        plot_heating(solved(), X, labels=["a", "b"])


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"`plot` must end in one of .png, .*profile.xls"):
        save_figure(plot_heating(solved(), X), tmp_path / "profile.xls")


def test_positions_avoid_the_scatterer():
    x = positions(reach=3.0, closest=0.1, count=7)
    assert x.shape == (14,) and np.all(np.diff(x) > 0) and np.abs(x).min() == 0.1
