"""Start-up without the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Make what stays until the process ends without a search for garbage in between.

    Imports, routes, tables and rules are hundreds of thousands of objects and none of them is
    ever freed; the collector would walk over all of them again and again as they are made (an
    eighth of the processor's time till the service answers). Afterwards it works as before, but
    never looks at these again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
