"""A solution as a table: for a terminal, and for a notebook."""

from typing import Any

import jax.numpy as jnp

from jaxwire.model.printing import html_table, range_text

UNITS = {
    "temperature": "mu0",
    "voltage": "mu0",
    "current": "e mu0/h",
    "force": "mu0/(vF tau0)",
    "total_voltage": "mu0",
    "potential_left": "mu0",
    "potential_right": "mu0",
    "external_power": "mu0^2/(h vF tau0)",
    "error_estimate": "",
}
"""What is shown, in this order, by the attribute of `Solution`."""


def solution_text(sol: Any) -> str:
    """The numbers, one line each; for a batch, its shape, the count of each status and the ranges."""
    rows = "\n".join(f"  {name:<16} {number} {unit}".rstrip() for name, number, unit in _rows(sol, 9))
    if sol.voltage.ndim:
        return f"{_heading(sol)}: {sol.status}\n{rows}"
    return f"{_heading(sol)}\n{rows}\n  status            {sol.status}"


def solution_html(sol: Any) -> str:
    """The same for a notebook; first of all what is wrong."""
    said, is_fine = str(sol.status), bool(jnp.all(sol.status.ok))
    heading = _heading(sol) if sol.voltage.ndim else repr(sol.scatterer)
    notes = [repr(sol.wire), f"status: {said}"] if is_fine else [repr(sol.wire)]
    return html_table(heading, _rows(sol, 6), has_units=True, complaints=[] if is_fine else [said], notes=notes)


def _heading(sol: Any) -> str:
    if sol.voltage.ndim:
        return f"Solutions, shape {sol.voltage.shape}"
    return f"{type(sol.scatterer).__name__} in a wire"


def _rows(sol: Any, digits: int) -> list[tuple[str, str, str]]:
    """Names, numbers or their ranges, units."""
    rows = []
    for name, unit in UNITS.items():
        value = getattr(sol, name)
        text = range_text(value) if value.ndim else f"{float(value): .{digits}g}"
        rows.append((name.replace("_", " "), text, unit))
    return rows
