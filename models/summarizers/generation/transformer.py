"""The part that needs torch and transformers; imported when a local model is opened."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    StoppingCriteria,
    StoppingCriteriaList,
    TextStreamer,
)
from transformers.utils import logging

from models.summarizers.generation.checkpoint import Checkpoint
from models.summarizers.generation.errors import GenerationError, GeneratorError
from models.summarizers.generation.prompts import chat, plain
from models.summarizers.generation.relay import Emit, Stopped
from models.summarizers.generation.request import Request

_NO_LIMIT = 10**6
_SAMPLING = ("temperature", "top_p", "top_k", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff")


class Transformer:
    """A loaded model that answers greedily, so that the same text gets the same answer.

    Parameters
    ----------
    checkpoint : Checkpoint
    is_single : bool
        Load in single precision, which processors compute fastest, instead of as stored.
    """

    def __init__(self, checkpoint: Checkpoint, *, is_single: bool) -> None:
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        auto = AutoModelForSeq2SeqLM if checkpoint.kind == "seq2seq" else AutoModelForCausalLM
        safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint.folder, **safe)
        except Exception as error:  # anything may be wrong with a folder somebody copied
            raise GeneratorError(
                f"{checkpoint.folder} 的分词器不能加载，文件可能不全或与模型不配套。"
            ) from error
        on_gpu = torch.cuda.is_available()
        try:
            model: Any = auto.from_pretrained(
                checkpoint.folder,
                use_safetensors=True,
                dtype=torch.float32 if is_single and not on_gpu else "auto",
                **safe,
            )
            self._model: Any = model.to("cuda" if on_gpu else "cpu").eval()
        except (MemoryError, torch.OutOfMemoryError) as error:
            raise GeneratorError(
                f"内存不足，{checkpoint.folder} 不能加载，请换小一些的模型。"
            ) from error
        except Exception as error:
            raise GeneratorError(
                f"{checkpoint.folder} 不能加载：权重与结构不符，"
                f"或本版本不认识这种结构（{checkpoint.model_type}）。"
            ) from error
        self._is_causal = checkpoint.kind == "causal"
        self._prepare_tokenizer()
        self._config = self._greedy()

    def _prepare_tokenizer(self) -> None:
        self._tokenizer.padding_side = "left" if self._is_causal else "right"
        if self._tokenizer.pad_token_id is None:
            if self._tokenizer.eos_token_id is None:
                raise GeneratorError("模型的分词器没有结束符，不能用来生成。")
            self._tokenizer.pad_token = self._tokenizer.eos_token
        size, known = self._model.get_input_embeddings().num_embeddings, len(self._tokenizer)
        if known > size:
            raise GeneratorError(
                f"分词器有 {known} 个词而模型只有 {size} 个，二者不配套，请检查模型文件夹。"
            )

    def _greedy(self) -> Any:
        config = copy.deepcopy(self._model.generation_config)
        for name in _SAMPLING:
            setattr(config, name, None)
        config.do_sample, config.num_beams, config.max_length = False, 1, None
        config.early_stopping, config.length_penalty = None, None
        config.pad_token_id = self._tokenizer.pad_token_id
        if config.eos_token_id is None:
            config.eos_token_id = self._tokenizer.eos_token_id
        self._model.generation_config = copy.deepcopy(config)
        return config

    def generate(
        self,
        requests: Sequence[Request],
        longest: int,
        stopped: Stopped,
        emit: Emit | None = None,
    ) -> list[str | GenerationError]:
        """Answers in order; with `emit` the pieces of the only one as they come.

        Parameters
        ----------
        requests : sequence of Request
            One if there is `emit`.
        longest : int
            Tokens of an answer.
        stopped : callable
            Asked after every token.

        Raises
        ------
        GenerationError
            If the only text is too long, is not finished, or memory runs out.
        """
        config = copy.deepcopy(self._config)
        config.max_new_tokens = longest
        encoded = self._encoded(requests, longest)
        streamer = (
            None if emit is None else _Streamer(self._tokenizer, emit, is_causal=self._is_causal)
        )
        try:
            with torch.inference_mode():
                made = self._model.generate(
                    **encoded,
                    generation_config=config,
                    stopping_criteria=StoppingCriteriaList([_Stop(stopped)]),
                    streamer=streamer,
                )
        except (MemoryError, torch.OutOfMemoryError) as error:
            raise GenerationError("内存不足，没有写完", "memory") from error
        except (RuntimeError, ValueError, IndexError) as error:
            raise GenerationError("模型运行出错，没有写出文字", "model") from error
        start = encoded["input_ids"].shape[1] if self._is_causal else 1
        answers = [self._answer(row[start:].tolist()) for row in made]
        if emit is not None and isinstance(answers[0], GenerationError):
            raise answers[0]
        return answers

    def _answer(self, tokens: list[int]) -> str | GenerationError:
        ends = self._config.eos_token_id
        known = set(ends) if isinstance(ends, list) else {ends}
        if not known & set(tokens):
            return GenerationError("写到字数上限还没有写完", "length")
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _encoded(self, requests: Sequence[Request], longest: int) -> Any:
        texts = [self._prompt(request) for request in requests]
        special = not (self._is_causal and self._tokenizer.chat_template)
        encoded = self._tokenizer(
            texts, return_tensors="pt", padding=True, add_special_tokens=special
        )
        encoded.pop("token_type_ids", None)
        positions = getattr(self._model.config, "max_position_embeddings", None) or _NO_LIMIT
        n_tokens = encoded["input_ids"].shape[1]
        if n_tokens + (longest if self._is_causal else 0) > positions:
            raise GenerationError(f"原文太长，模型一次最多读{positions}个词", "source")
        return encoded.to(self._model.device)

    def _prompt(self, request: Request) -> str:
        if not self._is_causal:
            tasks = getattr(self._model.config, "task_specific_params", None) or {}
            return str(tasks.get("summarization", {}).get("prefix", "")) + request.text
        if not self._tokenizer.chat_template:
            return plain(request)
        return str(
            self._tokenizer.apply_chat_template(
                chat(request), tokenize=False, add_generation_prompt=True, enable_thinking=False
            )
        )


class _Stop(StoppingCriteria):  # type: ignore[misc]
    def __init__(self, stopped: Stopped) -> None:
        self._stopped = stopped

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        shape = (input_ids.shape[0],)
        return torch.full(shape, self._stopped(), dtype=torch.bool, device=input_ids.device)


class _Streamer(TextStreamer):  # type: ignore[misc]
    def __init__(self, tokenizer: Any, emit: Emit, *, is_causal: bool) -> None:
        super().__init__(tokenizer, skip_prompt=is_causal, skip_special_tokens=True)
        self._emit = emit

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        if text:
            self._emit(text)
