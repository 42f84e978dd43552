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
# # A scatterer from Kwant
#
# The solver needs only $T(\epsilon)$ of the scatterer. Here it comes from [Kwant](https://kwant-project.org), for a dot
# between two rectangular barriers in a chain. `data/make_kwant_table.py` made the table; Kwant needs an environment of
# its own (`data/requirements-kwant.txt`), so the table is kept beside the notebook.
#
# Energies are kinetic energies in the left wire, in $\mu_0$.

# %%
from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import plot_heating

folder = Path(__file__).parent if "__file__" in globals() else Path()
energies, transmission = np.loadtxt(folder / "data" / "kwant_double_barrier.csv", delimiter=",", unpack=True)
dot = jw.Tabulated(energies, transmission)

# %% [markdown]
# The table has a resonance below the Fermi energy and broad ones near the top of the barriers. Between its points, T is
# interpolated without overshoot.

# %%
fine = jnp.linspace(0.02, 6.0, 2000)
figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
axes.plot(fine, dot.transmission(fine))
axes.plot(energies[::6], transmission[::6], ".", markersize=3)
axes.set_xlabel(r"energy $\epsilon/\mu_0$")
axes.set_ylabel(r"transmission $T(\epsilon)$")
axes.set_xlim(0, 6)

# %% [markdown]
# ## The same solver
#
# A table is less smooth than a formula, so the error estimate deserves a look. More nodes bring it down.

# %%
for resolution in (jw.Resolution(80, 32), jw.Resolution(400, 64)):
    sol = jw.solve(dot, temperature=0.3, voltage=0.2, resolution=resolution)
    print(f"{resolution.above:4d} nodes: I = {sol.current:.6f}, error estimate {sol.error_estimate:.0e}")

# %% [markdown]
# The heating profile, with its parts, as for any other scatterer:

# %%
plot_heating(sol, parts=True)

# %% [markdown]
# ## Which energies make the hot side hot?
#
# The derivative of the heating by every entry of the table tells, in one reverse pass. The table is denser than the
# nodes of the solver, so single entries say little: the figure shows the response to a bump of T of width 0.1 and unit
# area.


# %%
def heating_on_the_right(values):
    """Heating at x = 0.5 per P_ext."""
    scatterer = jw.Tabulated(energies, values)
    at = {"temperature": 0.3, "voltage": 0.2, "resolution": jw.Resolution(200, 48), "error_estimate": False}
    return jw.solve(scatterer, **at).heating(0.5).total


by_entry = jax.grad(heating_on_the_right)(transmission)
bump = np.exp(-0.5 * ((energies[:, None] - energies) / 0.1) ** 2) / (0.1 * np.sqrt(2 * np.pi))
influence = bump @ by_entry

figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
axes.plot(energies, influence)
axes.axhline(0, color="0.7", linewidth=0.8)
axes.set_xlabel(r"energy $\epsilon/\mu_0$")
axes.set_ylabel(r"$\delta (P_\mathrm{ph}/P_\mathrm{ext}) \, / \, \delta T(\epsilon)$ ($1/\mu_0$)")
axes.set_xlim(0, 4)
