"""How the documentation site is built: `python -m sphinx -W --keep-going -b html docs docs/_build/html`.

JAXWIRE_DOCS_NOTEBOOKS says what happens to the notebooks: "cache" (the default) runs each once and keeps the result,
"off" shows them without their output. Nothing on the pages is loaded from the network: MathJax is the copy of the PyPI
package `sphinx-mathjax-offline`, of which one file (glyphs are SVG paths, there are no fonts) is taken.
"""

import os
import shutil
import sys
from importlib.metadata import version as version_of
from importlib.util import find_spec
from pathlib import Path

import jupytext

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "jaxwire"
author = "The jaxwire developers"
copyright = "the jaxwire developers"  # noqa: A001 - sphinx wants this name
version = release = version_of("jaxwire")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "benchmark_tables",
    "command_help",
    "docstrings",
    "equations",
    "gallery_links",
    "name_index",
]
exclude_patterns = ["_build", "_ext", "*.py", "howto/*.py", "gallery/*", "slurm.md", "**/.ipynb_checkpoints"]
nitpicky = True
nitpick_ignore_regex = [("py:class", r"(?!jaxwire).*")]  # shapes in signatures, and types of other libraries

# Mathematics: numbered by section, (3.2) is the second equation of section 3 of the theory.
math_numfig = True
numfig = True
numfig_secnum_depth = 1
math_eqref_format = "({number})"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
mathjax3_config = {
    "tex": {
        "macros": {
            "dd": r"\mathrm{d}",
            "kB": r"k_\mathrm{B}",
            "eps": r"\epsilon",
        }
    }
}


def _mathjax() -> str:
    package = find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise ImportError("the site needs its own copy of MathJax: pip install 'jaxwire[docs]'.")
    return str(Path(package.origin).parent / "static" / "mathjax" / "tex-svg.js")


html_theme = "furo"
html_title = f"jaxwire {release}"
html_static_path = ["_static", _mathjax()]
html_css_files = ["site.css"]
html_js_files = ["copy.js"]
mathjax_path = "tex-svg.js"
html_show_sphinx = False

# The reference is made of the docstrings; `docstrings` (in _ext) turns their Markdown into what sphinx reads.
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_numpy_docstring = False
napoleon_custom_sections = [("Attributes", "params_style")]

# Notebooks are Python files with cells; they live outside of this folder, so that a copy is built.
_NOTEBOOK_MODES = {"cache": "cache", "off": "off"}
_chosen = os.environ.get("JAXWIRE_DOCS_NOTEBOOKS", "cache")
if _chosen not in _NOTEBOOK_MODES:
    raise ValueError(f"`JAXWIRE_DOCS_NOTEBOOKS` must be one of {', '.join(_NOTEBOOK_MODES)}, got {_chosen!r}.")
nb_execution_mode = _NOTEBOOK_MODES[_chosen]
nb_execution_cache_path = str(HERE / "_build" / "notebooks")
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_custom_formats = {".py": "notebook_files.read"}
nb_merge_streams = True


def _copy_notebooks() -> None:
    """Copy what has changed, and only that, so that sphinx builds no page twice; what has gone is deleted."""
    source, target = HERE.parent / "notebooks", HERE / "notebooks"
    wanted = {path.relative_to(source) for path in source.rglob("*") if path.is_file() and "__" not in str(path)}
    present = {path.relative_to(target) for path in target.rglob("*.py") if "__" not in str(path)}
    for name in wanted:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if not (target / name).exists() or (target / name).read_bytes() != (source / name).read_bytes():
            shutil.copyfile(source / name, target / name)
    for name in present - wanted:
        (target / name).unlink()
    for path in source.glob("*.py"):  # to download; without output
        place = target / "ipynb" / f"{path.stem}.ipynb"
        text = jupytext.writes(jupytext.read(path), fmt="ipynb")
        if not place.exists() or place.read_text("utf-8") != text:
            place.parent.mkdir(exist_ok=True)
            place.write_text(text, encoding="utf-8")


_copy_notebooks()
exclude_patterns += ["notebooks/data", "notebooks/ipynb"]
