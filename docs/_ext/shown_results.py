"""What the tables of stored benchmarks show: a title for each column, and how its text comes from a row."""

from collections.abc import Callable
from typing import Any, NamedTuple

MISSING = "-"
NOT_MEASURED = "Not measured for this version."

Row = dict[str, Any]


def number(key: str, form: str, factor: float = 1.0) -> Callable[[Row], str]:
    """Text of one number of a row."""
    return lambda row: MISSING if row.get(key) is None else format(row[key] * factor, form)


def share(key: str) -> Callable[[Row], str]:
    """Text of a share, in percent."""
    return lambda row: MISSING if row.get(key) is None else f"{100 * row[key]:.0f} %"


def text(key: str) -> Callable[[Row], str]:
    """Text of a row as it is."""
    return lambda row: str(row.get(key, MISSING))


def error(key: str) -> Callable[[Row], str]:
    """Text of an error: one digit and a power of ten."""
    return number(key, ".0e")


class Table(NamedTuple):
    """What is shown of a file: columns (title, text of a row), which rows, and of which list.

    `if_missing` is the text in place of a table whose file may not be there.
    """

    file: str
    columns: tuple[tuple[str, Callable[[Row], str]], ...]
    rows: Callable[[Row], bool] = lambda row: True
    of: str = "rows"
    if_missing: str | None = None


def _nodes(row: Row) -> str:
    return f"{row['above']} + {row['below']}" + (" (default)" if row["is_default"] else "")


STAGES = ("grid", "response and linear system", "modes", "spots")


def _stage(key: str, stage: str, form: str) -> Callable[[Row], str]:
    return lambda row: MISSING if row.get(key) is None else format(row[key][stage], form)


def _pair(key: str, form: str) -> Callable[[Row], str]:
    return lambda row: MISSING if row.get(key) is None else ", ".join(format(value, form) for value in row[key])


GOALS = {
    "points_per_second": "points/s",
    "forward_solves": "forward solves",
    "error_max": "error",
    "seconds": "s",
    "first_call_seconds": "s, first call",
}


def _goals(row: Row) -> str:
    return "; ".join(map(_goal, row.get("goals", ()))) or MISSING


def _goal(goal: Row) -> str:
    sign, limit = ("≥", goal["at_least"]) if "at_least" in goal else ("≤", goal["at_most"])
    number = f"{limit:,.0f}" if limit >= 1000 else f"{limit:g}"
    reached = {True: "reached", False: "missed", None: "not measured"}[goal["is_reached"]]
    return f"{sign} {number} {GOALS[goal['of']]}: {reached}"


def _claim(row: Row) -> str:
    return f"{row['claim']} ({row['place']})"


def _seen(row: Row) -> str:
    return row["measured"] + (f". Limit: {row['limit']}" if row["limit"] else "")


def _statements(section: str) -> Table:
    """Statements of one section of the paper."""
    columns = ("statement, and its place", _claim), ("verdict", text("verdict")), ("in the data", _seen)
    return Table("statements", columns, lambda row: row["section"] == section)


SECTIONS = ("III A", "III B", "IV A", "IV B", "IV C", "V", "C", "D")
"""Sections and appendices of the paper whose statements are shown."""


def _or_why_not(row: Row) -> str:
    outcome = next((word for word in ("failed", "skipped") if word in row), "")
    return f"{row['name']} ({outcome})" if outcome else row["name"]


TABLES = {
    "errors": Table(
        "work_precision",
        (
            ("nodes above + below the step", _nodes),
            ("median error", error("error_median")),
            ("90 % of points", error("error_90_percent")),
            ("largest", error("error_max")),
            ("estimate at least the error", share("estimate_bounds_error")),
        ),
    ),
    "times": Table(
        "work_precision",
        (
            ("nodes above + below the step", _nodes),
            ("one solve, ms", number("milliseconds", ".2f")),
            ("with error estimate, ms", number("milliseconds_with_estimate", ".2f")),
            ("error at 90 % of points", error("error_90_percent")),
        ),
    ),
    "scans": Table(
        "scans",
        (
            ("what", text("name")),
            ("time for a point, µs", number("microseconds", ",.0f")),
            ("largest error", error("error_max")),
            ("times faster than the NumPy loop", number("times_numpy_loop", ",.0f")),
            ("than the full system", number("times_full_system", ",.0f")),
            ("share of the speed of LU, one call", number("share_of_lu", ".2f")),
            ("of LU, tuned", number("share_of_tuned_lu", ".2f")),
            ("of mere arithmetic", number("share_of_arithmetic", ".2f")),
        ),
    ),
    "points": Table(
        "scans",
        (
            ("nodes", text("nodes")),
            ("points of one scan", number("points", ",.0f")),
            ("time for a point, µs", number("microseconds", ",.1f")),
            ("largest error", error("error_max")),
        ),
        of="by_points",
    ),
    "derivatives": Table(
        "derivatives",
        (
            ("what", text("name")),
            ("time for a point, µs", number("microseconds", ",.0f")),
            ("in forward solves", number("forward_solves", ".2f")),
            ("of the", lambda row: row["compared_with"] or MISSING),
            ("error at 90 % of points", error("error_90_percent")),
            ("largest error", error("error_max")),
        ),
    ),
    "compiling": Table(
        "compile_times",
        (
            ("what", text("name")),
            ("import, s", number("import_seconds", ".1f")),
            ("first call, s", number("first_call_seconds", ".1f")),
            ("of which XLA's backend, s", number("backend_seconds", ".1f")),
            ("processor, s", number("first_call_cpu_seconds", ".1f")),
            ("before, s", number("before_cpu_seconds", ".1f")),
            ("first call with programs kept on disk, s", number("cached_first_call_seconds", ".1f")),
            ("later call, ms", number("warm_seconds", ",.1f", 1e3)),
            ("error of the current", error("error_max")),
        ),
    ),
    "memory": Table(
        "memory",
        (
            ("kept", text("observables")),
            ("points", number("points", ",.0f")),
            ("predicted, MB", number("predicted_bytes", ",.0f", 1e-6)),
            ("results, MB", number("result_bytes", ",.1f", 1e-6)),
            ("taken with the compiler, MB", number("peak_bytes", ",.0f", 1e-6)),
            ("largest error", error("error_max")),
        ),
    ),
    "growth": Table(
        "growth",
        (
            ("nodes above + below the step", lambda row: f"{row['above']} + {row['below']}"),
            *((f"{stage}, µs", _stage("microseconds", stage, ".0f")) for stage in STAGES),
            *((f"exponent: {stage}", _stage("exponent", stage, ".1f")) for stage in STAGES),
            ("largest error", error("error_max")),
        ),
    ),
    "precision": Table(
        "single_precision",
        (
            ("scatterer or wire", text("name")),
            ("precision", text("precision")),
            ("time for a point, µs", number("microseconds", ".0f")),
            ("median error", error("error_median")),
            ("error at 90 % of the points", error("error_90_percent")),
            ("largest rounding", error("rounding_max")),
            ("imprecise", number("imprecise", ".1%")),
        ),
    ),
    "disort": Table(
        "disort",
        (
            ("code", text("code")),
            ("directions a hemisphere", number("nodes", ".0f")),
            ("placed", text("rule")),
            ("albedo", text("albedo")),
            ("problems together", number("batch", ".0f")),
            ("time for a problem, µs", number("microseconds", ",.0f")),
            ("error of what leaves", error("emergent_error_max")),
            ("error inside", error("interior_error_max")),
        ),
        lambda row: row["asked"] != "emergent",
    ),
    "spots": Table(
        "scans",
        (
            ("what", text("name")),
            ("spots found by both", share("spots_found_by_both")),
            ("largest error of a position", error("spot_position_error_max")),
            ("largest error of a spot's heating", error("spot_heating_error_max")),
        ),
        lambda row: "spots_found_by_both" in row,
    ),
    "wires": Table(
        "wire_models",
        (
            ("wire", text("wire")),
            ("one solve, ms", number("microseconds", ".2f", 1e-3)),
            ("relative", number("ratio", ".2f")),
            ("error", error("error")),
        ),
    ),
    "fits": Table(
        "fits",
        (
            ("what", text("name")),
            ("time, s", number("seconds_warm", ".2f")),
            ("first call, s", number("seconds_first_call", ".0f")),
            ("χ² per degree of freedom", number("chi2_per_degree", ".2f")),
        ),
        lambda row: "seconds_warm" in row,
    ),
    "fit_errors": Table(
        "fits",
        (
            ("what", text("name")),
            ("within 3 σ (eps0, Gamma)", _pair("within_3_sigma", ".0%")),
            ("stated error over scatter", _pair("stated_error_over_scatter", ".2f")),
            ("best minimum found", share("best_minimum_found")),
            ("median time, s", number("seconds_median", ".2f")),
        ),
        lambda row: "within_3_sigma" in row,
    ),
    "fit_coverage": Table(
        "fits",
        (
            ("what", text("name")),
            ("within the stated error, of 68 %", share("within_1_sigma")),
            ("within 1.96 of it, of 95 %", share("within_95_percent")),
        ),
        lambda row: "within_1_sigma" in row,
    ),
    "wide_domain": Table(
        "wide_domain",
        (
            ("scatterer", text("scatterer")),
            ("points", number("points", ",.0f")),
            ("solved", number("solved", ",.0f")),
            ("inaccurate", number("inaccurate", ",.0f")),
            ("no values", number("without_values", ",.0f")),
            ("wrong and not flagged", number("wrong_without_flag", ",.0f")),
            ("largest error not flagged", error("largest_error_without_flag")),
            ("false alarms", number("false_alarms", ",.0f")),
        ),
    ),
    "kills": Table(
        "kill_store",
        (
            ("scan", text("scan")),
            ("kills", number("kills", ",.0f")),
            ("while the store was made", number("in_creation", ",.0f")),
            ("while a file was written", number("in_file", ",.0f")),
            ("in a block", number("in_block", ",.0f")),
            ("chunks checked", number("checked", ",.0f")),
        ),
    ),
    "gpu": Table(
        "gpu",
        (
            ("what", _or_why_not),
            ("points", number("points", ",.0f")),
            ("one call, ms", number("seconds", ",.1f", 1e3)),
            ("a point, µs", number("microseconds", ",.3f")),
            ("in forward solves", number("forward_solves", ".2f")),
            ("first call, s", number("first_call_seconds", ".1f")),
            ("largest error", error("error_max")),
            ("goal", _goals),
        ),
        if_missing=NOT_MEASURED,
    ),
    "gpu_checks": Table(
        "gpu",
        (
            ("what", _or_why_not),
            ("values", number("points", ",.0f")),
            ("largest difference", error("deviation_max")),
            ("allowed", error("tolerance")),
            ("found by one alone", number("differ", ",.0f")),
            ("first call, s", number("first_call_seconds", ".1f")),
            ("goal", _goals),
        ),
        of="checks",
        if_missing=NOT_MEASURED,
    ),
    "gpu_floors": Table(
        "gpu",
        (("what", _or_why_not), ("measured", number("value", ",.3g")), ("unit", text("unit"))),
        of="floors",
        if_missing=NOT_MEASURED,
    ),
    **{f"statements_{section.replace(' ', '_')}": _statements(section) for section in SECTIONS},
}
