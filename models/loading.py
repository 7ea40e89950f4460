"""Open any model folder, whatever kind of model is in it."""

from __future__ import annotations

from pathlib import Path

from models.artifact import TRANSFORMER, load_pipeline, read_manifest
from models.predictor import Predictor
from models.resources import data_path

DEFAULT = "default"
LETTERS = "outcome"
"""The head that reads reply letters, beside those that read messages."""


def load_predictor(path: str | Path | None = None) -> Predictor:
    """Load a model folder, by default the one that comes with the program.

    Raises
    ------
    ArtifactError
        If the folder is missing, damaged, of another format version, or needs an extra that is
        not installed.
    """
    folder = Path(path) if path is not None else data_path("artifacts", DEFAULT)
    if check_folder(folder) == TRANSFORMER:
        from models.transformer_artifact import load_transformer  # slow to import

        whole = load_transformer(folder)
        # A head that reads reply letters says nothing of messages; `models.replies` asks it.
        names = [name for name in whole.heads if name != LETTERS]
        return whole.part(names) if names else whole
    return load_pipeline(folder)


def check_folder(folder: Path) -> int | str:
    """Format of a model folder of any kind, by its manifest alone.

    Raises
    ------
    ArtifactError
        If it is no model folder, or of a format that this version does not know.
    """
    found: int | str = read_manifest(folder)["format"]
    return found
