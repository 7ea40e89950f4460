# ruff: noqa: E501
"""Tiny models made on the spot, that learn a few answers by heart."""

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from models.summarizers.generation.prompts import chat
from models.summarizers.generation.request import Request

_TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}{{ bos_token }}{% endif %}"  # fmt: skip
_SEQ2SEQ = {"pad_token_id": 0, "eos_token_id": 2, "bos_token_id": 1}


_SPECIALS = ["<pad>", "<s>", "</s>", "<unk>"]
_QWEN = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def make_tokenizer(texts, family="t5"):
    """Characters; for Qwen2 pieces of bytes as it has them, so that a character comes in parts."""
    first = _QWEN if family == "qwen2" else _SPECIALS
    names = dict(zip(("pad_token", "bos_token", "eos_token"), first, strict=False))
    if family == "qwen2":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=259, special_tokens=_QWEN, show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        )  # fmt: skip
        tokenizer.train_from_iterator(texts, trainer)
        made = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
        made.chat_template = _TEMPLATE
        return made
    words = [*_SPECIALS, *sorted(set("".join(texts)))]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", **names)


def make_model(family, n_words):
    torch.manual_seed(1)
    if family == "t5":
        return T5ForConditionalGeneration(T5Config(
            vocab_size=n_words, d_model=48, d_kv=12, d_ff=96, num_layers=1, num_heads=4, dropout_rate=0.0,
            decoder_start_token_id=0, pad_token_id=0, eos_token_id=2,
        ))  # fmt: skip
    if family == "bart":
        return BartForConditionalGeneration(BartConfig(
            vocab_size=n_words, d_model=48, encoder_layers=1, decoder_layers=1, encoder_attention_heads=4,
            decoder_attention_heads=4, encoder_ffn_dim=96, decoder_ffn_dim=96, max_position_embeddings=256,
            dropout=0.0, decoder_start_token_id=2, forced_eos_token_id=None, **_SEQ2SEQ,
        ))  # fmt: skip
    return Qwen2ForCausalLM(Qwen2Config(
        vocab_size=n_words, hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    ))  # fmt: skip


def teach(family, folder, pairs, steps=80):
    """Save a model that answers each text of `pairs` by heart."""
    prompts = {text: "".join(m["content"] for m in chat(Request("title", text))) for text in pairs}
    known = [*prompts.values(), *pairs.values(), "".join(pairs)]
    tokenizer = make_tokenizer(known, family)
    model = make_model(family, len(tokenizer))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    model.train()
    examples = [_example(family, tokenizer, prompts[t] if family == "qwen2" else t, a) for t, a in pairs.items()]  # fmt: skip
    for _ in range(steps):
        loss = sum(model(**example).loss for example in examples)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _example(family, tokenizer, text, answer):
    ids, target = tokenizer(text)["input_ids"], [*tokenizer(answer)["input_ids"], 2]
    if family != "qwen2":
        return {"input_ids": torch.tensor([ids]), "labels": torch.tensor([target])}
    ids = [*ids, 1]
    labels = [-100] * len(ids) + target
    return {"input_ids": torch.tensor([ids + target]), "labels": torch.tensor([labels])}
