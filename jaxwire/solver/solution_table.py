"""A solution as a table of its numbers, for a terminal and for a notebook."""

from typing import Any

import jax.numpy as jnp

from jaxwire.model.printing import html_table, range_text

NUMBERS = {
    "temperature": "mu0",
    "voltage": "mu0",
    "current": "e mu0/h",
    "force": "mu0/(vF tau0)",
    "total voltage": "mu0",
    "potential left": "mu0",
    "potential right": "mu0",
    "external power": "mu0^2/(h vF tau0)",
    "error estimate": "",
}
"""What is shown, as the attributes are called but for underscores, and its units."""


def as_text(sol: Any) -> str:
    """One line for each number; for a batch, its shape, the count of each status and the ranges."""
    rows = "\n".join(f"  {name:<16} {number} {unit}".rstrip() for name, number, unit in _rows(sol, 9))
    if sol.voltage.ndim:
        return f"{_heading(sol)}: {_said(sol)}\n{rows}"
    return f"{_heading(sol)}\n{rows}\n  status            {_said(sol)}"


def as_html(sol: Any) -> str:
    """The same as HTML, with scatterer and wire; first of all what is wrong."""
    said, is_fine = _said(sol), bool(jnp.all(sol.status.ok))
    heading = _heading(sol) if sol.voltage.ndim else repr(sol.scatterer)
    notes = [repr(sol.wire), f"status: {said}"] if is_fine else [repr(sol.wire)]
    return html_table(heading, _rows(sol, 6), has_units=True, complaints=[] if is_fine else [said], notes=notes)


def _said(sol: Any) -> str:
    """How the solve ended, and where that leaves the linear theory."""
    return str(sol.status) if bool(jnp.all(sol.validity.ok)) else f"{sol.status}, {sol.validity}"


def _heading(sol: Any) -> str:
    return f"Solutions, shape {sol.voltage.shape}" if sol.voltage.ndim else f"{type(sol.scatterer).__name__} in a wire"


def _rows(sol: Any, digits: int) -> list[tuple[str, str, str]]:
    """Names, numbers or their ranges, units."""

    def text(value: Any) -> str:
        return f"{float(value): .{digits}g}" if value.ndim == 0 else range_text(value)

    return [(name, text(getattr(sol, name.replace(" ", "_"))), unit) for name, unit in NUMBERS.items()]
