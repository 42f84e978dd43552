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
# # From the lab to meV
#
# Three temperature profiles along an InAs nanowire with a quantum dot, at three voltages. They are made up, but not by
# jaxwire: `data/make_lab_profiles.py` solves the full matching system of the paper's App. B by dense matrices on a
# grid of its own, and adds noise of 3 µK, a bath that drifts, and a stage whose zero is not the dot's. The relaxation
# time is 16 % below what the laboratory believes.

# %%
from pathlib import Path

import numpy as np

import jaxwire as jw

FOLDER = Path("data") if Path("data").exists() else Path("notebooks/data")

# %% [markdown]
# ## What the laboratory knows
#
# Numbers have units and, where they are known, errors. All others follow.

# %%
lab = jw.Lab(jw.InAs, chemical_potential="10 meV", relaxation_time="1.0(2) ps", temperature="30 K")
print(lab)

# %% [markdown]
# ## Files to meV

# %%
data = lab.read(
    [FOLDER / f"lab_{voltage}mV.csv" for voltage in (1, 3, 6)],
    voltage=["1 mV", "3 mV", "6 mV"],
    measured_current=["13.38(13) nA", "31.66(32) nA", "44.24(44) nA"],
)
print(data)

# %%
probe = lab.thermometer(healing_length="200 nm", probe_fwhm="50 nm")
free = ["center", "width", "conductance", "offset[:]", "position", "healing_length", "relaxation_time"]
fit = lab.fit(data, thermometer=probe, free=free, starts=4)
print(fit)
assert fit.status.ok

# %%
fit.plot()

# %% [markdown]
# ## Is it true?
#
# The truth of the script, and how many standard errors the fit is off.

# %%
truth = {
    "center": 13.8e-3,  # eV
    "width": 0.95e-3,  # eV
    "conductance": 0.42,  # W/(m K)
    "position": 25e-9,  # m
    "healing_length": 210e-9,  # m
    "relaxation_time": 0.84e-12,  # s
    "measurements[0].offset": -48.3e-6,  # K
    "measurements[1].offset": -43.0e-6,
    "measurements[2].offset": -52.3e-6,
}
pulls = {name: (fit[name].value - value) / fit[name].error for name, value in truth.items()}
for name, pull in pulls.items():
    print(f"{name:24} {fit[name]!s:20} is {pull:+.1f} standard errors off")
assert max(map(abs, pulls.values())) < 3
assert np.sum(np.square(list(pulls.values()))) < 27.9  # of nine normal numbers, one in a thousand is above

# %% [markdown]
# ## What if the relaxation time is believed?
#
# Without it in `free`, the fit cannot describe the readings, and says so. Its error of 20 % is used: the stated errors
# are wider by what such an error does.

# %%
believed = lab.fit(data, thermometer=probe, free=free[:-1], starts=4)
print(believed)

# %% [markdown]
# ## Which bias would have been best?
#
# The time for 5 % in the width, with a thermometer whose conductance, offset and position are free as well.

# %%
dot = lab.build(jw.Lorentzian, center="13.8 meV", width="0.95 meV")
known = lab.thermometer(conductance="0.42 W/(m K)", healing_length="210 nm", probe_fwhm="50 nm")
plan = lab.plan("width", dot, known, to="5 %", x=("-1.2 um", "1.2 um", 80), noise="3 uK", voltage=("1 mV", "8 mV", 8))
print(plan)
plan.plot()
