"""The commands of networks: pretrain, export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from models.errors import InputError


class Objective(StrEnum):
    """What a small encoder is trained to do."""

    MASKED = "masked"
    REPLACED = "replaced"


def pretrain_cli(
    out: Annotated[Path, typer.Argument(help="输出文件夹，可交给 fit --checkpoint")],
    texts: Annotated[
        list[Path] | None,
        typer.Option(help="纯文本（.txt、.md、.jsonl）或其文件夹，可重复；只在本机读取"),
    ] = None,
    shipped: Annotated[bool, typer.Option(help="也读随程序附带的训练语料")] = True,
    steps: Annotated[int, typer.Option(min=1, help="猜字的步数，一步约一千字")] = 2000,
    contrastive_steps: Annotated[int, typer.Option(min=0, help="句向量的步数，0 为不做")] = 150,
    layers: Annotated[int, typer.Option(min=1, help="层数")] = 4,
    width: Annotated[int, typer.Option(min=16, help="宽度，16 的倍数")] = 256,
    vocabulary: Annotated[int, typer.Option(min=100, help="字表大小")] = 8000,
    objective: Annotated[
        Objective, typer.Option(help="masked 猜被遮住的字，replaced 找出被换掉的字（ELECTRA）")
    ] = Objective.MASKED,
    seed: int = 0,
    device: Annotated[str, typer.Option(help="auto、cpu 或 cuda")] = "auto",
) -> None:
    """从头训练一个小的编码模型（一字一符）；中断后再运行同一条命令会接着做。"""
    from pydantic import ValidationError

    from training.neural.plan import PretrainConfig
    from training.neural.pretrain import pretrain
    from training.neural.texts import read_texts, shipped_texts

    try:
        config = PretrainConfig(
            seed=seed,
            objective=objective.value,
            vocabulary=vocabulary,
            layers=layers,
            width=width,
            steps=steps,
            contrastive_steps=contrastive_steps,
            device=device,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"--{first['loc'][0]} 有误（{first['msg']}）。") from error
    sources = [*(shipped_texts() if shipped else []), *(texts or [])]
    if not sources:
        raise InputError("没有文本可学：请用 --texts 指出文件或文件夹。")
    facts = pretrain(read_texts(sources), config, out, typer.echo)
    typer.echo(
        f"已写入 {out}：{facts['n_parameters']:,} 个参数，读 {facts['n_tokens']:,} 字，"
        f"未读过的文本上损失 {facts['held_out_loss']}"
    )


def export_cli(
    model: Annotated[Path, typer.Argument(help="fit --recipe transformer 所得的模型文件夹")],
    out: Annotated[Path, typer.Option(help="新的模型文件夹")] = Path("model-onnx"),
    onnx: Annotated[bool, typer.Option("--onnx", help="导出 ONNX（目前唯一的格式）")] = True,
    int8: Annotated[bool, typer.Option("--int8", help="权重压成 8 位")] = False,
    evaluation: Annotated[
        Path | None, typer.Option(help="测前后差别的文本；默认为随程序附带的评测语料")
    ] = None,
    text_field: Annotated[str, typer.Option(help="文本所在列")] = "text",
) -> None:
    """导出为 ONNX：不装 torch 也能用；打印并记下导出前后的准确率与速度。"""
    from training.corpus import read_corpus, shipped_corpus
    from training.neural.export import export_onnx, losses

    del onnx
    if evaluation is None:
        corpus = shipped_corpus("evaluation")
    else:
        corpus = read_corpus(evaluation, text_field=text_field)
    facts = export_onnx(model, out, corpus, int8=int8)
    for title, side in (("导出前", facts["before"]), ("导出后", facts["after"])):
        accuracy = "，".join(f"{k} 准确率 {v:.3f}" for k, v in side["accuracy"].items())
        same = "，".join(f"{k} {v:.1%}" for k, v in side["same_answer"].items())
        speed = f"每条 {side['milliseconds']:.1f} 毫秒，每秒 {side['texts_per_second']:.0f} 条"
        typer.echo(f"{title}：{accuracy or '（这份文本没有标签）'}；答案相同 {same}；{speed}")
    for line in losses(facts):
        typer.echo(f"注意：{line}，请考虑不用 --int8。")
    typer.echo(
        f"已写入 {out}：{facts['megabytes']:.1f} MB（原 {facts['before_megabytes']:.1f} MB）"
    )
