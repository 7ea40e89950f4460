"""What a small encoder is trained to do: guess hidden characters, or find the replaced ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.neural.characters import MASK, SPECIAL
from training.neural.masking import hide_spans
from training.neural.plan import PretrainConfig

_DETECTION_WEIGHT = 50.0  # of ELECTRA (Clark et al. 2020): its loss is small, one bit a token
_GENERATOR_SHARE = 3  # the generator is this many times narrower, within the paper's 1/4 to 1/2

Losses = Callable[[NDArray[np.int64], np.random.Generator], Any]


@dataclass(frozen=True)
class Objective:
    """A task with the network that learns it.

    Parameters
    ----------
    module : torch module
        All that is trained.
    encoder : ModernBertModel
        The part that is kept.
    embeddings, bias : torch parameters
        Of the characters read, and of the guesses; see `warm_start`.
    loss : callable
        From rows of tokens, shape (n_rows, n_columns), and a source of chance to a scalar tensor.
    """

    module: Any
    encoder: Any
    embeddings: Any
    bias: Any
    loss: Losses


def make_objective(config: PretrainConfig, tokenizer: Any) -> Objective:
    """The objective of a configuration, its network untrained."""
    make = {"masked": _masked, "replaced": _replaced}[config.objective]
    return make(config, tokenizer)


def _masked(config: PretrainConfig, tokenizer: Any) -> Objective:
    """Cross-entropy of the hidden tokens; only their places go through the output layer."""
    import torch
    from transformers import ModernBertForMaskedLM

    network = ModernBertForMaskedLM(_architecture(config, tokenizer, config.width))

    def loss(rows: NDArray[np.int64], rng: np.random.Generator) -> Any:
        shown, hidden = _hide(rows, config, tokenizer, rng)
        device = network.device
        states = network.model(torch.from_numpy(shown).to(device)).last_hidden_state
        asked = states[torch.from_numpy(hidden).to(device)]
        answers = torch.from_numpy(rows[hidden]).to(device)
        return torch.nn.functional.cross_entropy(network.decoder(network.head(asked)), answers)

    embeddings = network.get_input_embeddings().weight
    return Objective(network, network.model, embeddings, network.decoder.bias, loss)


def _replaced(config: PretrainConfig, tokenizer: Any) -> Objective:
    """A narrow network guesses hidden tokens, the encoder says of every token if it was replaced.

    They share the embeddings of the characters, as in ELECTRA: the guessing teaches them far more
    than the one bit a token that the encoder learns from.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, linear
    from transformers import ModernBertModel

    narrow = max(16, config.width // _GENERATOR_SHARE // 16 * 16)
    encoder = ModernBertModel(_architecture(config, tokenizer, config.width))
    generator = ModernBertModel(_architecture(config, tokenizer, narrow))
    generator.embeddings.tok_embeddings = torch.nn.Identity()  # reads the encoder's, projected
    parts = torch.nn.ModuleDict(
        {
            "encoder": encoder,
            "generator": generator,
            "into": torch.nn.Linear(config.width, narrow, bias=False),
            "out_of": torch.nn.Sequential(
                torch.nn.Linear(narrow, config.width),
                torch.nn.GELU(),
                torch.nn.LayerNorm(config.width),
            ),
            "verdict": torch.nn.Sequential(
                torch.nn.Linear(config.width, config.width),
                torch.nn.GELU(),
                torch.nn.Linear(config.width, 1),
            ),
        }
    )
    bias = torch.nn.Parameter(torch.zeros(len(tokenizer)))
    parts.register_parameter("bias", bias)
    embeddings = encoder.get_input_embeddings().weight

    def loss(rows: NDArray[np.int64], rng: np.random.Generator) -> Any:
        shown, hidden = _hide(rows, config, tokenizer, rng)
        device = embeddings.device
        given, asked = torch.from_numpy(shown).to(device), torch.from_numpy(hidden).to(device)
        true = torch.from_numpy(rows).to(device)
        read = parts["into"](torch.nn.functional.embedding(given, embeddings))
        states = generator(inputs_embeds=read).last_hidden_state[asked]
        guesses = linear(parts["out_of"](states), embeddings, bias)
        guessing = cross_entropy(guesses, true[asked])
        # Drawn with our own chance, so that a run that goes on ends like one that was not stopped.
        noise = torch.from_numpy(rng.gumbel(size=tuple(guesses.shape)).astype(np.float32))
        drawn = (guesses.detach().float() + noise.to(device)).argmax(dim=1)
        forged = true.clone()
        forged[asked] = drawn
        found = parts["verdict"](encoder(forged).last_hidden_state)[..., 0]
        judged = true >= len(SPECIAL)
        replaced = (forged != true)[judged].to(found)
        detection = binary_cross_entropy_with_logits(found[judged], replaced)
        return guessing + _DETECTION_WEIGHT * detection

    return Objective(parts, encoder, embeddings, bias, loss)


def _hide(
    rows: NDArray[np.int64], config: PretrainConfig, tokenizer: Any, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    return hide_spans(
        rows,
        config.hidden_share,
        mask_id=tokenizer.convert_tokens_to_ids(MASK),
        n_special=len(SPECIAL),
        n_tokens=len(tokenizer),
        rng=rng,
    )


def _architecture(config: PretrainConfig, tokenizer: Any, width: int) -> Any:
    """ModernBERT of a width; other sizes as configured."""
    from transformers import ModernBertConfig

    numbers = tokenizer.convert_tokens_to_ids
    longest = max(512, config.row_tokens)
    return ModernBertConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=config.layers,
        num_attention_heads=config.attention_heads,
        max_position_embeddings=longest,
        layer_types=["full_attention"] * config.layers,
        pad_token_id=numbers("[PAD]"),
        cls_token_id=numbers("[CLS]"),
        bos_token_id=numbers("[CLS]"),
        sep_token_id=numbers("[SEP]"),
        eos_token_id=numbers("[SEP]"),
        attn_implementation="sdpa",
    )
