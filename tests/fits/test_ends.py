"""Which of a fit's starts is the best one."""

import numpy as np
import pytest

from jaxwire.fits.search.ends import Starts


@pytest.mark.parametrize(
    ("loss", "converged", "best"),
    [
        ([2.0, 1.0, 3.0], [1, 1, 1], 1),
        ([1.0 + 1e-12, 1.0, 1.0 - 1e-12], [1, 1, 1], 0),  # rounding
        ([1.0 + 1e-6, 1.0, 2.0], [1, 1, 1], 1),
        ([0.0, 0.0, 1.0], [1, 1, 1], 0),
        ([1.0, 1.0005, 2.0], [0, 1, 1], 1),  # none but one that has converged, unless it is clearly worse
        ([1.0, 1.01, 2.0], [0, 1, 1], 0),
        ([np.nan, np.inf, 5.0], [1, 1, 1], 2),
    ],
    ids=str,
)
def test_the_best_start_has_the_smallest_loss_and_has_converged(loss, converged, best):
    loss, converged = np.array(loss), np.array(converged, dtype=bool)
    starts = Starts(np.zeros((3, 1)), loss, converged, np.ones(3, dtype=int), np.ones(3, dtype=bool))
    assert starts.best == best
