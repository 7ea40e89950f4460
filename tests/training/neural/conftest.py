"""Tiny checkpoints of every family, made on the spot, and a corpus they can learn in seconds."""

import random

import polars as pl
import pytest

from training.config import TransformerConfig
from training.corpus import Corpus
from training.neural.characters import character_tokenizer, character_vocabulary

WORDS = {
    "planning": ["规划许可", "公示的方案", "容积率", "红线", "日照间距"],
    "land": ["征地补偿", "青苗费", "村里的地", "安置房", "占用耕地"],
    "registration": ["不动产证", "过户", "房产证", "抵押登记", "更名"],
}
SUBTOPIC = {"planning": "102", "land": "201", "registration": "401"}
ASKS = {"inquiry": "请问怎么办理", "complaint": "我要投诉他们", "help": "恳请帮忙解决"}


def messages(n, seed=0):
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        topic, intent = rng.choice(list(WORDS)), rng.choice(list(ASKS))
        said = "，".join(rng.sample(WORDS[topic], 2))
        text = f"{rng.choice('甲乙丙丁')}街道{rng.randint(1, 99)}号，{said}，{ASKS[intent]}。"
        rows.append({"text": text, "topic": topic, "intent": intent, "group": str(i % 30)})
    return rows


@pytest.fixture(scope="session")
def corpus():
    return Corpus(pl.DataFrame(messages(240)))


@pytest.fixture(scope="session")
def vocabulary():
    return character_vocabulary([row["text"] for row in messages(240)], 400)


def tiny_network(family, n_tokens):
    import transformers

    size = {
        "vocab_size": n_tokens,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 66,
    }
    if family == "bert":
        return transformers.BertModel(transformers.BertConfig(**size, pad_token_id=0))
    if family == "roberta":
        return transformers.RobertaModel(transformers.RobertaConfig(**size, pad_token_id=0))
    if family == "electra":
        return transformers.ElectraModel(transformers.ElectraConfig(**size, embedding_size=16))
    if family == "t5":
        config = transformers.T5Config(
            vocab_size=n_tokens, d_model=32, d_kv=16, num_heads=2, num_layers=2, d_ff=64
        )
        return transformers.T5Model(config)
    if family == "bart":
        config = transformers.BartConfig(
            vocab_size=n_tokens,
            d_model=32,
            encoder_layers=2,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=64,
            decoder_ffn_dim=64,
            max_position_embeddings=66,
            pad_token_id=0,
        )
        return transformers.BartModel(config)
    if family == "qwen2":
        config = transformers.Qwen2Config(
            vocab_size=n_tokens,
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
            intermediate_size=64,
        )
        return transformers.Qwen2Model(config)
    raise ValueError(family)


@pytest.fixture(scope="session")
def make_checkpoint(tmp_path_factory, vocabulary):
    import torch

    def make(family, **options):
        folder = tmp_path_factory.mktemp(family)
        torch.manual_seed(3)
        tiny_network(family, len(vocabulary)).save_pretrained(folder, **options)
        character_tokenizer(vocabulary, 64).save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def tiny_config():
    return TransformerConfig.model_validate(
        {
            "name": "tiny",
            "version": "1",
            "seed": 7,
            "network": {
                "max_tokens": 64,
                "epochs": 8,
                "patience": 8,
                "learning_rate": 3e-3,
                "head_learning_rate": 3e-2,
                "save_every": 5,
                "device": "cpu",
            },
            "calibration": {"n_folds": 4, "target_precision": 0.9},
            "heads": [
                {"name": "topic", "field": "topic", "label_set": "topic"},
                {
                    "name": "intent",
                    "field": "intent",
                    "label_set": "intent",
                    "class_weight": "balanced",
                },
            ],
        }
    )


@pytest.fixture(scope="session")
def trained(tmp_path_factory, make_checkpoint, corpus, tiny_config):
    """A BERT fine-tuned on the corpus and saved: folder and what was returned."""
    from training.neural.fine_tune import train_transformer

    out = tmp_path_factory.mktemp("models") / "bert"
    tuned = train_transformer(
        corpus, tiny_config, make_checkpoint("bert"), out, group_field="group"
    )
    return out, tuned
