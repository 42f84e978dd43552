"""A companion to the paper as a page: what it says of each figure, our figure, data, code, and what is seen in it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape

from jaxwire.reproduce.exhibit import Exhibit, Finding, Reproduction
from jaxwire.reproduce.tables_1_2 import Comparison

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; }
h2 { margin-top: 3rem; }
figure { margin: 1rem 0; }
figure img { width: 100%; height: auto; }
figcaption, .small { font-size: 0.9rem; color: #444; }
table { border-collapse: collapse; font-size: 0.9rem; }
.wide { overflow-x: auto; }
th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { background: #f5f5f5; padding: 0.6rem 0.8rem; overflow-x: auto; font-size: 0.85rem; }
summary { cursor: pointer; }
nav a { margin-right: 0.8rem; }
.seen { color: #00664d; font-weight: 600; }
.missing { color: #a33c00; font-weight: 600; }
"""

COLUMNS = {
    "center": ("eps0", "g"),
    "voltage": ("eV", "g"),
    "temperature": ("kT", "g"),
    "current": ("I", ".6f"),
    "transposed_current": ("Table I, read transposed", "g"),
    "current_deviation": ("deviation", "+.1%"),
    "potential_right": ("e phi(0+)", ".6f"),
    "printed_potential": ("Table II", "g"),
    "rescaled_potential": ("e phi(0+), rescaled", ".3g"),
    "potential_deviation": ("deviation", "+.1%"),
}


def render(exhibits: Sequence[Exhibit], made: Reproduction, about: Mapping[str, str], formats: Sequence[str]) -> str:
    """The page as HTML; it refers to the figures and data beside it and to nothing else.

    Args:
        exhibits: the figures, in order.
        made: what was computed and seen in it.
        about: versions and settings, shown at the end.
        formats: files of each figure.
    """
    everything = [one for exhibit in exhibits for one in made.findings[exhibit.name]]
    seen = sum(one.holds for one in everything)
    own = next((one.name for one in exhibits if not one.facts), None)
    outlook = "<h1 id='outlook'>Figures of our own, for the outlook of Sec. VI</h1>"
    body = [
        "<h1>A companion to arXiv:2407.10192, computed by jaxwire</h1>",
        "<p>Leumer, Basko, Jalabert, Weinmann, Whitney: Going beyond Landauer scattering theory to describe "
        "spatially-resolved non-local heating and cooling in quantum thermoelectrics. Fig. 1 is a sketch of the "
        "system; all other figures and both tables follow. Energies are in units of mu0, lengths in vF tau0, currents "
        f"in e mu0/h, powers in mu0^2/h. Of {len(everything)} statements that were looked up in data, {seen} hold.</p>",
        "<nav>" + "".join(f"<a href='#{name}'>{words}</a>" for name, words in _contents(exhibits)) + "</nav>",
    ]
    for exhibit in exhibits:
        body += [outlook] * (exhibit.name == own) + _exhibit(exhibit, made.findings[exhibit.name], formats)
    body += [
        *_tables(made.compared),
        "<h2 id='about'>How this was made</h2>",
        "<p><code>jaxwire reproduce</code> writes this page and all files beside it.</p>",
        "<ul class='small'>",
        *(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in about.items()),
        "</ul>",
    ]
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><style>{STYLE}</style>"
    title = "<title>jaxwire: figures and tables of arXiv:2407.10192</title>"
    return "\n".join(
        ["<!doctype html>", f"<html lang='en'><head>{head}{title}</head><body>", *body, "</body></html>", ""]
    )


def _contents(exhibits: Sequence[Exhibit]) -> list[tuple[str, str]]:
    """Targets and words of the links at the top."""
    numbered = [(one.name, f"Fig.&nbsp;{one.name.removeprefix('fig')}") for one in exhibits if one.facts]
    own = [(one.name, escape(one.title)) for one in exhibits if not one.facts]
    return [*numbered, ("tables", "Tables"), *own]


def _exhibit(exhibit: Exhibit, findings: Sequence[Finding], formats: Sequence[str]) -> list[str]:
    shown = "svg" if "svg" in formats else formats[0]
    others = ", ".join(f"<a href='{exhibit.name}.{suffix}'>{suffix.upper()}</a>" for suffix in formats)
    return [
        f"<h2 id='{exhibit.name}'>{escape(exhibit.heading)}</h2>",
        *_list("What the paper says", [f"{fact.says} ({fact.place})" for fact in exhibit.facts]),
        f"<figure><img src='{exhibit.name}.{shown}' alt='{escape(exhibit.title, quote=True)}'>",
        f"<figcaption>{escape(exhibit.caption)} Figure: {others}. Data: <a href='{exhibit.name}.nc'>NetCDF</a>."
        "</figcaption></figure>",
        *_list("What is ours", exhibit.ours),
        f"<details open><summary>In Python</summary><pre>{escape(exhibit.code)}</pre></details>",
        "<div class='wide'><table><tr><th>Statement</th><th>Data</th><th></th></tr>",
        *(
            f"<tr><td>{escape(one.claim)}</td><td>{escape(one.measured)}</td>"
            f"<td class='{'seen' if one.holds else 'missing'}'>{'seen' if one.holds else 'not seen'}</td></tr>"
            for one in findings
        ),
        "</table></div>",
    ]


def _list(heading: str, points: Sequence[str]) -> list[str]:
    """A short list under a few words; nothing for none."""
    entries = [f"<li>{escape(point)}</li>" for point in points]
    return [f"<p class='small'>{heading}:</p>", "<ul class='small'>", *entries, "</ul>"] if entries else []


def _tables(compared: Sequence[Comparison]) -> list[str]:
    rows = [
        "<tr>"
        + "".join(f"<td class='number'>{asdict(row)[name]:{form}}</td>" for name, (_, form) in COLUMNS.items())
        + "</tr>"
        for row in compared
    ]
    return [
        "<h2 id='tables'>Tables I and II</h2>",
        "<p>Our numbers agree with the printed tables if Table I is read transposed (its rows as the columns eps0, eV, "
        "its columns as kT) and if Table II was scaled with the currents of the transposed table: 'rescaled' is our "
        "e phi(0+) times (printed current/I)^2. We do not know how this came about. All numbers: "
        "<a href='tables.md'>text</a>, <a href='tables.csv'>CSV</a>, <a href='tables.json'>JSON</a>, "
        "<a href='tables.nc'>NetCDF</a>.</p>",
        "<div class='wide'><table><tr>"
        + "".join(f"<th class='number'>{escape(words)}</th>" for words, _ in COLUMNS.values())
        + "</tr>",
        *rows,
        "</table></div>",
    ]
