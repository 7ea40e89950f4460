"""Plain library: text in, predictions out. No web, no database, no settings, no prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.pipeline import Pipeline

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def load(path: str | None = None) -> Pipeline:
    """Load a model folder, by default the one that comes with the program.

    Raises
    ------
    ArtifactError
        If the folder is missing, damaged or of another format version.
    """
    from models.artifact import load_pipeline

    return load_pipeline(path)
