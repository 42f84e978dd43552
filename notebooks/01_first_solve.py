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
# # First solve
#
# A quantum dot sits in a nanowire. A current flows through it. Where does the wire heat, where does it cool?
#
# All numbers are in natural units: energies in $\mu_0$, positions in $v_\mathrm{F}\tau_0$, the mean free path at the
# Fermi energy. The scatterer is at $x = 0$; positive $x$ is the right wire. A positive voltage lifts the band of the
# left wire and drives a positive current.

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import COLORS, plot_heating

# %% [markdown]
# ## One operating point
#
# The dot has a resonance at $\epsilon_0 = 1.44$, above the Fermi energy 1, with half width $\Gamma = 0.08$ (Eq. 21).
# The first call compiles the solver, which takes some seconds; later calls take milliseconds.

# %%
dot = jw.Lorentzian(center=1.44, width=0.08)
sol = jw.solve(dot, temperature=0.7, voltage=0.1)
print(sol)

# %% [markdown]
# The error estimate compares two grids. The status says what to do if a point could not be solved.

# %%
assert sol.status.ok, sol.status

# %% [markdown]
# ## The heating profile and its parts
#
# $P_\mathrm{ph}$ is the heat that electrons give to the phonons per unit length (Eqs. 22-26). It is drawn in units of
# $P_\mathrm{ext} = IF$, the Joule heating of the bare wire. Left of the dot there is a heating spot and right of it a
# cooling spot, both about one mean free path away. Nearly all of it is $P_\mathrm{s}$: energy that the dot put into the
# distribution function and that the wire releases further on.

# %%
plot_heating(sol, parts=True)

# %% [markdown]
# At lower temperature only the tail of the Fermi function reaches the resonance. Energetic electrons leave the left
# wire, which cools, and heat the right one. At $k_\mathrm{B}T = 0.1$ there are no spots: the profile is extremal at
# the dot.

# %%
plot_heating([jw.solve(dot, temperature=temperature, voltage=0.1) for temperature in (0.1, 0.3, 0.5, 0.7)])

# %% [markdown]
# ## The distribution function
#
# Which electrons carry the heat? Look at the distribution functions of electrons that move right, $f(+p)$, and left,
# $f(-p)$, minus the Fermi function.

# %%
energy = np.linspace(0.02, 4.0, 400)
equilibrium = 1 / (np.exp((energy - 1) / 0.7) + 1)
figure, panels = plt.subplots(1, 2, figsize=(7.0, 3.0), layout="constrained", sharey=True)
for axes, side, title, resonance in zip(panels, (-1, 1), ("left wire", "right wire"), (1.44, 1.54), strict=True):
    for distance, color in zip((0.05, 0.5, 3.0), COLORS[::-1], strict=False):
        f = sol.distribution(energy, side * distance)
        axes.plot(energy, f.forward - equilibrium, color=color, label=f"$x = {side * distance:g}$")
        axes.plot(energy, f.backward - equilibrium, "--", color=color)
    axes.axvline(resonance, color="#BBBBBB", linewidth=0.6)
    axes.set_xlabel(r"kinetic energy $\epsilon\,/\,\mu_0$")
    axes.set_title(title, loc="left")
    axes.legend(frameon=False)
panels[0].set_ylabel(r"$f(\pm p, x) - f_0$")
plt.show()

# %% [markdown]
# Full lines move right, dashed lines move left. Electrons that leave the dot to the right are too many near the
# resonance (grey line, higher by $eV$ in the right wire). Electrons that leave it to the left are too few there.
# Collisions wash this out over a few mean free paths; what the phonons take or give meanwhile is $P_\mathrm{s}$.
#
# ## How the cooling spot moves when the dot is tuned
#
# Everything is differentiable. First find the spot on the right: a coarse look, then Newton steps on the slope.

# %%
x = jnp.linspace(0.2, 4.0, 39)
spot = x[jnp.argmin(sol.heating(x).total)]
slope = jax.grad(lambda x: sol.heating(x).total)
for _ in range(5):
    spot = spot - slope(spot) / jax.grad(slope)(spot)
print(f"cooling spot at x = {spot:.6f} with P_ph/P_ext = {sol.heating(spot).total:.6f}")
assert abs(slope(spot)) < 1e-9  # Newton's method has converged: rounding is some 1e-14

# %% [markdown]
# How does its depth depend on $\epsilon_0$? At an extremum a small shift of the place does not matter, so that the
# derivative at fixed $x$ is the derivative of the spot. A gate that moves the resonance by 0.01 changes the depth by a
# hundredth of the number below.


# %%
def depth(center):
    """P_ph/P_ext at the place of the spot, as a function of eps0."""
    moved = jw.solve(jw.Lorentzian(center=center, width=0.08), temperature=0.7, voltage=0.1, error_estimate=False)
    return moved.heating(spot).total


gradient = jax.grad(depth)(1.44)
difference = (depth(1.441) - depth(1.439)) / 0.002
print(f"d(P_ph/P_ext)/d(eps0) = {gradient:.5f}; from two solutions 0.002 apart: {difference:.5f}")
assert abs(gradient / difference - 1) < 1e-4  # the difference errs by (step/width)^2/6 = 3e-5 times a number of order 1
