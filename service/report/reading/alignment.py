"""Rows of figures to rows of the form: in printed order, by the words beside them.

A flattened or page-broken table gives runs of figures with fragments of labels around them. Both
the runs and the form are in the same order, so the best monotonic assignment is found by dynamic
programming. A run without any word of its row is only placed when it is squeezed between placed
neighbours with exactly as many rows as runs between them.
"""

from __future__ import annotations

from collections.abc import Sequence

_SKIP_RUN = -2.0
_SKIP_ROW = -0.6


def align(scores: Sequence[Sequence[float]]) -> list[int | None]:
    """Assign runs to rows.

    scores : for each run and each row, how much evidence speaks for the pair (0 for none).
    Returns for each run the index of its row, or None where nothing is certain; strictly ascending.
    """
    n_runs = len(scores)
    n_rows = len(scores[0]) if scores else 0
    if n_runs == n_rows and all(scores[i][i] >= max(scores[i]) > 0 for i in range(n_runs)):
        return list(range(n_runs))  # every run names its own row: the common case
    pairs = _best_path(scores, n_runs, n_rows)
    return _certain(pairs, scores)


def _best_path(scores: Sequence[Sequence[float]], n_runs: int, n_rows: int) -> list[int | None]:
    """Highest-scoring monotonic assignment; runs and rows may be left out at a cost."""
    best = [[0.0] * (n_rows + 1) for _ in range(n_runs + 1)]
    move = [[""] * (n_rows + 1) for _ in range(n_runs + 1)]
    for i in range(n_runs + 1):
        for j in range(n_rows + 1):
            options: list[tuple[float, str]] = []
            if i and j:
                options.append((best[i - 1][j - 1] + scores[i - 1][j - 1], "pair"))
            if i:
                options.append((best[i - 1][j] + _SKIP_RUN, "run"))
            if j:
                options.append((best[i][j - 1] + _SKIP_ROW, "row"))
            if options:
                best[i][j], move[i][j] = max(options, key=lambda option: option[0])
    pairs: list[int | None] = [None] * n_runs
    i, j = n_runs, n_rows
    while i or j:
        if move[i][j] == "pair":
            i, j = i - 1, j - 1
            pairs[i] = j
        elif move[i][j] == "run":
            i -= 1
        else:
            j -= 1
    return pairs


def _certain(pairs: Sequence[int | None], scores: Sequence[Sequence[float]]) -> list[int | None]:
    """Drop pairs without evidence unless their neighbours leave exactly this place."""
    proven = [j if j is not None and scores[i][j] > 0 else None for i, j in enumerate(pairs)]
    n_rows = len(scores[0]) if scores else 0
    result: list[int | None] = list(proven)
    index = 0
    while index < len(proven):
        if proven[index] is not None:
            index += 1
            continue
        stop = index
        while stop < len(proven) and proven[stop] is None:
            stop += 1
        before = proven[index - 1] if index else -1
        after = proven[stop] if stop < len(proven) else n_rows
        if before is not None and after is not None and after - before - 1 == stop - index:
            result[index:stop] = range(before + 1, after)
        index = stop
    return result
