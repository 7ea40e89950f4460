"""What the network must guess: spans of one to four characters, hidden at random.

A single hidden character of a Chinese word is given away by its neighbour; whole spans are not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LENGTHS = (0.4, 0.3, 0.2, 0.1)  # of spans of 1, 2, 3 and 4 characters (as MacBERT hides n-grams)
_MEAN_LENGTH = sum((i + 1) * share for i, share in enumerate(_LENGTHS))


def hide_spans(
    tokens: NDArray[np.int64],
    share: float,
    *,
    mask_id: int,
    n_special: int,
    n_tokens: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Hide about `share` of the tokens, special ones never.

    Of the hidden tokens 80 % become `[MASK]`, 10 % another token, 10 % stay (Devlin et al. 2019).

    Parameters
    ----------
    tokens : int array, shape (n_rows, n_columns)
        Numbers below `n_special` are special tokens.

    Returns
    -------
    shown : int array, same shape
    hidden : bool array, same shape
        Where the network is asked.
    """
    starts = rng.random(tokens.shape) < share / _MEAN_LENGTH
    length = rng.choice(len(_LENGTHS), size=tokens.shape, p=_LENGTHS) + 1
    hidden = starts.copy()
    for reach in range(1, len(_LENGTHS)):
        hidden[:, reach:] |= (starts & (length > reach))[:, :-reach]
    hidden &= tokens >= n_special
    fate = rng.random(tokens.shape)
    shown = tokens.copy()
    shown[hidden & (fate < 0.8)] = mask_id
    swapped = hidden & (fate >= 0.9)
    shown[swapped] = rng.integers(n_special, n_tokens, int(swapped.sum()))
    return shown, hidden
