"""How far a solution stays inside what the model assumes; the numbers themselves are those of the model.

The Boltzmann equation is linearised in the force, the potential and the deviation from f0 (the paper, Sec. II): they
are to be small against kB T, over which f0 changes. Phonons and the bare wire's electrons are to stay at T: P_ext,
which is of second order, is to heat them by little. The last number is ours: P_ext/G, with the conductance G between
electrons and phonons of the same collision integral, G = 2 sum_i w_i (f0'_i/tau_i) (eps_i - <eps>)^2.
"""

from collections.abc import Iterator
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from jaxwire.kinetics.flow import Faces, Flow
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.numerics.programs import quick_jit

SMALL = 0.3
"""Largest ratio that counts as small: what is left out is some 15 % of what is kept, half of it a second time."""

FLAGS = ("potential", "chemical_potential", "force", "self_heating", "against_voltage")
"""What may be wrong; the place n of each stands for the bit 2^n in `Validity.flags`."""

FLAG_MASKS = {"flag_masks": [2**n for n in range(len(FLAGS))], "flag_meanings": " ".join(FLAGS)}
"""Attributes of a variable of flags (CF conventions, section 3.5)."""


class Validity(eqx.Module):
    """What a linear theory takes to be small, and whether it is; printing it says which assumption is strained.

    Attributes:
        potential: |e phi| at the scatterer, the larger of both faces, in kB T.
        chemical_potential: |delta mu| there, in kB T.
        force: |F| times the mean free path at the Fermi energy, in kB T.
        self_heating: P_ext/G, by which share of T the wire's own current heats its electrons far away; with P_ext/g
            where phonons warm up, too.
        against_voltage: whether the current flows against the voltage, as behind a pole of I(V).
    """

    potential: Float[Array, "..."]
    chemical_potential: Float[Array, "..."]
    force: Float[Array, "..."]
    self_heating: Float[Array, "..."]
    against_voltage: Bool[Array, "..."]

    @property
    def flags(self) -> Int[Array, "..."]:
        """Sum of 2^n over the strained assumptions, n being the place in `FLAGS`; 0 where the theory holds."""
        return jnp.asarray(sum(strained * 2**n for n, (_, strained) in enumerate(self._strained())))

    @property
    def ok(self) -> Bool[Array, "..."]:
        """Whether no assumption is strained; also where there is no solution."""
        return self.flags == 0

    def _strained(self) -> Iterator[tuple[str, Any]]:
        for name in FLAGS[:-1]:
            yield name, jnp.asarray(getattr(self, name) > SMALL, dtype=int)
        yield FLAGS[-1], jnp.asarray(self.against_voltage, dtype=int)

    def __str__(self) -> str:
        """The strained assumptions of one solution, with their numbers; of a batch, how many points strain which."""
        if np.ndim(self.potential):
            counts = [f"{int(jnp.sum(strained))} x {name}" for name, strained in self._strained() if jnp.any(strained)]
            return "; ".join(counts) or "inside the model's validity"
        texts = {
            "potential": f"|e phi| is {float(self.potential):.2g} kB T at the scatterer",
            "chemical_potential": f"|delta mu| is {float(self.chemical_potential):.2g} kB T at the scatterer",
            "force": f"F times the mean free path is {float(self.force):.2g} kB T",
            "self_heating": f"the wire's own current heats electrons by {100 * float(self.self_heating):.2g} % of T",
            "against_voltage": "the current flows against the voltage",
        }
        found = [texts[name] for name, strained in self._strained() if strained]
        return "outside the linear theory: " + ", ".join(found) if found else "inside the model's validity"


@quick_jit
def validity_of(flow: Flow, faces: Faces, temperature: Float[Array, "..."]) -> Validity:
    """Compare what flows with what the theory takes for granted; for one solution or a batch."""
    chemical = [jnp.abs(jnp.sum(side.chemical, axis=-1).real) for side in (flow.upper, flow.lower)]
    potential = jnp.maximum(jnp.abs(faces.potential_upper), jnp.abs(faces.potential_lower))
    heated = flow.current * flow.force * _resistance_to_bath(flow.upper.half)
    return Validity(
        potential / temperature,
        jnp.maximum(*chemical) / temperature,
        jnp.abs(flow.force) / temperature,
        heated,
        flow.current < 0,
    )


def _resistance_to_bath(half: HalfWire) -> Float[Array, "..."]:
    """By which share of T electrons are hotter per heat and length, in h vF tau0/mu0^2: 1/G, or 1/G + 1/g."""
    to_phonons = 1.0 / _conductance_to_phonons(half)
    phonons = None if half.collisions is None else half.collisions.lattice
    return to_phonons if phonons is None else to_phonons + 1.0 / phonons.loss


def _conductance_to_phonons(half: HalfWire) -> Float[Array, "..."]:
    """Heat per length and per dT/T that electrons give to phonons, in mu0^2/(h vF tau0)."""
    share = half.weight / half.velocity * half.thermal / half.relaxation_time
    if half.collisions is not None:  # of which a share is with phonons
        share = share * half.collisions.phonon_share(half.relaxation_time)
    mean = jnp.sum(share * half.energy, axis=-1) / jnp.sum(share, axis=-1)
    return 2.0 * jnp.sum(share * (half.energy - mean[..., None]) ** 2, axis=-1)
