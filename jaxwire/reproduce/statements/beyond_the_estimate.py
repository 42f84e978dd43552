"""Sec. IV A, second part: what Eq. 36 leaves out of the left-right asymmetry, and when that is little."""

import numpy as np

from jaxwire.reproduce.statements.statement import (
    Data,
    Verdict,
    asymmetry,
    exponent,
    improved_asymmetry,
    judge,
    landauer_asymmetry,
    spread,
    statement,
    total_power,
)


@statement("IV A", "shift of the Drude distribution")
def drude_distribution_peaks_above_the_fermi_energy(data: Data) -> Verdict:
    """The shift of the distribution by the current peaks above mu0, by about (kT)^2/mu0."""
    found = data["spectral"]
    shifts = []
    for energy, carried in zip(found.far_energy.values, found.far_current.values, strict=True):
        top = int(np.argmax(carried))
        near = slice(top - 2, top + 3)
        bend, slope, _ = np.polyfit(energy[near] - energy[top], carried[near], 2)
        shifts.append(float(energy[top] - slope / (2 * bend) - 1.0))
    ratios = np.array(shifts) / found.far_temperature.values**2
    measured = "shift over (kT)^2: " + ", ".join(
        f"{ratio:.2f} at kT = {t}" for ratio, t in zip(ratios, found.far_temperature.values, strict=True)
    )
    return judge(measured, np.all(abs(ratios - 1.0) < 0.1))


@statement("IV A", "potential at the faces", "Its share is small in Fig. 7a, and of order one tenth in Fig. 7b.")
def buildup_adds_to_the_asymmetry(data: Data) -> Verdict:
    """The wires' finite conductance builds up a potential, whose term in Eq. 34 Eq. 36 leaves out."""
    curves = data["asymmetry"]
    buildup = curves.powers.sel(part="buildup")
    term = abs(buildup.sel(side="right") - buildup.sel(side="left")).max("temperature")
    share = (term / abs(asymmetry(curves)).max("temperature")).transpose("width", "voltage").values
    measured = (
        f"largest |P_phi| term in shares of the largest |P_asym|: {spread(share[0], '.1%')} for Gamma = 0.08, "
        f"{spread(share[1], '.1%')} for 0.32"
    )
    return judge(measured, np.all(share > 0.05), np.all(share > 1e-4) and np.all(share[1] > share[0]))


@statement("IV A", "weak transmission")
def improved_estimate_is_exact_to_first_order(data: Data) -> Verdict:
    """For weak transmission P_asym is of order T, P_phi and the error of Eq. 36 of order T^2: exact for small T."""
    points = data["weak"]
    height = points.peak
    orders = {
        "P_asym": exponent(asymmetry(points), height, "peak"),
        "error of Eq. 36": exponent(improved_asymmetry(points) - asymmetry(points), height, "peak"),
        "P_phi": exponent(points.powers.sel(part="buildup"), height, "peak"),
        "error of Eq. 35": exponent(landauer_asymmetry(points) - asymmetry(points), height, "peak"),
    }
    off = abs(improved_asymmetry(points) / asymmetry(points) - 1.0).isel(peak=0)
    expected = {"P_asym": 1, "error of Eq. 36": 2, "P_phi": 2, "error of Eq. 35": 1}
    measured = (
        "exponents of the height of T: "
        + ", ".join(f"{name} {spread(value, '.2f')}" for name, value in orders.items())
        + f"; Eq. 36 is off by {float(off.max()):.1e} at most at T = 0.001"
    )
    return judge(
        measured,
        all(np.all(abs(orders[name] - n) < 0.05) for name, n in expected.items()) and float(off.max()) < 0.01,
    )


@statement("IV A", "small conductance, narrow peak")
def narrow_resonances_make_the_estimate_good(data: Data) -> Verdict:
    """Eq. 36 is good where the scatterer's conductance is small, even if T = 1 within a narrow peak."""
    points = data["narrow"]
    off = abs(improved_asymmetry(points) - asymmetry(points)) / abs(total_power(points))
    rates = exponent(off.isel(width=slice(0, 4)), points.width.isel(width=slice(0, 4)), "width")
    conductance = (points.current / points.voltage).transpose("width", "temperature")
    narrow, wide = (off.isel(width=index).values for index in (0, -2))
    measured = (
        f"error in shares of I V_tot: {spread(narrow, '.3f')} at Gamma = 0.01 (I/V = "
        f"{spread(conductance[0], '.3f')} e^2/h), "
        f"{spread(wide, '.2f')} at 0.32 ({spread(conductance[-2], '.2f')}); it grows as Gamma^{spread(rates, '.2f')}"
    )
    return judge(measured, np.all(narrow < 0.15) and np.all(rates > 0.7) and np.all(wide > 5.0 * narrow))


STATEMENTS = (
    drude_distribution_peaks_above_the_fermi_energy,
    buildup_adds_to_the_asymmetry,
    improved_estimate_is_exact_to_first_order,
    narrow_resonances_make_the_estimate_good,
)
