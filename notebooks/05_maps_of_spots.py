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
# # Maps of spots
#
# Where in the space of parameters does a quantum dot make a heating or a cooling spot? One call of `jw.scan` solves a
# whole grid and returns an `xarray.Dataset` with names and units. `jaxwire.plot` draws it. A scan that is kept on disk
# goes on where it was stopped.

# %%
import shutil
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import jaxwire as jw
from jaxwire.plot import COLORS, DASHES, STYLE, plot_map, positions

plt.rcParams.update(STYLE)
POINTS = (26, 15)  # values of eps0 and of Gamma; (120, 80) makes smooth maps within minutes

# %% [markdown]
# ## One scan
#
# Any number of the model can be an axis, by its name: here the temperature, and centre $\epsilon_0$ and half width
# $\Gamma$ of a resonance. The observable "spots" keeps the dominant extremum of $P_\mathrm{ph}(x)$ on either side, at
# $0.01 < |x| < 20$: its position, its heating, its kind and its prominence.

# %%
axes = {
    "temperature": [0.1, 0.2, 0.3, 0.5, 0.7, 1.0],
    "center": np.linspace(0.1, 2.6, POINTS[0]),
    "width": np.geomspace(0.01, 1.0, POINTS[1]),
}
dot = jw.Lorentzian(center=1.44, width=0.08)  # its numbers are replaced by those of the axes
inputs = {"axes": axes, "voltage": 0.1, "observables": ["current", "spots"], "progress": False}
store = Path(tempfile.mkdtemp()) / "spots.zarr"

start = time.perf_counter()
ds = jw.scan(dot, **inputs, store=store)
print(f"{ds.status.size} points in {time.perf_counter() - start:.1f} s, compiling included: {ds.attrs['failures']}")
assert ds.attrs["failures"].startswith("0 of")

# %%
for name, variable in ds.data_vars.items():
    print(f"{name:16} {'x'.join(variable.dims):36} {variable.attrs.get('units', ''):10} {variable.attrs['long_name']}")

# %% [markdown]
# ## A map
#
# `plot_map` draws any variable over any two axes. The spot measure of Fig. 5 is the signed fifth root of
# $|P_\mathrm{ph}|/P_\mathrm{ext}-1$, which makes strong and weak spots visible together: red where the spot heats by
# more than $P_\mathrm{ext}$, blue where it cools by more. Hatched points have no such spot.

# %%
plot_map(ds, "spot_measure", x="center", y="width", select={"temperature": 0.5})

# %% [markdown]
# A dot above the Fermi energy heats the left wire at a distance and cools the right one. Below it there is no spot:
# the profile is extremal at the dot itself. The same map tells how far away the spots are.

# %%
plot_map(ds, "spot_position", x="center", y="width", select={"temperature": 0.5, "side": "right"})

# %% [markdown]
# A point of the map is one profile. The star is the scan's, the line comes from a solution of its own.

# %%
chosen = {"temperature": 0.5, "center": 1.1, "width": 0.04}
point = ds.sel(chosen, method="nearest")
at_point = jw.Lorentzian(center=float(point.center), width=float(point.width))
sol = jw.solve(at_point, temperature=float(point.temperature), voltage=0.1, error_estimate=False)
assert sol.status.ok, sol.status

x = positions(reach=6.0, count=400)
heating = np.asarray(sol.heating(x).total)
figure, frame = plt.subplots(figsize=(4.8, 3.0), layout="constrained")
frame.plot(np.insert(x, 400, 0.0), np.insert(heating, 400, np.nan), color="black")
for side, color, extreme in (("left", COLORS[3], np.max), ("right", COLORS[0], np.min)):
    spot = point.sel(side=side)
    frame.plot(spot.spot_position, spot.spot_heating, "*", color=color, markersize=11, label=f"spot, {side} wire")
    sampled = extreme(heating[x < 0] if side == "left" else heating[x > 0])
    place, height = float(spot.spot_position), float(spot.spot_heating)
    print(f"{side}: x = {place:.3f}, P_ph/P_ext = {height:.3f}; extremum of the line {sampled:.3f}")
    assert abs(sampled / height - 1) < 1e-3  # the line has points 1.6 % apart
frame.axhline(0.0, color="0.7", linewidth=0.6)
frame.set(xlabel=r"position $x/v_\mathrm{F}\tau_0$", ylabel=r"heating $P_\mathrm{ph}/P_\mathrm{ext}$")
frame.legend()
plt.show()

# %% [markdown]
# ## Where spots live
#
# Many spots of the map are faint: far away, the profile passes $P_\mathrm{ext}$ by a hair. The prominence sorts them,
# the height by which a spot stands out from its surroundings. Count those that stand out by at least $P_\mathrm{ext}$.

# %%
clear = ds.spot_exists & (ds.spot_prominence > 1.0)
share = clear.mean(["center", "width"])
figure, panels = plt.subplots(1, 2, figsize=(7.4, 3.0), layout="constrained")
for side, color, style in (("left", COLORS[3], "o-"), ("right", COLORS[0], "s--")):
    panels[0].plot(ds.temperature, 100 * share.sel(side=side), style, color=color, markersize=4, label=f"{side} wire")
panels[0].set(xlabel=r"temperature $k_\mathrm{B}T/\mu_0$", ylabel="share of the map with a clear spot (%)")
panels[0].margins(x=0.03)
panels[0].legend()
narrow = ds.sel(width=0.04, method="nearest").sel(side="right")
for temperature, color, style in zip((0.3, 0.5, 0.7, 1.0), COLORS, DASHES, strict=True):
    row = narrow.sel(temperature=temperature)
    position = row.spot_position.where(row.spot_prominence > 0.01)
    label = rf"$k_\mathrm{{B}}T = {temperature}\,\mu_0$"
    panels[1].plot(ds.center, position, color=color, linestyle=style, label=label)
panels[1].set(xlabel=r"resonance $\epsilon_0/\mu_0$", ylabel=r"spot, right wire: $x/v_\mathrm{F}\tau_0$")
panels[1].set_xlim(0.1, 2.6)
panels[1].set_title(rf"$\Gamma = {float(narrow.width):.2g}\,\mu_0$, prominence > 0.01 $P_\mathrm{{ext}}$", fontsize=9)
panels[1].legend()
plt.show()

first = {side: float(ds.center[clear.sel(temperature=0.5, side=side).any("width")].min()) for side in ("left", "right")}
print(f"at kT = 0.5 clear spots begin at eps0 = {first['left']:.1f} on the left, {first['right']:.1f} on the right")
kinds = ds.spot_kind.where(clear)
for side in ("left", "right"):
    heats, cools = ((kinds.sel(side=side) == kind).sum(["center", "width"]).values for kind in (1, -1))
    print(f"{side:5} wire, by temperature: clear heating spots {heats}, clear cooling spots {cools}")
assert float(share.sel(temperature=0.1).max()) < 0.1 < 0.3 < float(share.sel(temperature=0.7).min())
assert min(first.values()) > 0.8

# %% [markdown]
# Spots need temperature: they are rare in a cold wire and common in a hot one. They begin where the dot is near the
# Fermi energy. The higher the resonance, the farther away the spot; the hotter the wire, the nearer.
#
# ## A stopped scan goes on
#
# Every finished block of a scan with a store is on disk. To see what an interruption leaves, take away the files of the
# last block, and open what is there.

# %%
whole = ds.load().copy(deep=True)  # load: a scan with a store is read from the disk where its values are used
last = str(len(list((store / "done" / "c").iterdir())) - 1)
for name in ("done", *ds.data_vars):
    chunk = store / name / "c" / last
    shutil.rmtree(chunk) if chunk.is_dir() else chunk.unlink()
partial = jw.open_scan(store)
missing = int((partial.status < 0).sum())
print(f"{missing} of {partial.status.size} points are missing")
plot_map(partial, "spot_heating", x="temperature", y="center", select={"width": 0.04, "side": "left"})

# %% [markdown]
# Grey is what has not been computed. The same call computes that, and nothing else; a third one has nothing to do.

# %%
for attempt in ("second", "third"):
    start = time.perf_counter()
    again = jw.scan(dot, **inputs, store=store).load()
    print(f"{attempt} call: {time.perf_counter() - start:.2f} s, the same numbers: {again.equals(whole)}")
    assert again.equals(whole)
shutil.rmtree(store.parent)
