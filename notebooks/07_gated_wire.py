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
# # A gated wire
#
# The main text of the paper takes the relaxation time as constant and the wire as neutral everywhere. App. D drops
# both: $\tau$ may depend on the momentum, and the Coulomb interaction may be of finite strength, screened by a gate.
# This notebook changes one thing at a time and checks each limit.

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import COLORS, DASHES, STYLE

plt.rcParams.update(STYLE)
GRID = jw.Resolution(above=48, below=16)
DOT = jw.Lorentzian(center=1.44, width=0.08)
DISTANCE = np.geomspace(0.02, 6.0, 240)
X = np.concatenate([-DISTANCE[::-1], DISTANCE])

# %% [markdown]
# ## Relaxation times that depend on the momentum
#
# `PowerLaw(exponent=s)` is $\tau = \tau_0 (p/p_\mathrm{F})^s$, `LocalScreening(strength)` a potential that is a share
# $\sigma$ of the one that keeps the wire neutral. Both are numbers of the model, so that one compiled program serves
# for all of them.


# %%
@jax.jit
@jax.vmap
def solve(exponent, strength):
    wire = jw.Wire(relaxation=jw.PowerLaw(exponent), screening=jw.LocalScreening(strength))
    sol = jw.solve(DOT, wire, temperature=0.5, voltage=0.1, resolution=GRID, error_estimate=False)
    return sol, sol.heating(X), sol.potential(X)


exponents = np.array([-1.0, -0.5, 0.0, 0.5, 0.0, 0.0])
strengths = np.array([1.0, 1.0, 1.0, 1.0, 0.5, 0.0])
solutions, heat, potential = solve(exponents, strengths)
assert np.all(np.asarray(solutions.status.ok))
sol = jax.tree.map(lambda leaf: leaf[2], solutions)  # the wire of the main text


def with_gap(values):
    """A gap at the dot, where profiles jump."""
    return np.insert(np.asarray(values), len(DISTANCE), np.nan)


def frame(axes, ylabel):
    axes.axhline(0.0, color="0.7", linewidth=0.6)
    axes.axvline(0.0, color="0.7", linewidth=0.6)
    axes.set(xlabel=r"position $x/v_\mathrm{F}\tau_0$", ylabel=ylabel)


figure, axes = plt.subplots(figsize=(4.8, 3.2), layout="constrained")
for row in range(4):
    style = {"linestyle": DASHES[row], "color": COLORS[row], "label": f"$s = {exponents[row]:g}$"}
    axes.plot(with_gap(X), with_gap(heat.total[row]), **style)
frame(axes, r"heating $P_\mathrm{ph}/P_\mathrm{ext}$")
axes.legend(title=r"$\tau \propto p^s$")
plt.show()

# %% [markdown]
# The faster $\tau$ falls with momentum, the closer to each other are the mean free paths $l \propto p^{1+s}$ of slow
# and fast electrons. With $s = -1$ they are all the same, and the spots are gone: it takes different decay lengths to
# make one (see the notebook on the anatomy of a hot spot).

# %%
for row in range(4):
    sides = np.asarray(heat.total[row]).reshape(2, -1)
    turns = [int(np.sum(np.diff(np.sign(np.diff(side))) != 0)) for side in sides]
    print(f"s = {exponents[row]:4g}: extrema left of the dot {turns[0]}, right of it {turns[1]}")
    assert (sum(turns) > 0) == (exponents[row] > -1)

# %% [markdown]
# ## One mean free path, one decay length
#
# For $s = -1$ and a parabolic band $l = v_\mathrm{F}\tau_0$ at every energy. Then (App. D) everything decays as
# $e^{-|x|/l}$, and the heating is $P_\mathrm{ph}/P_\mathrm{ext} = 1 + c_\mp e^{-|x|}$ with one constant a side.

# %%
figure, axes = plt.subplots(figsize=(4.8, 3.2), layout="constrained")
for row in range(4):
    right = np.abs(np.asarray(heat.total[row])[len(DISTANCE) :] - 1)
    axes.plot(DISTANCE, right, linestyle=DASHES[row], color=COLORS[row], label=f"$s = {exponents[row]:g}$")
right = np.abs(np.asarray(heat.total[0])[len(DISTANCE) :] - 1)
marks = np.linspace(0.4, 5.6, 14)
single = right[0] * np.exp(DISTANCE[0] - marks)
axes.plot(marks, single, "o", color="black", markersize=4, mfc="none", label=r"$\propto e^{-x}$")
axes.set(xlabel=r"position $x/v_\mathrm{F}\tau_0$", ylabel=r"$|P_\mathrm{ph}/P_\mathrm{ext} - 1|$", yscale="log")
axes.legend()
plt.show()
error = np.max(np.abs(right * np.exp(DISTANCE) / (right[0] * np.exp(DISTANCE[0])) - 1))
print(f"s = -1: deviation from one exponential {error:.0e}")
assert error < 1e-8  # the equal mean free paths are kept apart by 1e-13, relatively

# %% [markdown]
# ## Local screening
#
# With a gate very close to the wire the potential follows the charge at the same place, at a share $\sigma$ of the
# neutral value. It moves charge and potential, but hardly the heat: $P_\phi$ is small here.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.0), layout="constrained")
for number, row in enumerate((2, 4, 5)):
    style = {"linestyle": DASHES[number], "color": COLORS[number], "label": rf"$\sigma = {strengths[row]:g}$"}
    left.plot(with_gap(X), 1000 * with_gap(potential[row]), **style)
    right.plot(with_gap(X), with_gap(heat.total[row]), **style)
frame(left, r"potential $e\phi$ ($10^{-3}\,\mu_0$)")
frame(right, r"heating $P_\mathrm{ph}/P_\mathrm{ext}$")
left.legend()
plt.show()
scale = np.max(np.abs(heat.total[2]))
buildup = np.max(np.abs(np.asarray(heat.buildup[2])[np.abs(X) >= 0.05])) / scale
change = np.max(np.abs(heat.total[5] - heat.total[2])[np.abs(X) >= 0.05]) / scale
print(f"|x| >= 0.05: largest |P_phi| is {buildup:.1%} of the largest |P_ph|")
print(f"without any screening P_ph changes by {change:.1%} of it")
assert np.all(potential[5] == 0) and buildup < 0.03 and change < 0.05

# %% [markdown]
# ## A gate at a distance
#
# `GatedCoulomb` has the whole kernel (Eq. D2): charge in a wire of radius $a$ and its image in a gate at distance $d$,
#
# $$U(x) = \frac{1}{\sqrt{x^2+a^2}} - \frac{1}{\sqrt{x^2+4d^2}}.$$
#
# The potential is then continuous at the dot. Where that of a neutral wire jumps, it rises over the radius of the wire,
# and the jump counts as voltage. So the comparison is made per total voltage $eV_\mathrm{tot}$, at a voltage small
# enough for linear response.

# %%
SPOTS = np.concatenate([-np.geomspace(0.02, 6.0, 20)[::-1], np.geomspace(0.02, 6.0, 20)])
SMALL = 0.005


@jax.jit
def gated(coupling, radius, gate_distance):
    def one(case):
        wire = jw.Wire(screening=jw.GatedCoulomb(*case))
        sol = jw.solve(DOT, wire, temperature=0.5, voltage=SMALL, resolution=GRID, error_estimate=False)
        return sol.potential(SPOTS) / sol.total_voltage, sol.current / sol.total_voltage

    return jax.lax.map(one, (coupling, radius, gate_distance))


@jax.jit
def local(strength):
    wire = jw.Wire(screening=jw.LocalScreening(strength))
    sol = jw.solve(DOT, wire, temperature=0.5, voltage=SMALL, resolution=GRID, error_estimate=False)
    return sol.potential(SPOTS) / sol.total_voltage, sol.current / sol.total_voltage


dn = float(sol.flow.upper.half.compressibility)  # change of the density with the chemical potential
couplings = np.array([0.1, 1.0, 10.0, 1e6])
gates = np.array([1.0, 0.3, 0.1, 0.03])
share = 0.8
weak = share / (1 - share) / (dn * 2 * np.log(4.0))  # slow waves have 0.8 of the neutral potential
profiles, conductances = gated(
    np.append(couplings, np.full(4, weak)),
    np.append(np.full(4, 0.02), gates / 2),
    np.append(np.full(4, 0.5), gates),
)
neutral, neutral_conductance = local(1.0)
followed, _ = local(share)

figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.2), layout="constrained", sharey=True)
middle = len(SPOTS) // 2
strengths_of = [f"coupling {coupling:g}" for coupling in couplings[:3]] + ["coupling $10^6$"]
distances = [f"gate at $d = {gate:g}$" for gate in gates]
cases = (
    (panels[0], profiles[:4], strengths_of, neutral, "electroneutral"),
    (panels[1], profiles[4:], distances, followed, rf"local, $\sigma = {share}$"),
)
for axes, curves, labels, limit, name in cases:
    broken = np.insert(limit, middle, np.nan)
    axes.plot(np.insert(SPOTS, middle, 0), 100 * broken, color="0.75", linewidth=4, label=name)
    for number, (curve, label) in enumerate(zip(curves, labels, strict=True)):
        axes.plot(SPOTS, 100 * curve, linestyle=DASHES[number], color=COLORS[number], label=label)
    frame(axes, "")
    axes.legend(fontsize=7)
panels[0].set(ylabel=r"potential $e\phi/eV_\mathrm{tot}$ (%)", title=r"gate at $d = 0.5$, stronger coupling")
panels[1].set_title(r"closer gate, $2d/a = 4$")
plt.show()

# %% [markdown]
# On the left, the stronger the coupling, the closer the wire comes to neutrality, but for the neighbourhood of the dot,
# where the potential must be continuous. On the right, the closer the gate, the more local the potential. The current
# per total voltage is the same for all of them: in linear response screening decides where the voltage drops, not how
# large it is.

# %%
away = np.abs(SPOTS) > 0.1
strong = np.max(np.abs(profiles[3] / neutral - 1)[away])
close = [float(np.max(np.abs(profile / followed - 1)[away])) for profile in profiles[4:]]
print(f"coupling 1e6: {strong:.0e} from the neutral potential at |x| > 0.1")
for gate, error in zip(gates, close, strict=True):
    print(f"gate at {gate:g}: {error:.0e} from the local potential")
spread = np.max(np.abs(conductances / neutral_conductance - 1))
print(f"current per total voltage: {float(neutral_conductance):.5f} e^2/h, the same for all to {spread:.0e}")
assert strong < 1e-3 and close[-1] < 0.05 and close == sorted(close, reverse=True)
assert spread < 1e-3  # of second order in the voltage
