"""The command line: `jaxwire solve`, `iv`, `fit`, `scan`, `plot`, `new`, `reproduce` and `explore`.

Results go to stdout, as text or with `--json` for machines; progress and complaints go to stderr. Exit codes: 0 solved,
1 a point could not be solved, 2 bad input or an output that cannot be written (one line on stderr says what is wrong),
130 stopped by Ctrl-C, 141 nobody reads the output any more.
JAX, NumPy and matplotlib are imported inside the commands, so that `jaxwire --help` answers at once.
"""

from jaxwire.cli import explore, fit, iv, new, plot, reproduce, scan, solve
from jaxwire.cli.base import app, main
from jaxwire.cli.examples import EXAMPLES

for command in (solve.solve, iv.iv, fit.fit, scan.scan, plot.plot, new.new, reproduce.reproduce, explore.explore):
    app.command(command, help_epilogue="Examples:\n\n" + "\n".join(EXAMPLES[command.__name__]))

__all__ = ["app", "main"]
