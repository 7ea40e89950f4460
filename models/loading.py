"""Open any model folder, whatever kind of model is in it."""

from __future__ import annotations

from pathlib import Path

from models.artifact import BLEND, TRANSFORMER, load_pipeline, read_manifest
from models.predictor import Predictor
from models.resources import data_path

DEFAULT = "default"


def load_predictor(path: str | Path | None = None) -> Predictor:
    """Load a model folder, by default the one that comes with the program.

    Raises
    ------
    ArtifactError
        If the folder is missing, damaged, of another format version, or needs an extra that is
        not installed.
    """
    folder = Path(path) if path is not None else data_path("artifacts", DEFAULT)
    kind = check_folder(folder)
    if kind == BLEND:
        from models.blended import load_blend

        return load_blend(folder)
    if kind == TRANSFORMER:
        from models.transformer_artifact import load_for_messages  # slow to import

        return load_for_messages(folder)
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
