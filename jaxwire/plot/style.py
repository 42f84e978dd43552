"""Colours, dashes and settings of all figures, and the files that they are written to."""

import errno
import io
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from matplotlib.figure import Figure

from jaxwire.numerics.output_file import output_file

STYLE: Any = dict(matplotlib.rc_params_from_file(str(Path(__file__).with_name("jaxwire.mplstyle")), False, False))
"""Settings of matplotlib in figures; the caller's stay as they are. `use_style` chooses others."""

PIXELS = 2
"""Pixels of a picture in a notebook for each of the page's: sharp on the screens of today."""

COLORS = ("#0072B2", "#009E73", "#E69F00", "#D55E00")
"""Blue, green, orange, vermilion (Okabe and Ito): from cold to hot."""

DASHES = ("-", (0, (5, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (1.5, 1.5)))
"""Solid, dashed, dash-dotted, dotted, in line widths: they tell the colours apart in a print in grey."""

_chosen: list[Any] = [STYLE]

FORMATS = (".png", ".pdf", ".svg", ".eps")
"""Files that a figure can be written to, by the end of their name."""


def use_style(style: Any = None) -> None:
    """Choose the settings in which figures are drawn from now on.

    ```python
    >>> import matplotlib
    >>> from jaxwire.plot import use_style
    >>> use_style({"font.size": 12})     # one setting of one's own on top of those of matplotlib at work
    >>> use_style({})                    # those of matplotlib at work, as plt.style.use or rcParams has set them
    >>> use_style()                      # those of jaxwire again

    ```

    Args:
        style: what `matplotlib.style.use` takes: the name or the file of a style, settings, or a list of these; those
            of jaxwire (as a style file: "jaxwire.plot.jaxwire") unless given.

    Raises:
        ValueError: if there is no such style, or no such setting.
    """
    style = STYLE if style is None else style
    try:
        with matplotlib.style.context(style):
            _chosen[0] = style
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise ValueError(f"`style` must be a style, a file or settings, got {style!r}: {error}") from error


def in_style(**more: Any) -> Any:
    """Draw in the chosen style, with these settings besides, in a `with` block.

    Args:
        more: settings of matplotlib, with two underscores for each dot: axes__grid is axes.grid.
    """
    return matplotlib.style.context([_chosen[0], {name.replace("__", "."): value for name, value in more.items()}])


class NotebookFigure(Figure):
    """A figure that a notebook shows as a picture, whether or not `matplotlib.pyplot` is in use."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """The picture and its size on the page."""
        picture = io.BytesIO()
        self.savefig(picture, format="png", dpi=PIXELS * self.dpi)
        width, height = (round(inches * self.dpi) for inches in self.get_size_inches())
        return picture.getvalue(), {"width": width, "height": height}


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
