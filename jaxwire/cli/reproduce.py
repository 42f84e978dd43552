"""`jaxwire reproduce`: the tables and numerical figures of the paper."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from jaxwire.cli.base import BadInputError, Common, about_input, kernels_kept
from jaxwire.cli.output import print_json
from jaxwire.numerics.output_file import check_output_file
from jaxwire.scans.progress import progress


def reproduce(
    folder: Path = Path("reproduction"),
    *,
    draft: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008 - frozen
) -> int:
    """Compute Tables I and II and Figs. 2 to 9 of the paper, and look up its statements in the data.

    Args:
        folder: Where to write figures (PNG, PDF, SVG), data (NetCDF), tables (Markdown, CSV, JSON) and index.html,
            which shows them all.
        draft: Coarser maps and curves, PNG alone and no error estimates, in a third of the time.
        common: Options of every command.
    """
    if folder.exists() and not folder.is_dir():
        raise BadInputError(f"`folder` must be a folder, got the file '{folder}'.")
    with about_input(), kernels_kept(common.cache), progress("Figures and tables", unit="of them") as report:
        folder.mkdir(parents=True, exist_ok=True)  # a folder that cannot be made is known before anything is computed
        from jaxwire import reproduce as paper

        quality = paper.DRAFT if draft else paper.FULL
        for name in paper.file_names(quality):
            check_output_file("folder", folder / name)
        made = paper.compute(quality, report)
        try:
            written = paper.write(folder, made, quality)
        finally:  # the numbers are there, whatever becomes of the files
            if not common.json:
                print(paper.tables_text(made.compared))
                print(_findings_text(made.findings))
    if common.json:
        from dataclasses import asdict

        points = [asdict(row) for row in made.compared]
        print_json({"gamma": paper.WIDTH, "points": points, "findings": made.statements, "files": written})
    else:
        print(f"Written: {len(written)} files; {folder / 'index.html'} shows them.")
    return 0 if made.is_complete else 1


def _findings_text(findings) -> str:
    """What is seen in the figures, a line each."""
    from jaxwire.reproduce.reproduction import FIGURES

    lines = ["# Figures: statements looked up in the data", ""]
    for name, found in findings.items():
        lines += [FIGURES[name].heading]
        lines += [f"  {'seen    ' if one.holds else 'NOT SEEN'}  {one.claim}: {one.measured}" for one in found]
    return "\n".join(lines) + "\n"
