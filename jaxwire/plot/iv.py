"""Current-voltage characteristics as a figure."""

import numpy as np
from matplotlib.figure import Figure

from jaxwire.model.units.scale import Scale
from jaxwire.observables.iv import CurrentVoltage
from jaxwire.plot.captions import units_of, with_prefix
from jaxwire.plot.style import COLORS, NotebookFigure, in_style


def plot_iv(curve: CurrentVoltage, scale: Scale | None = None) -> Figure:
    """Draw a current-voltage characteristic, on both sides of zero, and how much of the current is rectified.

    ```python
    >>> import jaxwire as jw
    >>> from jaxwire.plot import plot_iv
    >>> figure = plot_iv(jw.iv(jw.Lorentzian(center=1.44, width=0.08), temperature=0.3, voltages=[0.0, 0.1, 0.4]))
    >>> len(figure.axes)
    2

    ```

    Args:
        curve: what `jaxwire.iv` returns. Points that could not be solved are left out.
        scale: of the wire, to draw in SI; in natural units unless given.
    """
    voltage, current, reverse, rectified = (
        np.asarray(values) for values in (curve.voltage, curve.current, curve.reverse_current, curve.rectification)
    )
    volts, amperes = r"$eV$ ($\mu_0$)", r"$I$ ($e\mu_0/h$)"
    if scale is not None:
        voltage, unit = _in_si(scale, "voltage", voltage)
        (current, reverse), unit_of_current = _in_si(scale, "current", np.stack([current, reverse]))
        volts, amperes = f"$V$ ({unit})", f"$I$ ({unit_of_current})"
    order = np.argsort(np.concatenate([voltage, -voltage]), kind="stable")
    sizes = np.argsort(np.abs(voltage), kind="stable")
    with in_style():
        figure = NotebookFigure(figsize=(6.6, 3.0), layout="constrained")
        both, share = figure.subplots(1, 2)
        for axes in (both, share):
            axes.axhline(0.0, color="#BBBBBB", linewidth=0.6, zorder=0)
            axes.margins(x=0.03)
        both.axvline(0.0, color="#BBBBBB", linewidth=0.6, zorder=0)
        x, y = np.concatenate([voltage, -voltage])[order], np.concatenate([current, reverse])[order]
        both.plot(x, y, color=COLORS[0], marker=".", markersize=3)
        both.set_xlabel(f"voltage {volts}")
        both.set_ylabel(f"current {amperes}")
        sign = np.where(voltage < 0, -1.0, 1.0)  # the share that is even in V, at the positive voltage
        x, y = np.abs(voltage)[sizes], (sign * rectified)[sizes]
        share.plot(x, y, color=COLORS[3], marker=".", markersize=3)
        share.set_xlim(left=0.0)
        share.set_xlabel(f"voltage {volts.replace('V', '|V|', 1)}")
        share.set_ylabel(r"rectification $\frac{I(V)+I(-V)}{I(V)-I(-V)}$")
    return figure


def _in_si(scale: Scale, quantity: str, natural: np.ndarray) -> tuple[np.ndarray, str]:
    """Numbers in SI with the prefix that fits, and their unit as mathematics."""
    values = np.asarray(scale.to_si(quantity, natural))
    factor, attrs = with_prefix(values, {"units": scale.si_unit(quantity)})
    return values * factor, units_of(attrs)
