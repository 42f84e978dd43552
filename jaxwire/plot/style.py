"""Colours, dashes and settings of all figures, and the files that they are written to."""

import errno
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from jaxwire.numerics.output_file import output_file

STYLE: Any = {
    "font.size": 9,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.xmargin": 0.0,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
    "svg.hashsalt": "jaxwire",
}
"""Settings of matplotlib inside this module; the caller's stay as they are."""

COLORS = ("#0072B2", "#009E73", "#E69F00", "#D55E00")
"""Blue, green, orange, vermilion (Okabe and Ito): from cold to hot."""

DASHES = ("-", (0, (5, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (1.5, 1.5)))
"""Solid, dashed, dash-dotted, dotted, in line widths: they tell the colours apart in a print in grey."""

FORMATS = (".png", ".pdf", ".svg", ".eps")
"""Files that a figure can be written to, by the end of their name."""


def save_figure(figure: Figure, path: str | Path) -> None:
    """Write a figure in the format of the file's suffix: the same bytes for the same figure, whenever it is written.

    A file that is there is replaced when the new one is whole.

    Raises:
        ValueError: for a suffix other than `FORMATS`.
        OSError: if the figure cannot be drawn with the user's settings of matplotlib, or the file not be written.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"`plot` must end in one of {', '.join(FORMATS)}, got '{path}'.")
    undated = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}}
    try:
        with matplotlib.rc_context(STYLE), output_file(path) as beside:
            figure.savefig(beside, metadata=undated.get(path.suffix.lower()))
    except RuntimeError as error:  # matplotlib does not find LaTeX, say, which the user's text.usetex asks for
        raise OSError(errno.EINVAL, str(error).partition("\n")[0], str(path)) from error
