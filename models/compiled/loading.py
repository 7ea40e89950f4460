"""When compiled code is there: loaded in the background once there is work that repays it.

Loading takes half a second, compiling (once a machine and user) some seconds; a few thousand texts
are done sooner without. So whoever has much to do calls `prepare`, all others count their work
with `expect`, and until the code is ready, or where it cannot be had, everyone uses numpy: the
answers are the same.
"""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass, field
from types import ModuleType

ENOUGH_TEXTS = 20_000
"""Texts after which loading begins by itself."""

_logger = logging.getLogger(__name__)


@dataclass
class Loader:
    """Loads the kernels once, in a thread of its own.

    Attributes
    ----------
    kernels : module or None
        `models.compiled.kernels` as soon as it is ready.
    fault : str
        Why it cannot be had, in Chinese; empty as long as nothing went wrong.
    """

    kernels: ModuleType | None = None
    fault: str = ""
    _n_texts: int = 0
    _thread: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, n_texts: int) -> ModuleType | None:
        """Count work about to be done; the kernels if they are ready."""
        if self.kernels is None and not self.fault:
            self._n_texts += n_texts  # a lost update among threads only delays the start
            if self._n_texts >= ENOUGH_TEXTS:
                self.prepare()
        return self.kernels

    def prepare(self, *, wait: bool = False) -> None:
        """Begin loading if that has not begun; with `wait`, until it has ended."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, name="load-kernels")
                self._thread.start()
        if wait:
            self._thread.join()

    def _load(self) -> None:
        # Where colorama is installed, numba would swap sys.stdout and sys.stderr while it compiles:
        # what others print at that moment would be lost. There is no other switch.
        os.environ.setdefault("NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING", "1")
        try:
            from models.compiled import kernels
            from models.compiled.characters import character_table

            character_table(kernels.counting)  # slow to make, like the kernels themselves
        except ImportError as error:
            self._give_up("没有可用的 numba", error)
        except Exception as error:  # whatever a compiler may say: the answers do not depend on it
            if "cannot cache function" in str(error):
                reason = "没有可写的缓存文件夹（可用环境变量 NUMBA_CACHE_DIR 指定一个）"
            else:
                reason = f"编译不成（{type(error).__name__}）"
            self._give_up(reason, error)
        else:
            self.kernels = kernels

    def _give_up(self, reason: str, error: Exception) -> None:
        self.fault = f"{reason}，改用较慢的 numpy 算法，结果相同。"
        _logger.warning("%s", self.fault, exc_info=error)


LOADER = Loader()
