# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Fit a measured profile
#
# A thermometer is moved along the wire. What do its readings say about the dot? Here the readings are synthetic: a
# known dot, seen through a thermometer with heat diffusion and a probe of finite size, with noise. So we can see
# whether the fit finds the truth, and whether its errors are honest.

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import COLORS, STYLE, plot_fit

plt.rcParams.update(STYLE)
BLUE, GREEN, ORANGE, RED = COLORS
GRID = jw.Resolution(above=48, below=16)  # errs by far less than the noise, see below

# %% [markdown]
# ## The experiment
#
# The dot has $\epsilon_0 = 1.44$ and $\Gamma = 0.08$ (in $\mu_0$). The phonons carry heat over the healing length
# $0.5\,v_\mathrm{F}\tau_0$, the probe blurs by $0.1\,v_\mathrm{F}\tau_0$. The gain, from temperature rise to reading,
# is as unknown as the dot.

# %%
truth = jw.Lorentzian(center=1.44, width=0.08)
probe = jw.Thermometer(healing_length=0.5, probe_width=0.1, gain=1000.0)
points = ({"temperature": 0.3, "voltage": 0.4}, {"temperature": 0.7, "voltage": 0.1})
x = np.linspace(-4.0, 4.0, 41)
SIGMA = 0.1  # standard error of a reading, in its unit


@jax.jit
def expected(temperature, voltage):
    sol = jw.solve(truth, temperature=temperature, voltage=voltage, resolution=GRID, error_estimate=False)
    return sol, probe.read(sol, x)


random = np.random.default_rng(2024)
sol, clean = expected(**points[0])
assert sol.status.ok, sol.status
measured = [
    jw.Measurement(x, np.asarray(expected(**point)[1]) + SIGMA * random.normal(size=x.size), SIGMA, **point)
    for point in points
]

figure, axes = plt.subplots(figsize=(4.8, 3.2), layout="constrained")
for one, color, marker in zip(measured, (BLUE, RED), "os", strict=True):
    label = rf"$k_\mathrm{{B}}T = {one.temperature}\,\mu_0$, $eV = {one.voltage}\,\mu_0$"
    axes.errorbar(one.x, one.y, one.sigma, fmt=marker, color=color, markersize=3.5, elinewidth=0.8, label=label)
axes.set(xlabel=r"position $x/v_\mathrm{F}\tau_0$", ylabel="reading (its own unit)")
axes.margins(x=0.02)
axes.legend()
plt.show()

# %% [markdown]
# ## The fit
#
# `jw.fit` takes any number of measurements that share their parameters. Centre, width and gain are free. The search
# starts from several places at once; the errors come from the curvature at the minimum.

# %%
found = jw.fit(measured, free=["center", "width", "gain"], instrument=probe, starts=4, resolution=GRID)
print(found)
assert found.status.ok and 0.5 < found.reduced_chi2 < 1.5
for name, true in (("center", 1.44), ("width", 0.08), ("gain", 1000.0)):
    off = (found.values[name] - true) / found.errors[name]
    print(f"{name}: {off:+.1f} standard errors from the truth")
    assert abs(off) < 3

plot_fit(found, GRID)

# %% [markdown]
# ## What can one operating point tell?
#
# `jw.information` gives the smallest possible errors of planned readings, before anything is measured (Fisher
# information). The information of independent readings adds up, `jw.combine`. It may be mapped over the operating point
# and over the dot itself.


# %%
@jax.jit
@jax.vmap
def tell(temperature, voltage, width):
    dot = jw.Lorentzian(1.44, width)
    free = ["center", "width", "gain"]
    point = {"temperature": temperature, "voltage": voltage}
    return jw.information(x, SIGMA, dot, free=free, instrument=probe, resolution=GRID, **point)


temperatures, voltages = np.geomspace(0.1, 1.0, 13), np.geomspace(0.05, 1.6, 13)
widths = np.geomspace(0.01, 0.5, 13)
plan = [(t, v, 0.08) for t in temperatures for v in voltages]
plan += [(0.3, 0.4, width) for width in widths]
plan += [(point["temperature"], point["voltage"], 0.08) for point in points]
told = tell(*np.array(plan).T)


def row(index):
    return jax.tree.map(lambda leaf: leaf[index], told)


single = [row(-2), row(-1)]
together = jw.combine(single)
truths = np.array([1.44, 0.08, 1000.0])
for name, information in (("cold point", single[0]), ("hot point", single[1]), ("both", together)):
    print(f"{name:10}: errors " + ", ".join(f"{error:.1%}" for error in information.errors / truths))
fitted = np.array([found.errors[name] for name in ("center", "width", "gain")])
print("fit of both: errors " + ", ".join(f"{error:.1%}" for error in fitted / truths))
np.testing.assert_allclose(fitted, together.errors, rtol=0.25)  # one is at the values found, the other at the truth

figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.0), layout="constrained", width_ratios=[3, 2])
for shift, (name, errors, color) in enumerate(
    (
        (r"$k_\mathrm{B}T = 0.3$, $eV = 0.4$", single[0].errors, BLUE),
        (r"$k_\mathrm{B}T = 0.7$, $eV = 0.1$", single[1].errors, RED),
        ("both", together.errors, GREEN),
        ("both, fitted", fitted, "0.6"),
    )
):
    left.bar(np.arange(3) + 0.2 * (shift - 1.5), 100 * np.asarray(errors) / truths, 0.2, color=color, label=name)
left.set_xticks(range(3), [r"centre $\epsilon_0$", r"width $\Gamma$", "gain"])
left.set(ylabel="standard error (% of the value)", yscale="log", xlabel="parameter", ylim=(0.3, 150))
left.legend(fontsize=7, ncols=2, loc="upper left")
image = right.imshow(found.correlation, cmap="RdBu_r", vmin=-1, vmax=1)
for i in range(3):
    for j in range(3):
        value = found.correlation[i, j]
        right.text(j, i, f"{value:+.2f}", ha="center", va="center", color="white" if abs(value) > 0.6 else "black")
right.set_xticks(range(3), [r"$\epsilon_0$", r"$\Gamma$", "gain"])
right.set_yticks(range(3), [r"$\epsilon_0$", r"$\Gamma$", "gain"])
right.set(xlabel="parameter", ylabel="parameter", title="correlation, fit of both")
plt.show()

# %% [markdown]
# ## What the data cannot tell
#
# A narrow dot lets a current through that is proportional to $\Gamma$. So is the heat, whose form along the wire no
# longer changes: half the width with twice the gain reads the same. The correlation of width and gain tends to $-1$ and
# their errors grow, however clear the signal. A calibrated thermometer, or the measured current, mends this.

# %%
narrowing = row(slice(-15, -2))
covariance = np.asarray(narrowing.covariance)
correlation = covariance[:, 1, 2] / np.sqrt(covariance[:, 1, 1] * covariance[:, 2, 2])
alone = 1 / np.sqrt(np.asarray(narrowing.matrix)[:, 1, 1])  # centre and gain known
figure, axes = plt.subplots(figsize=(4.8, 3.2), layout="constrained")
percent = 100 * np.asarray(narrowing.errors)[:, 1] / widths
axes.plot(widths, percent, "o-", color=RED, markersize=4, label="centre and gain unknown")
axes.plot(widths, 100 * alone / widths, "s--", color=BLUE, markersize=4, label="centre and gain known")
axes.set(xlabel=r"width $\Gamma/\mu_0$", ylabel=r"standard error of $\Gamma$ (%)", xscale="log", yscale="log")
axes.legend()
plt.show()
for width, value in zip(widths[::4], correlation[::4], strict=True):
    print(f"width {width:.3f}: correlation of width and gain {value:+.4f}")
assert correlation[0] < -0.99

# %% [markdown]
# ## Which operating point tells most?
#
# The same program maps the error of $\epsilon_0$ over temperature and voltage, for the same probe and noise.

# %%
errors = np.asarray(told.errors)[: 13 * 13].reshape(13, 13, 3)
figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.2), layout="constrained", sharey=True)
for axes, index, name in ((panels[0], 0, r"centre $\epsilon_0$"), (panels[1], 1, r"width $\Gamma$")):
    percent = 100 * errors[:, :, index] / truths[index]
    mesh = axes.pcolormesh(voltages, temperatures, percent, norm="log", cmap="viridis_r", shading="nearest")
    best = np.unravel_index(np.argmin(percent), percent.shape)
    axes.plot(voltages[best[1]], temperatures[best[0]], "*", color=RED, markersize=12, markeredgecolor="white")
    axes.plot([0.4, 0.1], [0.3, 0.7], "wo", markersize=5, markeredgecolor="black")
    axes.set(xlabel=r"voltage $eV/\mu_0$", xscale="log", yscale="log", title=name)
    figure.colorbar(mesh, ax=axes, label=rf"standard error of the {name} (%)")
    place = f"kT = {temperatures[best[0]]:.2f}, eV = {voltages[best[1]]:.2f}"
    print(f"{('centre', 'width')[index]}: least error {percent.min():.2g} % at {place}")
panels[0].set_ylabel(r"temperature $k_\mathrm{B}T/\mu_0$")
plt.show()

# %% [markdown]
# The star is the best point of the grid, circles are the two that were measured. Larger voltages heat more and are read
# better. A map like this takes into account what the probe can resolve; it does not know whether the sample bears the
# heat.

# %%
gain_of_best = errors[:, :, 1].min() / float(together.errors[1])
print(f"one measurement at the best point has {gain_of_best:.2f} times the error in width of both measurements above")
assert np.all(np.isfinite(errors)) and gain_of_best < 1
