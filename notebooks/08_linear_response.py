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
# # Linear response
#
# At small voltages three numbers describe a conductor: conductance, Peltier and Seebeck coefficient. Here there are
# three conductors: the scatterer alone, between reservoirs (Landauer); the bare wire; and the scatterer in the wire,
# whose electrons are not those of reservoirs. How much do they differ, and up to which voltage do these numbers do?
#
# Conductances are in $e^2/h$, Peltier coefficients $\Pi$ (heat per charge) in $\mu_0/e$, Seebeck coefficients $S$ in
# $k_\mathrm{B}/e$.

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import COLORS, STYLE

plt.rcParams.update(STYLE)
GRID = jw.Resolution(above=60, below=20)
NAMES = {"scatterer": "dot, Landauer", "whole": "dot in the wire", "wire": "bare wire"}
LOOKS = dict(zip(NAMES, ((COLORS[0], "--"), ("black", "-"), (COLORS[2], "-.")), strict=True))

# %% [markdown]
# ## All coefficients in one program
#
# `jw.linear_response` differentiates the full solution at zero voltage. It may be mapped over any parameter: here
# centre and width of a resonance, and temperature.


# %%
@jax.jit
@jax.vmap
def respond(center, width, temperature):
    return jw.linear_response(jw.Lorentzian(center, width), temperature=temperature, resolution=GRID)


temperatures = np.geomspace(0.03, 1.0, 31)
centers = np.linspace(0.1, 2.6, 51)
rows = [(1.44, 0.08, t) for t in temperatures] + [(0.64, 0.08, t) for t in temperatures]
rows += [(c, 0.08, 0.3) for c in centers] + [(c, 1.0, 0.03) for c in centers]
found = respond(*np.array(rows).T)
n = len(temperatures)
above, below, tuned, broad = (
    jax.tree.map(lambda leaf, part=part: np.asarray(leaf[part]), found)
    for part in (slice(n), slice(n, 2 * n), slice(2 * n, 2 * n + 51), slice(2 * n + 51, None))
)
assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(found))

# %% [markdown]
# ## A check: Landauer with two and with four terminals
#
# When the wire is cold and $T$ varies little over $k_\mathrm{B}T$, the conductance between reservoirs is $T$, and that
# over the voltage which the dot adds in the wire is $T/(1-T)$. The broad resonance, $\Gamma = 1$ at
# $k_\mathrm{B}T = 0.03$, is close to this limit.

# %%
transmission = 1 / ((1 - centers) ** 2 + 1)
figure, axes = plt.subplots(figsize=(4.8, 3.2), layout="constrained")
axes.plot(centers, broad.whole.conductance, color="black", label="dot in the wire")
axes.plot(centers, broad.scatterer.conductance, color=COLORS[0], label="dot, Landauer")
open_enough = transmission < 0.97
limit = np.where(open_enough, transmission / np.where(open_enough, 1 - transmission, 1), np.nan)
axes.plot(centers[::2], limit[::2], "o", color=COLORS[3], markersize=3.5, label=r"$T/(1-T)$")
axes.plot(centers[::2], transmission[::2], "s", color=COLORS[2], markersize=3.5, label=r"$T$")
axes.set(xlabel=r"resonance $\epsilon_0/\mu_0$", ylabel=r"conductance $G$ ($e^2/h$)", yscale="log", ylim=(0.2, 2000))
axes.legend()
plt.show()
errors = [
    np.max(np.abs(broad.scatterer.conductance / transmission - 1)),
    np.max(np.abs(broad.whole.conductance / limit - 1)[np.abs(centers - 1) > 0.3]),
]
print(f"largest deviation from T: {errors[0]:.1%}; from T/(1-T), where T < 0.92: {errors[1]:.1%}")
assert errors[0] < 0.01 and errors[1] < 0.05  # corrections of order (kT)^2 = 1e-3, times 1/(1-T) for the second

# %% [markdown]
# ## Against temperature
#
# A narrow resonance above ($\epsilon_0 = 1.44$) and one below the Fermi energy (0.64).

# %%
figure, panels = plt.subplots(2, 2, figsize=(7.4, 5.0), sharex=True, layout="constrained")
for column, (response, center) in enumerate(((above, 1.44), (below, 0.64))):
    for name, (color, style) in LOOKS.items():
        part = getattr(response, name)
        if name != "wire":  # a conductivity, not a conductance
            panels[0, column].plot(temperatures, part.conductance, style, color=color, label=NAMES[name])
        panels[1, column].plot(temperatures, part.seebeck, style, color=color, label=NAMES[name])
    panels[0, column].set_ylabel(r"conductance $G$ ($e^2/h$)")
    panels[1, column].set_ylabel(r"Seebeck $S$ ($k_\mathrm{B}/e$)")
    panels[0, column].set_title(rf"$\epsilon_0 = {center}\,\mu_0$, $\Gamma = 0.08\,\mu_0$")
    panels[1, column].set(xlabel=r"temperature $k_\mathrm{B}T/\mu_0$", xscale="log")
    panels[1, column].axhline(0.0, color="0.7", linewidth=0.6)
panels[1, 1].legend()
panels[0, 1].legend()
plt.show()

# %% [markdown]
# The dot in the wire conducts better than between reservoirs, as part of the voltage between reservoirs drops at their
# contacts, which the wire does not have. Hot wires lose this advantage. The heat per electron, and with it the Seebeck
# coefficient, is hardly changed: the resonance chooses the electrons, whoever brings them.

# %%
gain = np.stack([part.whole.conductance / part.scatterer.conductance for part in (above, below)])
print(f"conductance in the wire over Landauer's: {gain.min():.3f} to {gain.max():.3f}")
for part, center in ((above, 1.44), (below, 0.64)):
    change = np.max(np.abs(part.whole.seebeck - part.scatterer.seebeck))
    print(f"eps0 = {center}: Seebeck coefficients of dot alone and dot in the wire differ by {change:.3f} kB/e at most")
    assert change < 0.05
assert 0.99 < gain.min() and 1.1 < gain.max() < 1.3

# %% [markdown]
# ## Onsager's relation
#
# $\Pi = S\,T$ ties the heat that a current carries to the voltage that a temperature difference makes. For the dot
# alone both sides are calculated independently, one as a derivative by the voltage and one by a temperature difference.
# For wire and whole the model has one temperature only, and $S$ is defined by this relation.

# %%
for name, response, temperature in (("kT = 0.03 to 1", above, temperatures), ("eps0 = 0.1 to 2.6", tuned, 0.3)):
    mismatch = np.max(np.abs(response.scatterer.peltier - response.scatterer.seebeck * temperature))
    largest = np.max(np.abs(response.scatterer.peltier))
    print(f"{name}: largest |Pi - S T| = {mismatch:.0e} mu0/e, largest |Pi| = {largest:.2f} mu0/e")
    assert mismatch < 1e-12  # two derivatives of one integral: rounding

# %% [markdown]
# ## Tuning the dot
#
# A gate moves the resonance through the Fermi energy. A very narrow dot would carry the heat $\epsilon_0 - 1$ per
# electron. This one lets some electrons of other energies pass, which count the more the fewer there are at the
# resonance. Where its coefficient equals that of the wire, the dot takes on exactly the heat that the wire brings.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.0), layout="constrained")
for name, (color, style) in LOOKS.items():
    if name != "wire":
        left.plot(centers, getattr(tuned, name).conductance, style, color=color, label=NAMES[name])
    right.plot(centers, getattr(tuned, name).peltier, style, color=color, label=NAMES[name])
right.plot(centers, centers - 1, ":", color="0.5", label=r"$\epsilon_0 - 1$")
right.axhline(0.0, color="0.7", linewidth=0.6)
left.set(xlabel=r"resonance $\epsilon_0/\mu_0$", ylabel=r"conductance $G$ ($e^2/h$)", ylim=(0, None))
right.set(xlabel=r"resonance $\epsilon_0/\mu_0$", ylabel=r"Peltier coefficient $\Pi$ ($\mu_0/e$)")
left.legend()
right.legend()
left.set_title(r"$k_\mathrm{B}T = 0.3\,\mu_0$", fontsize=9)
plt.show()
crossing = [
    float(np.interp(0.0, part.peltier - tuned.wire.peltier, centers)) for part in (tuned.scatterer, tuned.whole)
]
print(f"the dot carries what the wire brings at eps0 = {crossing[0]:.3f} (Landauer), {crossing[1]:.3f} (in the wire)")
assert abs(crossing[0] - crossing[1]) < 0.02

# %% [markdown]
# ## From which voltage on is the response not linear?
#
# Solve at many voltages and temperatures at once, and compare with $G\,eV_\mathrm{tot}$, where $eV_\mathrm{tot}$ is the
# voltage that the dot adds, and Landauer's current with Landauer's $G\,eV$.


# %%
@jax.jit
@jax.vmap
def solve(temperature, voltage):
    dot = jw.Lorentzian(1.44, 0.08)
    full = jw.solve(dot, temperature=temperature, voltage=voltage, resolution=GRID, error_estimate=False)
    return full, jw.landauer(dot, temperature=temperature, voltage=voltage)


chosen = temperatures[[11, 20, 26]]
voltages = np.geomspace(1e-3, 1.6, 33)
full, reservoirs = solve(np.repeat(chosen, len(voltages)), np.tile(voltages, len(chosen)))
assert np.all(np.asarray(full.status.ok))
sol = jax.tree.map(lambda leaf: leaf[20], full)  # one of them
shape = len(chosen), len(voltages)
conductance, two_terminal = (
    np.asarray(getattr(above, name).conductance)[[11, 20, 26], None] for name in ("whole", "scatterer")
)
excess = np.asarray(full.current / full.total_voltage).reshape(shape) / conductance - 1
excess_landauer = np.asarray(reservoirs.current / full.voltage).reshape(shape) / two_terminal - 1

figure, axes = plt.subplots(figsize=(4.8, 3.2), layout="constrained")
for row, (temperature, color) in enumerate(zip(chosen, COLORS, strict=False)):
    axes.plot(voltages, 100 * excess[row], color=color, label=rf"$k_\mathrm{{B}}T = {temperature:.2f}\,\mu_0$")
    axes.plot(voltages, 100 * excess_landauer[row], "--", color=color)
axes.plot([], [], "--", color="0.4", label="Landauer")
axes.axhline(0.0, color="0.7", linewidth=0.6)
axes.set(xlabel=r"voltage $eV/\mu_0$", ylabel="current beyond linear response (%)", xscale="log")
axes.legend()
plt.show()

for row, temperature in enumerate(chosen):
    limit = [voltages[np.argmax(np.abs(each[row]) > 0.05)] for each in (excess, excess_landauer)]
    print(f"kT = {temperature:.2f}: 5 % off from eV = {limit[0]:.3f} on, Landauer from {limit[1]:.3f} on")
assert np.max(np.abs(excess[:, 0])) < 1e-2  # eV = 0.001
