"""`jaxwire reproduce`: the tables and a figure of the paper."""

from pathlib import Path

from jaxwire.cli.base import BadInputError, Common, about_input, kernels_kept, print_json
from jaxwire.progress import progress


def reproduce(folder: Path = Path("reproduction"), *, common: Common = Common()) -> int:  # noqa: B008 - frozen
    """Compute Tables I and II and Fig. 3 of the paper, and compare the tables with the printed ones.

    Args:
        folder: Where to write the tables (Markdown, CSV, JSON) and the figure (PNG, PDF, SVG, numbers as CSV).
        common: Options of every command.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInputError(f"`folder` must be a folder, got the file '{folder}'.")
    with about_input(), kernels_kept(common.cache), progress("Tables I and II") as report:
        from jaxwire import reproduce as paper

        points = paper.solve_points(report)
        rows = paper.compare(points)
        written = paper.write(folder, points)
    if common.json:
        from dataclasses import asdict

        print_json({"gamma": paper.WIDTH, "points": [asdict(row) for row in rows], "files": written})
    else:
        print(paper.tables_text(rows))
        print("Written: " + " ".join(str(path) for path in written))
    return 0 if all(bool(point.solution.status.ok) for point in points) else 1
