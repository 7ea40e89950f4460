"""A tokenizer of single characters: those of the texts, then the common ones of GB 2312.

One character, one token: no segmenter, every token is a place in the text, and evidence needs no
guessing. Ideographs that the texts lack still get numbers of their own, so that fine-tuning may
give them a meaning; anything else is `[UNK]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

PAD, UNKNOWN, START, END, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def common_ideographs() -> list[str]:
    """The 6,763 ideographs of GB 2312, the common level first."""
    rows = range(0xB0, 0xF8)
    pairs = (bytes((row, cell)) for row in rows for cell in range(0xA1, 0xFF))
    return [pair.decode("gb2312", "ignore") for pair in pairs if pair.decode("gb2312", "ignore")]


def character_vocabulary(texts: Iterable[str], size: int) -> list[str]:
    """At most `size` tokens: special ones, characters of the texts by frequency, common ones."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    counts.pop(" ", None)
    seen = [character for character, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
    return list(dict.fromkeys([*SPECIAL, *seen, *common_ideographs()]))[:size]


def character_tokenizer(vocabulary: list[str], max_tokens: int) -> Any:
    """A fast Hugging Face tokenizer over a vocabulary of characters."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    numbers = {token: number for number, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex("."), "isolated")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        pair=f"{START} $A {END} $B {END}",
        special_tokens=[(START, numbers[START]), (END, numbers[END])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=max_tokens,
        pad_token=PAD,
        unk_token=UNKNOWN,
        cls_token=START,
        sep_token=END,
        mask_token=MASK,
    )
