"""What generality costs: time and error of one compiled solve for every kind of wire.

    python -m benchmarks.wire_models

The first row is a kernel specialised by hand to the paper's main text (tau = 1, neutral: no relaxation times in the
sums, no screening term). The second is the solver as it is, with default objects; their ratio is the price of having
one code path. Errors are against a grid three times finer; times are the best of many, all kernels in turn.
"""

from functools import partial
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np

import jaxwire as jw
from benchmarks.common import burst, in_turn, options, store
from jaxwire.kinetics import half_wire
from jaxwire.kinetics.resolvents.response import Resolvents, Response
from jaxwire.kinetics.resolvents.wavenumbers import wavenumbers

ROUNDS, REPEATS = 30, 20
DOT = jw.Lorentzian(1.44, 0.08)
WIRES = {
    "default": jw.Wire(),
    "power law": jw.Wire(jw.PowerLaw(-0.5)),
    "kane": jw.Wire(dispersion=jw.Kane(0.2)),
    "local screening": jw.Wire(screening=jw.LocalScreening(0.7)),
    "colliding electrons": jw.Wire(electron_electron=jw.ElectronElectron(1.0)),
    "warm phonons": jw.Wire(phonons=jw.Phonons(1.5, 1.0)),
    "gated coulomb": jw.Wire(screening=jw.GatedCoulomb(5.0, 0.05, 0.5)),
}


def kernel(wire: jw.Wire, resolution: jw.Resolution | None = None):
    """Compiled current and heating on the right, for one temperature and voltage."""

    def solve(temperature, voltage):
        sol = jw.solve(DOT, wire, temperature=temperature, voltage=voltage, resolution=resolution, error_estimate=False)
        return jnp.stack([sol.current, sol.heating(0.5).total])

    return jax.jit(solve).lower(0.3, 0.1).compile()


class _Special(Response):
    """Without the last product, which is zero for tau = 1 and a neutral wire."""

    size = property(lambda self: self.strength.size)
    field = property(lambda self: self.strength[:, None] * self.resolvents.matrix() * self.returned[None, :])
    drive = property(lambda self: self.strength[:, None] * self.resolvents.matrix() * self.forgotten[None, :])

    def give_back(self, amounts):
        return self.resolvents.over_wavenumbers((self.strength * amounts)[None, :])[0] * self.returned

    def take_in(self, current):
        return self.strength * self.resolvents.over_nodes((self.forgotten * current)[:, None])[:, 0]


def _special_response(mean_free_path, relaxation_time, momentum_weight, thermal, screening, sampling) -> Response:
    """`response.respond` for tau = 1 and a neutral wire."""
    longest = jnp.max(mean_free_path)
    path = jnp.maximum(mean_free_path, longest / sampling.span)
    q, weight = wavenumbers(longest, jnp.min(path), sampling.size)
    resolvents = Resolvents(path**2, q**2)
    strength = jnp.sqrt(weight / resolvents.over_nodes((momentum_weight * thermal)[:, None])[:, 0])
    local = resolvents.over_wavenumbers(weight[None, :])[0] / path
    return _Special(local, resolvents, strength, jnp.zeros_like(path), thermal, momentum_weight / path)


def main() -> None:
    """Time all kernels in turn and write the rows."""
    given = options(__doc__)
    with mock.patch.object(half_wire, "half_wire_response", _special_response):
        jax.clear_caches()
        kernels = {"specialised": kernel(jw.Wire())}
    jax.clear_caches()
    kernels |= {name: kernel(wire) for name, wire in WIRES.items()}
    finer = {name: kernel(wire, jw.Resolution(240, 96))(0.3, 0.1) for name, wire in WIRES.items()}

    calls = {name: partial(burst, partial(run, 0.3, 0.1), REPEATS) for name, run in kernels.items()}
    bursts = in_turn(calls, ROUNDS)
    best = {name: seconds / REPEATS for name, seconds in bursts.items()}
    rows = []
    for name, run in kernels.items():
        exact = np.asarray(finer.get(name, finer["default"]))
        error = float(np.max(np.abs(np.asarray(run(0.3, 0.1)) / exact - 1)))
        row = {
            "wire": name,
            "microseconds": 1e6 * best[name],
            "ratio": best[name] / best["specialised"],
            "error": error,
        }
        rows.append(row)
    store("wire_models", rows, given.output)


if __name__ == "__main__":
    main()
