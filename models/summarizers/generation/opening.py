"""Opening the generator an office named: a folder or an address."""

from __future__ import annotations

import re
from pathlib import Path

from models.summarizers.generation.local import LocalGenerator
from models.summarizers.generation.remote import RemoteGenerator
from models.summarizers.generation.request import Generator


def open_generator(place: str, key: str = "") -> Generator:
    """Open a generator.

    Parameters
    ----------
    place : str
        Folder of a model, or `http://主机:端口/v1#模型`.
    key : str
        For a server that asks for one.

    Raises
    ------
    GeneratorError
        If it cannot be used.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", place):
        return RemoteGenerator(place, key)
    return LocalGenerator(Path(place))
