"""What the paper's text says, looked up in computed data: a row for every statement, for the page that shows them.

python -m benchmarks statements     # a minute on two cores
"""

from benchmarks.common import options, store
from jaxwire.reproduce.statements import catalogue


def main() -> None:
    """Compute the data, look up every statement, and write the rows."""
    given = options(__doc__)
    store("statements", catalogue.look_up(catalogue.compute()), given.output)


if __name__ == "__main__":
    main()
