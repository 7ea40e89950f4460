"""Fine-tune a local checkpoint on a corpus: folds, calibration, thresholds, artefact."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.classifiers.fine_tuned import DenseScores
from models.encoders.checkpoint import (
    Checkpoint,
    inspect_checkpoint,
    load_encoder,
    load_tokenizer,
    longest_row,
    save_encoder,
)
from models.encoders.networks import TorchNetwork
from models.encoders.tokens import Reading, Row, Tokens
from models.encoders.transformer import TransformerEncoder
from models.errors import InputError
from models.folders import sha256
from models.replies import HEAD, ReplyReader
from models.text.codepoints import CodePoints
from models.text.normalize import normalize
from models.transformer_artifact import save_transformer
from models.transformer_pipeline import TransformerPipeline
from training.card import render_card
from training.config import NetworkConfig, TransformerConfig
from training.corpus import Corpus
from training.fit import HeadTarget, fit_questions, output_slices, read_targets
from training.letters import Letter, measure_items, measure_letters
from training.neural.devices import need_torch, pick_device
from training.neural.learner import Learner
from training.neural.learning import Progress, learn
from training.neural.lesson import make_lesson
from training.neural.mixture import Mixture, mix, without_letters
from training.neural.state import RunState, fingerprint
from training.reliability import reliability_svg
from training.reviewed import REVIEWED_WEIGHT, join_reviewed
from training.train import (
    choose_folds,
    measure_all,
    measured_parts,
    training_facts,
    unseen_report,
)

Report = Callable[[str], None]
_COPIES = 4.0  # weights, gradients and AdamW's two moments


@dataclass(frozen=True)
class FineTuned:
    """A fine-tuned model, not yet saved.

    Parameters
    ----------
    pipeline : TransformerPipeline
    encoder : torch module
    targets : mapping of head name to HeadTarget
        Of the documents in `unseen` only.
    unseen : int array
        Documents that the network kept, or that of their fold, has not seen.
    y_score : float32 array, shape (n_unseen, n_outputs)
    facts : dict
        How it was trained, for the card.
    """

    pipeline: TransformerPipeline
    encoder: Any
    targets: Mapping[str, HeadTarget]
    unseen: NDArray[np.intp]
    y_score: NDArray[np.float32]
    facts: dict[str, Any]


class Starting:
    """A checkpoint that every fine-tuning of a run starts from, with its tokenizer.

    Raises
    ------
    ArtifactError
        If the checkpoint cannot be used.
    InputError
        If the network cannot read rows as long as the configuration asks.
    """

    def __init__(self, checkpoint: Checkpoint, config: NetworkConfig) -> None:
        need_torch()
        self.checkpoint, self.config = checkpoint, config
        content, pad_id = load_tokenizer(checkpoint)
        encoder = load_encoder(checkpoint, copies=_COPIES)
        longest = longest_row(encoder)
        if longest is not None and config.max_tokens > longest:
            raise InputError(
                f"{checkpoint.folder} 一次最多读 {longest} 字，训练配置的 max_tokens 是 "
                f"{config.max_tokens}，请调小。"
            )
        reading = Reading(config.max_tokens, config.long_texts, config.max_windows)
        self.tokens = Tokens(content, reading, pad_id)
        if len(self.tokens) > encoder.get_input_embeddings().num_embeddings:
            raise InputError(f"{checkpoint.folder} 的分词文件与权重不符：词表比权重大。")
        self.width = int(encoder.config.hidden_size)
        self.n_parameters = sum(p.numel() for p in encoder.parameters())
        self.device = pick_device(config.device)

    def learner(self, n_outputs: int, seed: int) -> Learner:
        """A fresh encoder with untrained heads."""
        import torch

        torch.manual_seed(seed)
        heads = torch.nn.Linear(self.width, n_outputs)
        torch.nn.init.normal_(heads.weight, std=0.02)
        torch.nn.init.zeros_(heads.bias)
        encoder = load_encoder(self.checkpoint, copies=_COPIES).to(self.device)
        pad_id = self.tokens.pad_id
        return Learner(encoder, heads.to(self.device), self.config.pooling, pad_id)

    def facts(self) -> dict[str, Any]:
        """What the card says about the checkpoint."""
        files = sorted(
            self.checkpoint.folder.glob("*.bin" if self.checkpoint.pickled else "*.safetensors")
        )
        return {
            "name": self.checkpoint.folder.name,
            "model_type": self.checkpoint.model_type,
            "n_parameters": self.n_parameters,
            "sha256": sha256(files[0]),
        }


def fine_tune(
    corpus: Corpus,
    config: TransformerConfig,
    start: Starting,
    folds: NDArray[np.intp],
    state: Path,
    *,
    sample_weight: NDArray[np.float64] | None = None,
    task: NDArray[np.intp] | None = None,
    report: Report = lambda line: None,
) -> FineTuned:
    """Fine-tune, calibrate on documents not seen, choose thresholds.

    Parameters
    ----------
    folds : int array, shape (n_documents,)
        Fold 0 is for calibration, fold 1 to stop on; with `cross_fit` each fold in turn, and the
        network kept learns from all but the one it stops on.
    state : Path
        Folder for what an interrupted run goes on from.
    task : int array, shape (n_documents,), optional
        See `Lesson`.

    Raises
    ------
    InputError
        If a fold is empty or a head has fewer than two labels.
    """
    began = time.perf_counter()
    targets = read_targets(corpus, config)
    n_folds = config.calibration.n_folds
    numbers = [np.flatnonzero(folds == fold) for fold in range(n_folds)]
    if n_folds < 3 or any(not len(numbers[fold]) for fold in (0, 1)):
        raise InputError("文本太少，分不出校准与早停用的部分：至少要三份，每份至少一条。")
    normal = normalize(CodePoints.from_texts(corpus.texts)).points
    rows = start.tokens.rows([normal.text(i) for i in range(len(normal))])
    run = fingerprint(
        config.model_dump(exclude={"network": {"save_every", "device"}}),
        start.facts(),
        training_facts(corpus),
    )

    def once(calibration: int | None, stopping: int) -> tuple[Learner, Progress]:
        out = (calibration, stopping)
        train = np.flatnonzero(~np.isin(folds, [fold for fold in out if fold is not None]))
        lesson = make_lesson(rows, targets, train, sample_weight, task)
        learner = start.learner(sum(lesson.widths), config.seed)
        place = RunState(state / f"{'all' if calibration is None else calibration}", run)
        dev = numbers[stopping]
        progress = learn(learner, lesson, train, dev, config.network, config.seed, place, report)
        return learner, progress

    if config.network.cross_fit:
        unseen = np.arange(len(corpus))
        n_outputs = sum(len(target.codes) for target in targets.values())
        y_score = np.zeros((len(corpus), n_outputs), np.float32)
        for fold in range(n_folds):
            if len(numbers[fold]):
                report(f"第 {fold + 1}/{n_folds} 折")
                other, _ = once(fold, (fold + 1) % n_folds)
                y_score[numbers[fold]] = _score(other, rows, numbers[fold])
        learner, progress = once(None, 1)
    else:
        learner, progress = once(0, 1)
        unseen = numbers[0]
        y_score = _score(learner, rows, unseen)
    held = {name: replace(target, y=target.y[unseen]) for name, target in targets.items()}
    weight = None if sample_weight is None else sample_weight[unseen]
    questions = fit_questions(held, output_slices(targets), y_score, config, weight)
    facts = {
        "checkpoint": start.facts(),
        "n_learnt": int((~np.isin(folds, [1] if config.network.cross_fit else [0, 1])).sum()),
        "n_stopping": len(numbers[1]),
        "n_calibration": len(unseen),
        "best_epoch": progress.best_epoch + 1,
        "history": progress.history,
        "seconds": round(time.perf_counter() - began, 1),
        "device": start.device,
    }
    return FineTuned(
        _pipeline(start, learner, questions, config.model_id),
        learner.encoder,
        held,
        unseen,
        y_score,
        facts,
    )


def _score(learner: Learner, rows: list[Row], documents: NDArray[np.intp]) -> NDArray[np.float32]:
    place = {int(document): i for i, document in enumerate(documents)}
    chosen = [Row(place[r.document], r.ids, r.spans) for r in rows if r.document in place]
    return learner.scores(chosen, len(documents))


def _pipeline(
    start: Starting, learner: Learner, questions: Mapping[str, Any], model_id: str
) -> TransformerPipeline:
    network = TorchNetwork(learner.encoder.eval(), learner.pooling)
    scorer = DenseScores(
        learner.heads.weight.detach().cpu().numpy(), learner.heads.bias.detach().cpu().numpy()
    )
    encoder = TransformerEncoder(start.tokens, network, start.width)
    return TransformerPipeline(model_id, encoder, scorer, questions)


def train_transformer(
    corpus: Corpus,
    config: TransformerConfig,
    checkpoint: Path,
    out: Path,
    *,
    allow_pickle: bool = False,
    group_field: str | None = None,
    evaluations: Mapping[str, tuple[Corpus, Mapping[str, str]]] | None = None,
    reviewed: Corpus | None = None,
    reviewed_weight: float = REVIEWED_WEIGHT,
    letters: Sequence[Letter] = (),
    letter_evaluation: Sequence[Letter] = (),
    report: Report = lambda line: None,
) -> FineTuned:
    """Fine-tune, measure, write the artefact folder; an interrupted run goes on where it was.

    Parameters
    ----------
    As `training.train.train`, and

    checkpoint : Path
        A folder in the manner of Hugging Face.
    letters, letter_evaluation : sequences of Letter
        Reply letters to learn the recipe's head `outcome` from, and to measure it on. Without any
        the head is left out.
    """
    if not letters:
        config = without_letters(config)
    start = Starting(inspect_checkpoint(checkpoint, allow_pickle=allow_pickle), config.network)
    folds = choose_folds(corpus, config, group_field)
    weight = None
    corrections: dict[str, Any] = {}
    if reviewed is not None:
        folds = np.concatenate([folds, choose_folds(reviewed, config, None)])
        corpus, weight = join_reviewed(corpus, reviewed, reviewed_weight)
        corrections = {"n_reviewed": len(reviewed), "reviewed_weight": reviewed_weight}
    state = out.with_name(out.name + ".state")
    mixed = mix(corpus, folds, weight, letters, config)
    tuned = fine_tune(
        mixed.corpus,
        config,
        start,
        mixed.folds,
        state,
        sample_weight=mixed.weight,
        task=mixed.task,
        report=report,
    )
    metrics: dict[str, Any] = {"training": training_facts(mixed.corpus) | corrections | tuned.facts}
    metrics["out_of_fold"] = unseen_report(tuned.pipeline.questions, tuned.y_score, tuned.targets)
    metrics |= measure_all(tuned.pipeline, config, evaluations)
    settings = config.model_dump(mode="json")
    if letters:
        settings["combination"] = _combine(mixed, tuned, config, letter_evaluation, metrics)
    weights = state / "encoder"
    save_encoder(tuned.encoder, start.checkpoint, weights)
    save_transformer(
        out,
        tuned.pipeline,
        pooling=config.network.pooling,
        network=weights,
        config=settings,
        metrics=metrics,
        card=render_card(tuned.pipeline, settings, metrics),
        attachments={"reliability.svg": reliability_svg(measured_parts(metrics))},
    )
    shutil.rmtree(state)
    return tuned


def _combine(
    mixed: Mixture,
    tuned: FineTuned,
    config: TransformerConfig,
    evaluation: Sequence[Letter],
    metrics: dict[str, Any],
) -> dict[str, Any]:
    """Fit how the network reads letters beside the rules, and add what was measured."""
    head = tuned.pipeline.questions[HEAD]
    combination = mixed.combination(
        head, tuned.unseen, tuned.targets[HEAD].y, tuned.y_score, config.calibration
    )
    facts = {"n_letters": mixed.n_letters, "n_passages": len(mixed.learned)}
    metrics["training"] |= facts
    if evaluation:
        reader = ReplyReader(tuned.pipeline.part((HEAD,)), combination)
        sides = measure_letters(reader, evaluation)
        metrics["letters"] = {side: e.to_json() for side, e in sides.items()}
        metrics["items"] = measure_items(reader, evaluation)
    return asdict(combination)
