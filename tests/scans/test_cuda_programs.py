"""What a GPU would run, read on a machine without one: programs lowered for CUDA, and what must not be in them.

A batch of matrices that are not square is decomposed one after the other there (87 us each on an H100), so is every
eigenproblem; a callback waits for the host; a loop over the batch undoes it.
"""

import functools
import re
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxwire as jw
from jaxwire.fits.measurement import Measurement
from jaxwire.fits.optimisers import LevenbergMarquardt
from jaxwire.fits.parameters.ranges import Real
from jaxwire.fits.readings.groups import group
from jaxwire.fits.readings.program import FitProgram, Model
from jaxwire.fits.readings.residuals import read
from jaxwire.fits.search.projection import project
from jaxwire.model.parameters.names import ParameterPath
from jaxwire.numerics.precision import working_in
from jaxwire.numerics.programs import is_array
from jaxwire.observables.instruments import HeatingProfile
from jaxwire.scans.arguments import ScanArguments, make_plan
from jaxwire.scans.computation.program import run

BATCH = 13
"""Of no other size than the batch: a loop that ends at this number is one over its members."""

DOT = jw.Lorentzian(1.0, 0.1)
SMALL = jw.Resolution(24, 12)
WIRES = {
    "paper": jw.Wire(),
    "general": jw.Wire(relaxation=jw.PowerLaw(-0.5), screening=jw.LocalScreening(0.7), dispersion=jw.Kane(0.2)),
    "collisions": jw.Wire(electron_electron=jw.ElectronElectron(0.5), phonons=jw.Phonons(1.0, 0.5, 0.2)),
    "varying collisions": jw.Wire(
        relaxation=jw.PowerLaw(-0.5),
        dispersion=jw.Kane(0.2),
        electron_electron=jw.ElectronElectron(0.5, relaxation=jw.PowerLaw(-1.0)),
        phonons=jw.Phonons(1.0, 0.5, 0.2),
    ),
}
ALLOWED = {"Sharding", "SPMDFullToShardShape", "SPMDShardToFullShape"}
"""Custom calls that move nothing and compute nothing."""


def lowered(function, *arguments) -> str:
    return jax.jit(function).trace(*arguments).lower(lowering_platforms=("cuda",)).as_text()


def faults(text: str) -> list[str]:
    """What in a program would be slow on a GPU."""
    found = []
    for line in text.splitlines():
        if (call := re.search(r"custom_call @([\w$.]+)", line)) is None:
            continue
        name = call[1]
        if "callback" in name:
            found.append(f"callback {name}")
        elif "syev" in name or "eig" in name:
            found.append(f"eigenproblem {name}")
        elif name not in ALLOWED:
            operands = line.rpartition(" : ")[2].partition("->")[0]
            shapes = [tuple(map(int, re.findall(r"(\d+)x", one))) for one in re.findall(r"tensor<([^>]*)>", operands)]
            found += [f"{name} of {shape}" for shape in shapes if len(shape) > 2 and shape[-1] != shape[-2]]
    end = r"dense<(\d+)> : tensor<i(?:32|64)>\n\s*%\w+ = stablehlo.compare +LT, %iterArg"
    return found + [f"loop over {BATCH} members" for count in re.findall(end, text) if int(count) == BATCH]


def scan_program(observables, drive, wire, x=None, precision="double") -> str:
    axes = {"center": np.linspace(0.5, 1.5, BATCH), "temperature": [0.3]}
    asked = ScanArguments(axes, observables=observables, x=x, resolution=SMALL, precision=precision, **{drive: 0.01})
    plan = make_plan(DOT, WIRES[wire], asked)
    program = replace(plan.program, batch=BATCH, searched=BATCH)
    arrays, static = eqx.partition(plan._given.tree, is_array)
    inner = np.zeros((1, len(program.inner)))
    outer = np.zeros((1, 2 * BATCH, len(program.outer)))
    with working_in(precision):
        return lowered(functools.partial(run, program, static), arrays, outer, inner, np.asarray(2))


@pytest.mark.slow
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("observables", "drive", "x"),
    [
        (["current", "error_estimate"], "voltage", None),
        (["current", "spots"], "voltage", None),
        (["heating_parts", "potential", "powers"], "voltage", np.array([-1.0, 0.3])),
        (["voltage"], "current", None),
        (["voltage"], "force", None),
    ],
)
def test_scans(observables, drive, x, wire):
    assert faults(scan_program(observables, drive, wire, x)) == []


@pytest.mark.slow
def test_products_of_single_precision_keep_all_its_bits():
    """By itself a GPU would multiply matrices with ten bits (TF32)."""
    program = scan_program(["heating_parts", "powers"], "voltage", "paper", np.array([-1.0, 0.3]), "single")
    products = [line for line in program.splitlines() if "dot_general" in line]
    assert products and all("precision = [HIGHEST, HIGHEST]" in line for line in products)
    assert "f64" not in "".join(products)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [jax.grad, jax.jacfwd])
@pytest.mark.parametrize("drive", ["voltage", "current"])
def test_gradients(drive, mode):
    def heating(center, width, temperature, value):
        sol = jw.solve(
            jw.Lorentzian(center, width), temperature=temperature, **{drive: value}, resolution=SMALL,
            error_estimate=False,
        )  # fmt: skip
        return sol.heating(0.5).total + sol.current + sol.voltage

    columns = [jnp.full(BATCH, value) for value in (1.0, 0.1, 0.3, 0.01)]
    assert faults(lowered(jax.vmap(mode(heating, argnums=(0, 1, 2, 3))), *columns)) == []


@pytest.mark.slow
def test_fits():
    """Readings with their Jacobian, free of gain and offset; and the steps of the optimiser."""
    x = np.linspace(-2.0, 2.0, 21)[::2]
    measurements = [Measurement(x, np.ones(x.size), temperature=0.3, voltage=v) for v in (0.1, 0.2)]
    model = Model(DOT, jw.Wire(), HeatingProfile(), group(measurements), (Real(),) * 4)
    names = (("scatterer", "center"), ("scatterer", "width"), ("instrument", "gain"), ("instrument", "offset"))
    places = tuple(ParameterPath(holder, (name,)) for holder, name in names)
    layout = FitProgram(places, (2, 3), SMALL, profiles=((0, x.size), (1, x.size)))

    def projected(u):
        found = read(layout, model, jnp.ones(4), u)
        return project(layout, found)

    assert faults(lowered(jax.vmap(projected), jnp.ones((BATCH, 4)))) == []

    solver = LevenbergMarquardt()
    u, q, jacobian = jnp.ones((BATCH, 2)), jnp.ones((BATCH, 22)), jnp.ones((BATCH, 22, 2))
    state = solver._begin(u, q, jacobian)
    arrays, static = eqx.partition(state, eqx.is_array)

    def step(u, arrays, q, jacobian):
        return eqx.filter(solver._step(u, eqx.combine(arrays, static), q, jacobian), eqx.is_array)

    assert faults(lowered(step, u, arrays, q, jacobian)) == []


def test_the_guard_sees_what_it_is_to_see():
    """Each of the faults, made on purpose."""
    tall, square = jnp.ones((BATCH, 4, 3)), jnp.ones((BATCH, 4, 4))
    assert "of (13, 4, 3)" in faults(lowered(lambda a: jax.lax.linalg.lu(a)[0], tall))[0]
    assert faults(lowered(lambda a: jax.lax.linalg.lu(a)[0], square)) == []
    assert faults(lowered(jnp.linalg.eigvalsh, square))[0].startswith("eigenproblem")
    with pytest.raises(ValueError, match="platform"):  # JAX itself refuses to lower one for another platform
        lowered(lambda x: jax.pure_callback(np.sin, jax.ShapeDtypeStruct((), float), x), 1.0)
    called = "%1 = stablehlo.custom_call @xla_ffi_python_gpu_callback(%0) : (tensor<f64>) -> tensor<f64>"
    assert faults(called) == ["callback xla_ffi_python_gpu_callback"]
    assert faults(lowered(lambda a: jax.lax.map(jnp.sum, a), square)) == ["loop over 13 members"]
    assert faults(lowered(lambda a: jax.lax.fori_loop(0, 5, lambda _, b: jnp.sin(b), a), square)) == []
