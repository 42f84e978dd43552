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
# # Electrons that collide with each other
#
# Electrons of the paper lose energy to phonons alone, and its Sec. V asks for collisions among electrons to be rarer
# than those. Do heating and cooling spots need that? Here electrons collide with each other once in a time
# $\tau_\mathrm{ee}$ and keep their energy and momentum; phonons take energy once in $\tau_\mathrm{ep}=\tau_0$.

# %%
import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import COLORS, DASHES, STYLE, positions

plt.rcParams.update(STYLE)
TIMES = [np.inf, 3.0, 1.0, 0.3]

dot = jw.Lorentzian(center=1.44, width=0.08)


def colliding(time: float) -> jw.Wire:
    return jw.Wire(electron_electron=jw.ElectronElectron(time=time))


def name_of(time: float) -> str:
    number = r"\infty" if np.isinf(time) else f"{time:g}"
    return rf"$\tau_\mathrm{{ee}} = {number}\,\tau_0$"


# %% [markdown]
# ## Fig. 3 with collisions
#
# The hottest profile of Fig. 3. As electrons meet more often, both spots move towards the scatterer and get stronger:
# the electrons' energy is shared out within a total mean free path, which is where the spots are.

# %%
x = positions(reach=4.0, count=400)
figure, frame = plt.subplots(figsize=(5.2, 3.2), layout="constrained")
for time, color, style in zip(TIMES, COLORS, DASHES, strict=False):
    sol = jw.solve(dot, colliding(time), temperature=0.7, voltage=0.1)
    assert sol.status.ok, sol.status
    heating = np.asarray(sol.heating(x).total)
    frame.plot(
        np.insert(x, 400, 0.0), np.insert(heating, 400, np.nan), color=color, linestyle=style, label=name_of(time)
    )
frame.set(xlabel=r"position $x/v_\mathrm{F}\tau_0$", ylabel=r"heating $P_\mathrm{ph}/P_\mathrm{ext}$", ylim=(-60, 90))
frame.legend()
plt.show()

# %% [markdown]
# ## Where spots end
#
# The time is an axis of a scan as any other number is, infinity among its values. Weak and far spots, those at
# $k_\mathrm{B}T = 0.3\,\mu_0$, vanish near $\tau_\mathrm{ee} = \tau_0$. Strong ones never do in this range: that
# collisions between electrons are rare is enough for spots, but it is not needed.

# %%
axes = {"electron_electron.time": np.geomspace(30.0, 0.03, 31), "temperature": [0.3, 0.5, 0.7]}
ds = jw.scan(dot, colliding(1.0), axes=axes, voltage=0.1, observables=["spots"], progress=False)
figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.0), layout="constrained", sharex=True)
for side, style in (("left", "-"), ("right", "--")):
    for temperature, color in zip(axes["temperature"], COLORS, strict=False):
        row = ds.sel(side=side, temperature=temperature)
        label = rf"{side}, $k_\mathrm{{B}}T = {temperature}\,\mu_0$"
        panels[0].loglog(axes["electron_electron.time"], abs(row.spot_position), style, color=color, label=label)
        panels[1].loglog(axes["electron_electron.time"], abs(row.spot_heating), style, color=color)
panels[0].set(xlabel=r"time $\tau_\mathrm{ee}/\tau_0$", ylabel=r"spot: distance $|x|/v_\mathrm{F}\tau_0$")
panels[1].set(xlabel=r"time $\tau_\mathrm{ee}/\tau_0$", ylabel=r"spot: $|P_\mathrm{ph}|/P_\mathrm{ext}$")
panels[0].legend(fontsize=7)
plt.show()

exists = ds.spot_exists.sel(side="right")
for temperature in axes["temperature"]:
    times = exists["electron_electron.time"].values[exists.sel(temperature=temperature).values]
    print(f"kT = {temperature}: spots on the right down to tau_ee = {times.min():.2g} tau_0")
assert bool(exists.sel(temperature=0.7).all()) and not bool(exists.sel(temperature=0.3).all())

# %% [markdown]
# ## Phonons that warm up
#
# The other assumption of Sec. V: phonons at one temperature. With phonons of their own, the wire's electrons feel
# what the heat does to them. What counts is $\alpha = G/g$, how much better electrons give heat to the phonons than
# these to the substrate, and the length $\Lambda$ over which phonons spread it. Below $\alpha = 1$ spots are there at
# any length. Beyond it they are lost in a wedge, where phonons bring heat from elsewhere to the place of the spot.
# Above the wedge phonons carry the heat off; below it they conduct too little, and act as collisions between
# electrons would. A channel on a substrate has $\alpha < 0.01$.

# %%
conductance = float(jw.Wire().electron_phonon_conductance(0.7))
alpha, length = np.geomspace(0.01, 100.0, 25), np.geomspace(0.1, 30.0, 25)
axes_of_phonons = {"phonons.loss": conductance / alpha, "phonons.healing_length": length}
warm = jw.Wire(phonons=jw.Phonons(loss=conductance, healing_length=1.0))
ds_phonons = jw.scan(
    dot, warm, axes=axes_of_phonons, temperature=0.7, voltage=0.1, observables=["spots"], progress=False
)
figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.0), layout="constrained", sharey=True)
for panel, side in zip(panels, ("left", "right"), strict=True):
    heights = abs(ds_phonons.spot_heating.sel(side=side).values)
    shown = panel.pcolormesh(alpha, length, heights.T, cmap="cividis")
    panel.set(xscale="log", yscale="log", xlabel=r"$\alpha = G/g$", title=f"{side}: spot, white where there is none")
    figure.colorbar(shown, ax=panel, label=r"$|P_\mathrm{ph}|/P_\mathrm{ext}$")
panels[0].set(ylabel=r"healing length $\Lambda/v_\mathrm{F}\tau_0$")
plt.show()
exists_left = ds_phonons.spot_exists.sel(side="left").values
assert exists_left[alpha < 1].all() and exists_left[:, -1].all() and not exists_left[alpha > 5][:, 10].any()

# %% [markdown]
# ## Heat is the temperature of the electrons
#
# With constant times electrons give to the phonons $P_s = G\,\delta T_\mathrm{e}/T$, however often they meet: a
# thermometer for the electrons sees the spots, too. What is left of them where collisions are frequent is a thin layer
# near the scatterer, over which the electrons become a hot gas. The contrast of a spot, its temperature over that at
# the scatterer, tells.

# %%
temperature, contrasts = 0.7, []
for time in (np.inf, 3.0, 1.0, 0.3, 0.1, 0.03):
    wire = colliding(time)
    sol = jw.solve(dot, wire, temperature=temperature, voltage=0.1)
    spot = jw.find_spots(sol).left
    at_spot, near = np.asarray(sol.electron_temperature(np.array([float(spot.position), -0.01])))
    given = float(wire.electron_phonon_conductance(temperature)) * at_spot / temperature
    shown = float(sol.heating(spot.position).scatterer * sol.external_power)
    assert abs(given / shown - 1) < 1e-6
    contrasts.append(at_spot / near)
    print(f"tau_ee = {time:4}: spot at {float(spot.position):.3f}, contrast {contrasts[-1]:.2f}")
assert contrasts == sorted(contrasts, reverse=True)

# %% [markdown]
# ## A hot gas cools by diffusion
#
# Very frequent collisions leave the hot-electron model that experiments use: the excess temperature decays over the
# healing length $L_\mathrm{h}=\sqrt{K/G}$, about the geometric mean of the mean free paths of all collisions and of
# those with phonons.

# %%
figure, frame = plt.subplots(figsize=(5.2, 3.0), layout="constrained")
for time, color in zip((1.0, 0.03, 0.001), COLORS, strict=False):
    wire = colliding(time)
    sol = jw.solve(dot, wire, temperature=0.3, voltage=0.1)
    length = float(wire.healing_length(0.3))
    reach = np.linspace(0.02, 6.0, 200)
    excess = np.asarray(sol.electron_temperature(length * reach))
    frame.semilogy(reach, excess / excess[0], color=color, label=name_of(time))
frame.semilogy(reach, np.exp(reach[0] - reach), color="black", linestyle=":", label=r"$e^{-x/L_\mathrm{h}}$")
frame.set(xlabel=r"distance $x/L_\mathrm{h}$", ylabel=r"excess temperature $\delta T_\mathrm{e}$ (first: 1)")
frame.legend()
plt.show()
assert np.max(np.abs(excess / excess[0] / np.exp(reach[0] - reach) - 1)) < 0.05

# %% [markdown]
# ## Is momentum conserved?
#
# If every collision between electrons took momentum as well, the wire would resist more: the force of the same current
# is larger by $1+\tau_\mathrm{ep}/\tau_\mathrm{ee}$. Nothing else changes at the same voltage.

# %%
keeps = jw.solve(dot, colliding(0.3), temperature=0.3, voltage=0.1)
loses = jw.ElectronElectron(time=0.3, conserves="energy")
sol = jw.solve(dot, jw.Wire(electron_electron=loses), temperature=0.3, voltage=0.1)
ratio = float(sol.force / keeps.force)
print(f"currents {float(keeps.current):.6f} and {float(sol.current):.6f}, forces 1 to {ratio:.4f}")
assert abs(ratio / (1 + 1 / 0.3) - 1) < 1e-9
