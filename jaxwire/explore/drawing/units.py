"""Panels and numbers in SI units, with fitting prefixes."""

from dataclasses import replace

import numpy as np

from jaxwire.explore.drawing.formulas import UNITS, html, number
from jaxwire.explore.drawing.panel import Curve, Panel, PanelAxis
from jaxwire.explore.view import LabScale
from jaxwire.plot.captions import with_prefix


def in_si(panel: Panel, scale: LabScale) -> Panel:
    """A panel whose axes have SI units, as far as they have units."""
    (x_factor, x_axis), (y_factor, y_axis) = (axis_in_si(axis, scale) for axis in (panel.x_axis, panel.y_axis))

    def scaled(one: Curve) -> Curve:
        error = None if one.error is None else y_factor * one.error
        return replace(one, x=x_factor * one.x, y=y_factor * one.y, error=error)

    marks = tuple(replace(mark, x=x_factor * mark.x, y=y_factor * mark.y) for mark in panel.marks)
    strip = panel.strip and replace(panel.strip, x=x_factor * panel.strip.x)
    curves = tuple(map(scaled, panel.curves))
    return replace(panel, x_axis=x_axis, y_axis=y_axis, curves=curves, marks=marks, strip=strip)


def axis_in_si(axis: PanelAxis, scale: LabScale) -> tuple[float, PanelAxis]:
    """Factor by which numbers are multiplied, and the axis with its new unit."""
    found = scale.unit(axis.quantity)
    if found is None:
        return 1.0, axis
    prefix, attrs = with_prefix(np.multiply(axis.ends, found[0]), {"units": found[1]})
    factor = found[0] * prefix
    return factor, replace(axis, ends=(axis.ends[0] * factor, axis.ends[1] * factor), unit=attrs["units"])


def text_of(name: str, value: float, unit: str, scale: LabScale | None = None) -> tuple[str, str]:
    """A number and its unit for the page, natural without a scale; what has no SI unit stays as it is."""
    found = None if scale is None else scale.unit(name)
    if found is None:
        return number(value), html(UNITS.get(unit, unit))
    factor, attrs = with_prefix(value * found[0], {"units": found[1]})
    return number(value * found[0] * factor), attrs["units"]
