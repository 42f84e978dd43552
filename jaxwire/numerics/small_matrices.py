"""Inverses of many small matrices at once, entry by entry, so that each step is one operation on all of them."""

from jaxtyping import Array, Inexact


def inverse(matrix: Inexact[Array, "r r m"]) -> Inexact[Array, "r r m"]:
    """Invert m matrices of r rows by elimination in place (Gauss and Jordan), pivots as they come down the diagonal.

    That needs leading minors which are not zero, such as those of symmetric quasi-definite matrices with scaled rows
    (R. J. Vanderbei, SIAM J. Optim. 5, 100 (1995)).
    """
    for k in range(len(matrix)):
        pivot, row, column = matrix[k, k], matrix[k], matrix[:, k]
        row = row / pivot[None]
        matrix = (matrix - column[:, None] * row[None, :]).at[:, k].set(-column / pivot[None])
        matrix = matrix.at[k].set(row).at[k, k].set(1.0 / pivot)
    return matrix
