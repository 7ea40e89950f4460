"""What an interrupted run needs to go on: weights and optimizer in safetensors, the rest in JSON.

No pickle here either. A state belongs to one run, told by a fingerprint of everything that shapes
it; the state of another run is refused, never mixed in.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.errors import InputError

_FACTS, _OPTIMIZER = "state.json", "optimizer.safetensors"


def fingerprint(*parts: object) -> str:
    """A short name for everything that shapes a run."""
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False, default=str).encode())
    return digest.hexdigest()[:16]


class RunState:
    """The saved state of one run in a folder of its own.

    Parameters
    ----------
    folder : Path
    run : str
        Fingerprint of the run.
    """

    def __init__(self, folder: Path, run: str) -> None:
        self.folder, self.run = folder, run

    def save(
        self, tensors: Mapping[str, Mapping[str, Any]], optimizer: Any, facts: dict[str, Any]
    ) -> None:
        """Replace the state by a new one; an interruption leaves the old one whole.

        Parameters
        ----------
        tensors : mapping of a set's name to a mapping of name to tensor
            Empty sets are left out.
        optimizer : torch optimizer
        facts : dict
            Plain values, such as steps done.
        """
        from safetensors.torch import save_file

        fresh = self.folder.with_name(self.folder.name + "-new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        # Copies: tied weights share memory, which safetensors refuses.
        for name, group in tensors.items():
            copies = {k: v.detach().cpu().clone() for k, v in group.items()}
            if copies:
                save_file(copies, fresh / f"{name}.safetensors")
        moments = optimizer.state_dict()["state"]
        flat = {f"{i}.{k}": v.cpu() for i, entry in moments.items() for k, v in entry.items()}
        save_file(flat, fresh / _OPTIMIZER)
        content = json.dumps({"run": self.run, **facts}, indent=1)
        (fresh / _FACTS).write_text(content, encoding="utf-8")
        shutil.rmtree(self.folder, ignore_errors=True)
        fresh.replace(self.folder)

    def load(self, optimizer: Any) -> tuple[dict[str, dict[str, Any]], dict[str, Any]] | None:
        """Tensors and facts of an interrupted run, its optimizer restored; None if there is none.

        Raises
        ------
        InputError
            If the state is of another run or cannot be read.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        if not (self.folder / _FACTS).is_file():
            return None
        try:
            facts: dict[str, Any] = json.loads((self.folder / _FACTS).read_text(encoding="utf-8"))
            tensors = {f.stem: load_file(f) for f in self.folder.glob("*.safetensors")}
            flat = tensors.pop(Path(_OPTIMIZER).stem)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise InputError(f"中断的训练 {self.folder} 已损坏，请删除后重新开始。") from error
        if facts.pop("run", None) != self.run:
            raise InputError(
                f"{self.folder} 是另一次训练留下的（语料或设置不同），"
                "请换一个输出文件夹，或删除它重新开始。"
            )
        moments: dict[int, dict[str, Any]] = {}
        for name, tensor in flat.items():
            index, _, key = name.partition(".")
            moments.setdefault(int(index), {})[key] = tensor
        optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
        return tensors, facts

    def clear(self) -> None:
        """Remove the state of a finished run."""
        shutil.rmtree(self.folder, ignore_errors=True)
