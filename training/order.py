"""One fit as the command line orders it: read the files it names, then train."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import InputError
from training.blend import train_blend
from training.config import BlendConfig, TrainConfig, TransformerConfig, read_recipe, single_head
from training.corpus import Corpus, read_corpus, shipped_corpus
from training.letters import Letter, read_letters, shipped_letters
from training.neural.fine_tune import train_transformer
from training.neural.mixture import learns_letters
from training.reviewed import REVIEWED_WEIGHT, prepare_reviewed
from training.train import VOICE, train


@dataclass(frozen=True)
class Order:
    """What to fit on and where to write; without a corpus, the shipped one is taken.

    Parameters
    ----------
    reviewed : Path, optional
        An office's corrections, each counting as `reviewed_weight` texts.
    archive : Path, optional
        An office's unlabelled messages to adapt to.
    checkpoint : Path, optional
        A Hugging Face folder that a recipe with a network starts from; its weights may be a
        pickle only with `allow_pickle`.
    report : callable
        Gets lines of progress of a long run.
    letters : Path, optional
        Requests with reply letters, for a recipe with the head `outcome`; by default the shipped
        ones.
    real_messages : Path, optional
        Labelled texts to measure on only; `renames` merges our codes into theirs.
    """

    corpus: Path | None
    out: Path
    text_field: str = "text"
    label_field: str | None = None
    group_field: str | None = None
    recipe: str = "linear"
    reviewed: Path | None = None
    reviewed_weight: float = REVIEWED_WEIGHT
    archive: Path | None = None
    checkpoint: Path | None = None
    allow_pickle: bool = False
    letters: Path | None = None
    report: Callable[[str], None] = lambda line: None
    real_messages: Path | None = None
    renames: Mapping[str, str] = field(default_factory=dict)


def carry_out(order: Order) -> tuple[str, int]:
    """Train and write the artefact folder; returns the model's id and its number of texts.

    Raises
    ------
    InputError
        If a file or a column is missing, or a setting is wrong.
    """
    recipe = read_recipe(order.recipe)
    blend: BlendConfig | None = None
    linear: TrainConfig | None = None
    config: TrainConfig | TransformerConfig
    if isinstance(recipe, BlendConfig):
        blend, linear, config = recipe, *_both(recipe)
    else:
        config = recipe
    _check_kind(order, config, is_blend=blend is not None)
    if order.label_field is not None:
        config = single_head(config, order.label_field)
        linear = None if linear is None else single_head(linear, order.label_field)
    evaluations: dict[str, tuple[Corpus, Mapping[str, str]]] = {}
    group_field = order.group_field
    if order.corpus is None:
        corpus, group_field = shipped_corpus(), group_field or VOICE
        evaluations["evaluation"] = (shipped_corpus("evaluation"), {})
    else:
        corpus = _read(order.corpus, order)
    if order.real_messages is not None:
        evaluations["real_messages"] = (_read(order.real_messages, order), order.renames)
    reviewed = archive = None
    if order.reviewed is not None:
        reviewed = prepare_reviewed(_read(order.reviewed, order), config)
    if order.archive is not None:
        archive = _read(order.archive, order)
    n_texts = len(corpus) + (0 if reviewed is None else len(reviewed))
    if isinstance(config, TrainConfig):
        fitted = train(
            corpus,
            config,
            order.out,
            group_field=group_field,
            evaluations=evaluations,
            reviewed=reviewed,
            reviewed_weight=order.reviewed_weight,
            archive=archive,
        )
        return fitted.pipeline.model_id, n_texts
    if order.checkpoint is None:
        raise InputError(
            f"训练配置 {order.recipe} 需要一个本机上的模型：请加 --checkpoint 文件夹。"
        )
    letters, held = _letters(order, config)
    if blend is not None and linear is not None:
        made = train_blend(
            corpus,
            blend,
            linear,
            config,
            order.checkpoint,
            order.out,
            allow_pickle=order.allow_pickle,
            group_field=group_field,
            evaluations=evaluations,
            letters=letters,
            letter_evaluation=held,
            report=order.report,
        )
        return made.model_id, n_texts + len(letters)
    tuned = train_transformer(
        corpus,
        config,
        order.checkpoint,
        order.out,
        allow_pickle=order.allow_pickle,
        group_field=group_field,
        evaluations=evaluations,
        reviewed=reviewed,
        reviewed_weight=order.reviewed_weight,
        letters=letters,
        letter_evaluation=held,
        report=order.report,
    )
    return tuned.pipeline.model_id, n_texts + len(letters)


def _letters(order: Order, config: TransformerConfig) -> tuple[list[Letter], list[Letter]]:
    """Letters to learn from and to measure on, if the recipe learns from any."""
    if not learns_letters(config):
        return [], []
    own = order.letters
    return shipped_letters() if own is None else read_letters(own), shipped_letters("evaluation")


def _both(recipe: BlendConfig) -> tuple[TrainConfig, TransformerConfig]:
    """The recipes of the two models of a blend."""
    linear, network = read_recipe(recipe.linear), read_recipe(recipe.network)
    if not isinstance(linear, TrainConfig) or not isinstance(network, TransformerConfig):
        raise InputError(
            "合用的训练配置中，linear 应为线性模型的配置，network 应为变换器模型的配置。"
        )
    return linear, network


def _check_kind(
    order: Order, config: TrainConfig | TransformerConfig, *, is_blend: bool = False
) -> None:
    """Refuse what the recipe cannot do, rather than leave it out in silence."""
    if is_blend and order.reviewed is not None:
        raise InputError("两个模型合用（blend）时不能同时用 --reviewed：请先分别训练。")
    has_network = isinstance(config, TransformerConfig)
    if not has_network and order.checkpoint is not None:
        raise InputError("--checkpoint 只用于变换器模型：请加 --recipe transformer。")
    if has_network and order.archive is not None:
        raise InputError("参照以往来信（adapt）只用于线性模型，请去掉 --recipe。")
    reads = isinstance(config, TransformerConfig) and learns_letters(config)
    if order.letters is not None and (not reads or order.label_field is not None):
        raise InputError(
            "--letters 只用于带 outcome 一项的变换器训练配置，且不与 --label-field 同用；"
            "单独训练读答复书的模型请用 fit-letters。"
        )


def _read(path: Path, order: Order) -> Corpus:
    return read_corpus(path, text_field=order.text_field)
