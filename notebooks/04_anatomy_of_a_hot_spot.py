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
# # Anatomy of a hot spot
#
# Why is a wire hottest some distance away from the scatterer? This notebook takes one profile apart: into the modes of
# the two half-wires, into energies, and into electrons that move left and right.
#
# Away from the scatterer a deviation from equilibrium is a sum of modes that decay as $e^{-\kappa_k|x|}$ (Sec. IV C,
# App. A). So is the heat that they release:
#
# $$\frac{P_\mathrm{ph}(x)}{P_\mathrm{ext}} = 1 + \sum_k c_k\, e^{-\kappa_k |x|}.$$
#
# If all $c_k$ had the same sign, the profile would be extremal at the scatterer. A spot needs both signs.

# %%
import jax
import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import COLORS, STYLE, plot_heating

plt.rcParams.update(STYLE)
BLUE, GREEN, ORANGE, RED = COLORS

# %% [markdown]
# ## One profile
#
# A resonance at $\epsilon_0 = 1.44$ of half width $\Gamma = 0.08$, at $k_\mathrm{B}T = 0.7$ and $eV = 0.1$ (energies in
# $\mu_0$, lengths in $v_\mathrm{F}\tau_0$).

# %%
CENTER, WIDTH = 1.44, 0.08
at = jax.jit(
    lambda temperature, voltage: jw.solve(
        jw.Lorentzian(CENTER, WIDTH), temperature=temperature, voltage=voltage, error_estimate=False
    )
)
sol = at(0.7, 0.1)
assert sol.status.ok, sol.status

distance = np.geomspace(0.01, 6.0, 200)
left, right = np.asarray(sol.heating(np.concatenate([-distance, distance])).total).reshape(2, -1)
hot, cold = np.argmax(left), np.argmin(right)
print(f"left:  {left[0]:6.1f} at the dot, {left[hot]:6.1f} at x = {-distance[hot]:.2f}")
print(f"right: {right[0]:6.1f} at the dot, {right[cold]:6.1f} at x = {distance[cold]:.2f}")
assert 0.5 < distance[hot] < distance[cold] < 1.5  # neither extremum is at the dot

plot_heating(sol, np.concatenate([-distance[::-1], distance]), parts=True)

# %% [markdown]
# ## The modes that carry it
#
# A solution keeps its modes: `sol.flow.upper` is the wire whose band starts higher, the left one for a positive
# voltage, and `sol.flow.lower` the other. `heating_shares` gives the share of every mode in $P_\mathrm{ph}$ at $x = 0$.

# %%
sides = {"left wire": (sol.flow.upper, -1), "right wire": (sol.flow.lower, 1)}
shares = {name: np.asarray(sol.flow.heating_shares(side) / sol.external_power) for name, (side, _) in sides.items()}
lengths = {name: 1 / np.asarray(side.modes.rate) for name, (side, _) in sides.items()}
for name, profile in (("left wire", left), ("right wire", right)):
    summed = 1 + np.exp(-distance[:, None] / lengths[name]) @ shares[name]
    error = np.max(np.abs(summed - profile)) / np.max(np.abs(profile))
    print(f"{name}: {len(lengths[name])} modes; their sum differs from P_ph by {error:.0e}")
    assert error < 1e-11  # the same sum, in another order: rounding

# %% [markdown]
# The resonance feeds mode $k$ with the strength $1/(l^{-2} - \kappa_k^2)$, where $l$ is the mean free path of electrons
# at the resonance: $\sqrt{\epsilon_0}$ on the left, and $\sqrt{\epsilon_0 + eV}$ on the right, where the same electrons
# are faster. This strength changes sign where the decay length $1/\kappa_k$ equals $l$. Modes that outlive the
# resonant electrons heat the left wire; modes that die sooner cool it. On the right it is the other way round.

# %%
resonant = {"left wire": np.sqrt(CENTER), "right wire": np.sqrt(CENTER + float(sol.voltage))}
figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.0), sharey=True, layout="constrained")
for axes, name in zip(panels, sides, strict=True):
    length, share = lengths[name], shares[name]
    for chosen, color, marker in ((share > 0, RED, "o"), (share < 0, BLUE, "s")):
        axes.vlines(length[chosen], 0, share[chosen], color=color, linewidth=0.8)
        axes.plot(length[chosen], share[chosen], marker, color=color, markersize=3)
    axes.axvline(resonant[name], color="0.4", linestyle="--", linewidth=0.9)
    axes.axhline(0.0, color="0.7", linewidth=0.6)
    axes.set(title=name, xlabel=r"decay length $1/\kappa_k$ ($v_\mathrm{F}\tau_0$)", xlim=(0, 3.2), ylim=(-17, 17))
panels[0].set_ylabel(r"share $c_k$ in $P_\mathrm{ph}/P_\mathrm{ext}$")
panels[0].text(2.0, 12.0, "heats", color=RED)
panels[0].text(0.1, -12.5, "cools", color=BLUE)
panels[1].text(1.33, 14.5, "dashed: mean free path of\nresonant electrons", color="0.3", va="center", fontsize=8)
plt.show()

for name in sides:
    strong = np.abs(shares[name]) > 0.2 * np.max(np.abs(shares[name]))
    order = np.argsort(lengths[name][strong])
    length, share = lengths[name][strong][order], shares[name][strong][order]
    change = np.flatnonzero(np.diff(np.sign(share)))
    print(f"{name}: sign changes between 1/kappa = {length[change[0]]:.3f} and {length[change[0] + 1]:.3f};", end=" ")
    print(f"l of resonant electrons = {resonant[name]:.3f}")
    assert len(change) == 1 and length[change[0]] - 0.01 < resonant[name] < length[change[0] + 1] + 0.01

# %% [markdown]
# ## Which modes make the spot?
#
# Cut the sum at the dashed line. Each half is nearly monotonic. Close to the dot they cancel to a large part. The
# short-lived modes die first; what is left of the long-lived ones is the spot.

# %%
figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.0), sharey=True, layout="constrained")
for axes, (name, (_, sign)), profile in zip(panels, sides.items(), (left, right), strict=True):
    terms = np.exp(-distance[:, None] / lengths[name]) * shares[name]
    lasting = lengths[name] > resonant[name]
    axes.plot(sign * distance, profile - 1, color="black", label=r"all: $P_\mathrm{ph}/P_\mathrm{ext} - 1$")
    axes.plot(sign * distance, terms[:, lasting].sum(axis=1), "--", color=GREEN, label=r"modes with $1/\kappa_k > l$")
    axes.plot(sign * distance, terms[:, ~lasting].sum(axis=1), "-.", color=ORANGE, label=r"modes with $1/\kappa_k < l$")
    spot = (hot, cold)[name == "right wire"]
    axes.plot(sign * distance[spot], profile[spot] - 1, "k*", markersize=9)
    axes.axhline(0.0, color="0.7", linewidth=0.6)
    axes.set(title=name, xlabel=r"position $x/v_\mathrm{F}\tau_0$")
    held = terms[spot, lasting].sum() / terms[0, lasting].sum(), terms[spot, ~lasting].sum() / terms[0, ~lasting].sum()
    print(f"{name}: from the dot to the spot long-lived modes fall to {held[0]:.2f}, short-lived ones to {held[1]:.2f}")
    assert held[0] > 1.3 * held[1] > 0
panels[0].set_ylabel(r"heating in units of $P_\mathrm{ext}$")
panels[1].legend()
plt.show()

# %% [markdown]
# ## Single modes mean nothing, their sums do
#
# The dots above are as many as there are energy nodes: on a finer grid there are more of them, each with a smaller
# share. What converges is the sum over all modes that live longer than some length. Two grids give the same curve.

# %%
finer = jw.solve(
    jw.Lorentzian(CENTER, WIDTH),
    temperature=0.7,
    voltage=0.1,
    resolution=jw.Resolution(above=160, below=64),
    error_estimate=False,
)
figure, axes = plt.subplots(figsize=(4.8, 3.0), layout="constrained")
curves, largest = [], []
for each, color, style, label in ((sol, ORANGE, "o", "80 nodes"), (finer, BLUE, "-", "160 nodes")):
    length = 1 / np.asarray(each.flow.upper.modes.rate)  # decreasing
    share = np.asarray(each.flow.heating_shares(each.flow.upper) / each.external_power)
    total = np.cumsum(share)
    largest.append(np.max(share))
    middle = np.sqrt(length * np.append(length[1:], length[-1]))
    axes.plot(middle, total, style, color=color, markersize=3, label=label)
    curves.append(np.interp(np.linspace(0.3, 3.0, 100), middle[::-1], total[::-1]))
axes.axvline(resonant["left wire"], color="0.4", linestyle="--", linewidth=0.9)
axes.set(xlim=(0, 3.2), xlabel=r"decay length $\lambda$ ($v_\mathrm{F}\tau_0$)")
axes.set_ylabel(r"$\sum_{1/\kappa_k > \lambda} c_k$, left wire")
axes.legend()
plt.show()
difference = np.max(np.abs(curves[1] - curves[0])) / np.max(curves[1])
print(f"the two curves differ by {difference:.1%} of the largest value", end="; ")
print(f"the largest single share is {largest[0]:.1f} on the one grid and {largest[1]:.1f} on the other")
assert largest[1] < 0.7 * largest[0]
assert difference < 0.03  # where a curve lies between two dots is uncertain to a fraction of a share

# %% [markdown]
# ## Which energies release the heat?
#
# The same $P_\mathrm{s}$ can be read off the distribution function, without modes. For a constant relaxation time
# collisions pull $f$ towards the Fermi function, so that the phonons take
#
# $$P_\mathrm{s}(x) = \int \frac{\mathrm{d}\epsilon}{v}\,(\epsilon - 1)\,[f(+p,x) + f(-p,x) - 2f_0(\epsilon)].$$


# %%
def released(sol, x, momentum):
    """Integrand of P_s/P_ext over the kinetic energy, at energies momentum^2."""
    energy = momentum**2
    f = sol.distribution(energy, x)
    fermi = 1 / (np.exp((energy - 1) / float(sol.temperature)) + 1)
    return (energy - 1) * np.asarray(f.forward + f.backward - 2 * fermi) / momentum / float(sol.external_power)


momentum = np.linspace(1e-3, 4.5, 1000)  # f is smooth in the momentum, also at the band bottom
figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.0), layout="constrained", sharey=True)
for axes, name, sign, spot in zip(panels, sides, (-1, 1), (hot, cold), strict=True):
    for x, color, style in ((0.05, GREEN, "--"), (distance[spot], "black", "-"), (3.0, ORANGE, "-.")):
        density = released(sol, sign * x, momentum)
        axes.plot(momentum**2, density, style, color=color, label=f"$x = {sign * x:.2f}$")
        total = np.trapezoid(density * 2 * momentum, momentum)
        expected = sol.heating(sign * x).scatterer
        print(f"x = {sign * x:5.2f}: integral {total:8.4f}, P_s/P_ext from the modes {expected:8.4f}")
        assert abs(total / expected - 1) < 2e-3  # trapezoids across a resonance of width 0.08
    axes.axhline(0.0, color="0.7", linewidth=0.6)
    axes.set(title=name, xlabel=r"kinetic energy $\epsilon/\mu_0$", xlim=(0, 5))
    axes.legend()
panels[0].set_ylabel(r"$\mathrm{d}P_\mathrm{s}/\mathrm{d}\epsilon$ (units of $P_\mathrm{ext}/\mu_0$)")
plt.show()

# %% [markdown]
# Left of the dot electrons are missing near the resonance, which cools. As the wire stays neutral, there are too many
# at other energies: those above the Fermi energy heat, those below it cool. The hole at the resonance is filled within
# the mean free path there, while the surplus above it lives longer. Whether more heat or less is left in the end was
# decided by the two conductors: the wire brings the heat $\Pi$ per electron, the dot lets through less, and the rest
# stays on the left.

# %%
brought = float(sol.heat_current(-60.0) / sol.current)
passed = float(sol.heat_current(-0.0) / sol.current)
print(f"heat per electron: {brought:.3f} mu0 far left, {passed:.3f} mu0 into the dot (eps0 - 1 = {CENTER - 1:.2f})")
kept = float(sol.powers.left_scatterer / sol.current)
print(f"released on the left: {kept:.3f} mu0 per electron")
assert abs(brought - passed - kept) < 1e-10 and kept > 0

# %% [markdown]
# ## The distribution function, with the bands misaligned
#
# A picture in the spirit of Fig. 8, drawn from the solution itself: occupation against total energy, far from the dot,
# close to it on either side, and $T$ between. The bottom of the left band is higher by $eV$; electrons keep their total
# energy when they pass. For the eye the voltage is larger here, $eV = 0.4$ at $k_\mathrm{B}T = 0.3$. Grey: the Drude
# state, which both wires have far away.

# %%
strong = at(0.3, 0.4)
step = float(strong.voltage)
momentum = np.linspace(1e-3, 1.75, 250)
energy = momentum**2
figure, panels = plt.subplots(1, 5, figsize=(9.6, 3.8), sharey=True, layout="constrained")
gap = {}
for axes, x in zip(panels[[0, 1, 3, 4]], (-4.0, -0.05, 0.05, 4.0), strict=True):
    bottom = step if x < 0 else 0.0
    f, drude = strong.distribution(energy, x), strong.distribution(energy, np.sign(x) * 60.0)
    gap[x] = np.asarray(f.forward - drude.forward), np.asarray(f.backward - drude.backward)
    axes.plot(drude.forward, bottom + energy, color="0.65", linewidth=3.5, solid_capstyle="butt", label="Drude")
    axes.plot(f.forward, bottom + energy, color=RED, label="to the right")
    axes.plot(f.backward, bottom + energy, "--", color=BLUE, label="to the left")
    axes.axhspan(-0.15, bottom, color="0.88", linewidth=0)
    axes.plot(0.02, bottom + 1.0, ">", color="black", markersize=5)
    axes.set(title=f"$x = {x:g}$", xlabel=r"occupation $f$", xlim=(0, 1.02))
above = energy + step
panels[2].plot(strong.scatterer.transmission(energy), above, color="black")
panels[2].axhspan(-0.15, step, color="0.88", linewidth=0)
panels[2].set(title="scatterer", xlabel=r"transmission $T$", xlim=(0, 1.02))
panels[0].set(ylabel=r"total energy $E/\mu_0$ from the right band bottom", ylim=(-0.15, 3.0))
panels[0].text(0.5, 0.125, "no states", ha="center", va="center", fontsize=8, color="0.3")
for axes in panels:
    axes.axhline(CENTER + step, color="0.6", linestyle=":", linewidth=0.9, zorder=0)
figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# Triangles mark the chemical potential of either wire, one $\mu_0$ above its band bottom. Only what has just left the
# dot differs much from the Drude state. On the left these are electrons that move to the left: at the resonance they
# come from the right wire, which has fewer of that total energy. On the right it is those that move to the right.

# %%
near_left, near_right = gap[-0.05], gap[0.05]
at_resonance = np.argmin(np.abs(energy - CENTER)), np.argmin(np.abs(energy - CENTER - step))
print(f"left,  at the resonance: outgoing {near_left[1][at_resonance[0]]:+.3f}, incoming", end=" ")
print(f"{near_left[0][at_resonance[0]]:+.3f} relative to Drude")
print(f"right, at the resonance: outgoing {near_right[0][at_resonance[1]]:+.3f}, incoming", end=" ")
print(f"{near_right[1][at_resonance[1]]:+.3f} relative to Drude")
assert near_left[1][at_resonance[0]] < 0 < near_right[0][at_resonance[1]]
assert abs(near_left[0][at_resonance[0]]) < 0.3 * abs(near_left[1][at_resonance[0]])
assert abs(near_right[1][at_resonance[1]]) < 0.3 * abs(near_right[0][at_resonance[1]])
assert max(np.max(np.abs(gap[x])) for x in (-4.0, 4.0)) < 0.2 * np.max(np.abs(near_left[1]))  # far away: Drude again
