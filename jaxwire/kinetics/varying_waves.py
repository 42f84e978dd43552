r"""Waves that a current excites in a half-wire where times of collisions vary with energy.

As in `excited_waves`, with the fields of `balance` at q^2 = -kappa^2. What electrons carry in the state that collisions
lead to, and beyond it, are sums over the nodes of h - m. With W_i c_i summed,

    <W c (h - m)> = <y (c tau/l^2) omega j'/2> + sum_a c_a <W v l y (c tau/l^2) g_a>,

c = 1 gives the density, and the potential that keeps a wire neutral; the energy e relative to its average over the
density the temperature of the Fermi function that has both; and 2 gamma e_g, less G theta_ph, the heat P_s that goes
to the phonons. The drift is a sine transform, -d/dx of the cosine transform of u(q)/q.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from jaxwire.kinetics.collisions.balance import DRIFT, LATTICE, NUMBER, SURPLUS, WARMTH, Balance, Shapes
from jaxwire.kinetics.collisions.varying_collisions import VaryingCollisions
from jaxwire.kinetics.excited_waves import ExcitedWaves, Inflow
from jaxwire.kinetics.half_wire import HalfWire
from jaxwire.kinetics.resolvents.contour import Contour, over_nodes
from jaxwire.model.wires.wire import Wire
from jaxwire.numerics.array_types import Scalar


def varying_waves(half: HalfWire, collisions: VaryingCollisions, entering: Inflow, contour: Contour) -> ExcitedWaves:
    """Waves that what enters excites."""
    electrons, path, squared = half.electrons, half.mean_free_path, -(contour.rate**2)
    shapes = Shapes.of(electrons, collisions)
    balance = Balance.of(shapes, electrons, collisions, squared, lambda rows: over_nodes(contour, path, rows))
    drude = half.weight * half.drude_path * half.thermal
    current = 0.5 * path**2 * entering.current
    current = current - drude * (jnp.sum(current) / jnp.sum(drude))
    relative = electrons.energy - half.mean_energy
    cooled = collisions.phonons * electrons.relative_energy(collisions.phonons)
    seen = (electrons.time / path**2)[None, :] * jnp.stack([jnp.ones_like(path), relative, cooled])
    by_field = shapes.stacked()
    kept = (seen[:, None, :] * (electrons.carried[None, :] * by_field)[None]).reshape(-1, path.size)
    sums = over_nodes(contour, path, jnp.concatenate([by_field * current[None, :], seen * current[None, :], kept]))
    by_current, of_current, of_fields = jnp.split(sums, [len(by_field), len(by_field) + len(seen)])
    if collisions.lattice is not None:
        by_current = by_current.at[shapes.place(LATTICE)].add(0.5 * entering.flux)
    fields = balance.fields(by_current)
    of_fields = of_fields.reshape(len(seen), *fields.shape)
    density, energy, heat = of_current + jnp.sum((balance.scale * fields)[None] * of_fields, axis=1)
    weight = -contour.weight / contour.rate
    fields = weight[None, :] * fields
    lattice, heat = None, 2.0 * weight * heat
    if collisions.lattice is not None:
        lattice = fields[shapes.place(LATTICE)]
        heat = heat - collisions.exchange(electrons) * lattice
    if DRIFT in shapes.by_field:
        fields = fields.at[shapes.place(DRIFT)].multiply(contour.rate)
    return ExcitedWaves(
        potential=fields[0] + weight * density / jnp.sum(electrons.density),
        temperature=weight * energy / (electrons.density @ relative**2),
        lattice=lattice,
        heat=heat,
        balanced=fields,
    )


def fed(
    half: HalfWire, collisions: VaryingCollisions, wire: Wire, energy: Scalar, outward: float
) -> Float[Array, " r"]:
    """What collisions make of electrons at a kinetic energy, per f0' and field; outward is the sign of their motion."""
    at_energy, time = VaryingCollisions.of(wire, energy), wire.scattering_time(energy)
    electrons = half.electrons
    shares = {NUMBER: jnp.ones(())}
    colliding, at = collisions.electrons, at_energy.electrons
    if colliding is not None and at is not None:
        share = at.rate * at.shape * time
        shares |= {SURPLUS: share, WARMTH: share * (energy - electrons.mean_energy(colliding.shape))}
    if collisions.lattice is not None:
        shares[LATTICE] = at_energy.phonons * time * (energy - electrons.mean_energy(collisions.phonons))
    if at is not None and at.momentum is not None:
        shares[DRIFT] = outward * at.rate * at.shape * time * at.momentum
    return jnp.stack(list(shares.values()))


def drude_path(half: HalfWire, collisions: VaryingCollisions, wire: Wire, energy: Scalar) -> Scalar:
    """Path l of the Drude state at a kinetic energy, in vF tau0."""
    time, at = wire.scattering_time(energy), VaryingCollisions.of(wire, energy).electrons
    path = wire.velocity(energy) * time
    if at is None or at.momentum is None:
        return path
    return path + at.rate * at.shape * time * at.momentum * collisions.drift_per_force(half.electrons)
