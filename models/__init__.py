"""Plain library: text in, predictions out. No web, no database, no settings, no prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.predictor import Predictor

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def load(path: str | None = None) -> Predictor:
    """Load a model folder, by default the one that comes with the program.

    Raises
    ------
    ArtifactError
        If the folder is missing, damaged, of another format version, or needs an extra that is
        not installed.
    """
    from models.loading import load_predictor

    return load_predictor(path)
