"""Where the starts of a fit ended."""

from typing import NamedTuple

import numpy as np

SAME_MINIMUM = 1e-3
"""Starts whose loss is within this share of the smallest found the same minimum."""

EQUAL = 1e-9
"""Of starts whose loss is within this share of the smallest, the first is the best: rounding is not to choose."""


class Starts(NamedTuple):
    """Where the starts of a fit ended, in the order in which they were chosen.

    Attributes:
        values: values of the parameters, shape (starts, k).
        loss: the smallest sum of losses, in shares of what chi^2/2 would be if readings were fitted by their mean,
            shape (starts,).
        converged: shape (starts,).
        steps: steps taken, shape (starts,).
        agrees: whether it ended in the minimum with the smallest loss, shape (starts,).
    """

    values: np.ndarray
    loss: np.ndarray
    converged: np.ndarray
    steps: np.ndarray
    agrees: np.ndarray

    @property
    def best(self) -> int:
        """Number of the best start; a converged one, unless another is clearly better."""
        usable = np.where(np.isfinite(self.loss), self.loss, np.inf)
        clearly_worse = usable * (1.0 + SAME_MINIMUM) + np.finfo(float).tiny  # also of two that are 0
        loss = np.where(self.converged, usable, clearly_worse)
        return int(np.argmax(loss <= (1.0 + EQUAL) * np.min(loss)))
