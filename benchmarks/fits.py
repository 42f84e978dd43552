"""Fits of the resonance to noisy profiles: coverage of the errors, share of starts that succeed, time, memory.

    python -m benchmarks.fits [--draws 100] [--nuisance-draws 200]

Profiles of 60 positions at the conditions of Fig. 3, on a far finer grid than that of the fit, with noise of 1 % of the
peak and unknown gain; and three of a thermometer, each with an offset of its own, in a wire whose mean free path is
known to 20 %. Every number stands beside how good the answers were. Times are warm, best of several.
"""

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import jax
import numpy as np

import jaxwire as jw
from benchmarks.common import options, store
from jaxwire.fits.search.batches import LANES

X = np.concatenate([-np.geomspace(0.05, 6.0, 30)[::-1], np.geomspace(0.05, 6.0, 30)])
FINE = jw.Resolution(above=160, below=64)
TRUTHS = ((1.44, 0.08), (0.64, 0.3))
POINT = {"temperature": 0.3, "voltage": 0.4}
VOLTAGES, OFFSETS = (0.1, 0.2, 0.4), (0.5, -0.2, 0.1)
PATH, SPREAD = 0.85, 0.2
PROBE = jw.Thermometer(healing_length=0.5, probe_width=0.1)


def profile(center: float, width: float, **point: float) -> np.ndarray:
    sol = jw.solve(jw.Lorentzian(center, width), **(point or POINT), resolution=FINE, error_estimate=False)
    return 3.0 * np.asarray(sol.heating(X).total)


def coverage(truth: tuple[float, float], draws: int) -> dict:
    """Fits of noisy draws from random first values: errors against scatter, and how often the best minimum is found."""
    exact = profile(*truth)
    sigma = 0.01 * np.max(np.abs(exact))
    rng = np.random.default_rng(7)
    values, errors, found, seconds = [], [], [], []
    for _ in range(draws):
        first = jw.Lorentzian(rng.uniform(0.3, 2.5), np.exp(rng.uniform(np.log(0.03), 0.0)))
        y = exact + sigma * rng.normal(size=X.size)
        start = time.perf_counter()
        fit = jw.fit_profile(X, y, sigma, first, **POINT)
        seconds.append(time.perf_counter() - start)
        best = jw.fit_profile(X, y, sigma, jw.Lorentzian(*truth), **POINT)
        found.append(fit.chi2 < best.chi2 + 1e-2)
        values.append(list(fit.values.values())[:2])
        errors.append(list(fit.errors.values())[:2])
    off = np.abs(np.array(values) - truth) / np.array(errors)
    return {
        "name": f"{draws} draws, eps0 = {truth[0]}, Gamma = {truth[1]}, gain unknown",
        "within_3_sigma": np.mean(off < 3, axis=0).tolist(),
        "stated_error_over_scatter": (np.median(errors, axis=0) / np.std(values, axis=0)).tolist(),
        "best_minimum_found": float(np.mean(found)),
        "seconds_median": float(np.median(seconds)),
    }


def speed() -> dict:
    """One fit of eps0, Gamma, gain and offset with 16 starts, warm."""
    y = profile(1.44, 0.08)
    sigma = 0.01 * np.max(np.abs(y))

    def fit(seed: int) -> jw.Fit:
        noisy = y + sigma * np.random.default_rng(seed).normal(size=X.size)
        return jw.fit_profile(X, noisy, sigma, **POINT, free=("center", "width", "gain", "offset"))

    return timed("fit of eps0, Gamma, gain, offset; 16 starts", fit, 5)


def timed(name: str, fit_of: Callable[[int], jw.Fit], draws: int) -> dict:
    """Seconds of fits of several draws, the first of which compiles; and how the last one went."""
    times = []
    for seed in range(draws):
        start = time.perf_counter()
        fit = fit_of(seed)
        times.append(time.perf_counter() - start)
    return {
        "name": name,
        "seconds_warm": min(times[1:]),
        "seconds_first_call": times[0],
        "chi2_per_degree": fit.reduced_chi2,
        "share_of_starts_that_agree": fit.share_of_starts,
    }


def jacobian() -> dict:
    """Residuals with their Jacobian by 4 parameters beside a forward solve with its profile."""
    y = profile(1.44, 0.08)
    fit = jw.fit_profile(X, y, 1.0, **POINT, free=("center", "width", "gain", "offset"), starts=1)
    layout, model, *_ = fit.problem
    from jaxwire.fits.readings.residuals import read_batch

    values = np.array([list(fit.values.values())] * LANES)
    u = np.stack([values[:, 0], np.log(values[:, 1]), values[:, 2], values[:, 3]], axis=1)

    @jax.jit
    @jax.vmap
    def forward(pair):
        sol = jw.solve(jw.Lorentzian(*pair), **POINT, resolution=layout.resolution, error_estimate=False)
        return sol.heating(X).total

    def best(function):
        times = []
        for _ in range(30):
            start = time.perf_counter()
            jax.block_until_ready(function())
            times.append(time.perf_counter() - start)
        return min(times[3:])

    plain, full = best(lambda: forward(values[:, :2])), best(lambda: read_batch(layout, model, np.ones_like(u), u))
    return {"name": "profile with Jacobian by 4 parameters, in forward solves", "ratio": full / plain}


def many_points() -> dict:
    """Twenty operating points that share the parameters, fitted in a process of its own, whose memory is measured."""
    points = [{"temperature": t, "voltage": v} for t in (0.1, 0.2, 0.3, 0.5) for v in (-0.2, 0.1, 0.2, 0.4, 0.8)]
    exact = [profile(1.2, 0.2, **point) for point in points]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(fit_many_points, points, exact).result()


def fit_many_points(points: list[dict[str, float]], exact: list[np.ndarray]) -> dict:
    rng = np.random.default_rng(3)
    profiles = []
    for point, y in zip(points, exact, strict=True):
        sigma = 0.01 * np.max(np.abs(y))
        profiles.append(jw.Measurement(X, y + sigma * rng.normal(size=X.size), sigma, **point))
    times = []
    for _ in range(2):
        start = time.perf_counter()
        fit = jw.fit(profiles)
        times.append(time.perf_counter() - start)
    off = [abs(fit.values[name] - truth) / fit.errors[name] for name, truth in (("center", 1.2), ("width", 0.2))]
    return {
        "name": "20 operating points, 16 starts",
        "seconds_warm": times[1],
        "seconds_first_call": times[0],
        "deviation_in_errors": off,
        "chi2_per_degree": fit.reduced_chi2,
        "peak_memory_of_the_process_MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def nuisance_profiles() -> list[np.ndarray]:
    """Readings of a wire whose mean free path is `PATH` of the nominal one, at positions in the nominal one."""
    probe = jw.Thermometer(healing_length=PROBE.healing_length / PATH, probe_width=PROBE.probe_width / PATH)
    readings = []
    for voltage, offset in zip(VOLTAGES, OFFSETS, strict=True):
        sol = jw.solve(jw.Lorentzian(*TRUTHS[0]), temperature=0.3, voltage=voltage, resolution=FINE)
        readings.append(3.0 * np.asarray(probe.signal(sol, X / PATH)) / PATH + offset)
    return readings


def nuisance_measurements(rng: np.random.Generator, exact: list[np.ndarray]) -> list[jw.Measurement]:
    """The profiles with noise of 1 % of the peak."""
    profiles = []
    for y, voltage in zip(exact, VOLTAGES, strict=True):
        sigma = 0.01 * np.max(np.abs(y - y[0]))
        profiles.append(jw.Measurement(X, y + sigma * rng.normal(size=X.size), sigma, temperature=0.3, voltage=voltage))
    return profiles


def nuisance_coverage(draws: int) -> dict:
    """How often the truth is within the stated errors; the prior is itself a measurement, with a mean of its own."""
    exact, rng = nuisance_profiles(), np.random.default_rng(11)
    truth = np.array([*TRUTHS[0], 3.0, PATH, *OFFSETS])
    free, off = ["center", "width", "gain", "mean_free_path", "offset[:]"], []
    for _ in range(draws):
        prior = {"mean_free_path": (PATH + SPREAD * rng.normal(), SPREAD)}
        profiles = nuisance_measurements(rng, exact)
        fit = jw.fit(profiles, jw.Lorentzian(1.2, 0.15), instrument=PROBE, free=free, priors=prior, starts=4)
        off.append((np.array(list(fit.values.values())) - truth) / np.array(list(fit.errors.values())))
    size = np.abs(np.array(off))
    return {
        "name": f"{draws} draws of three profiles, an offset of each, mean free path with a prior of {SPREAD:.0%}",
        "within_1_sigma": float(np.mean(size < 1.0)),
        "within_95_percent": float(np.mean(size < 1.96)),
        "within_1_sigma_of_each": np.mean(size < 1.0, axis=0).tolist(),
        "within_95_percent_of_each": np.mean(size < 1.96, axis=0).tolist(),
    }


def nuisance_speed() -> dict:
    """Three profiles with 9 free numbers and 16 starts, warm."""
    exact = nuisance_profiles()
    free = ["center", "width", "gain", "mean_free_path", "healing_length", "position", "offset[:]"]
    priors = {"mean_free_path": (1.0, SPREAD), "healing_length": (0.5, 0.1), "position": (0.0, 0.1)}

    def fit(seed: int) -> jw.Fit:
        profiles = nuisance_measurements(np.random.default_rng(seed), exact)
        return jw.fit(profiles, jw.Lorentzian(1.2, 0.15), instrument=PROBE, free=free, priors=priors)

    return timed("three profiles, 9 free numbers, 16 starts", fit, 4)


def main() -> None:
    given = options(__doc__, draws=100, nuisance_draws=200)
    nuisance = (nuisance_speed, lambda: nuisance_coverage(given.nuisance_draws))
    measures = (speed, jacobian, *(lambda t=t: coverage(t, given.draws) for t in TRUTHS), *nuisance, many_points)
    rows = [measure() for measure in measures]
    store("fits", rows, given.output, packages=("optimistix",))


if __name__ == "__main__":
    main()
