"""`yangguang-train`: audit, split, fit, adapt, evaluate, compare, pretrain, export, card."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from models.errors import InputError, YangguangError
from training.neural.commands import export_cli, pretrain_cli

app = typer.Typer(
    help="训练与评测：用自己的标注训练模型、比较模型、写模型说明。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

TextField = Annotated[str, typer.Option(help="文本所在列")]
LabelField = Annotated[
    str | None, typer.Option(help="标签所在列；不给则按 topic、subtopic、intent 三个标签集训练")
]
GroupField = Annotated[str | None, typer.Option(help="分组列：同组的文本不会分到两边")]
Recipe = Annotated[str, typer.Option(help="训练配置：名称或 .toml 文件")]
Mapping = Annotated[
    Path | None,
    typer.Option(help='JSON：把模型的代码并为评测所用的代码，如 {"minerals": "other_nr"}'),
]
Reviewed = Annotated[
    Path | None, typer.Option(help="人工订正过的来信：文本加主题、二级主题、意图，可有空缺")
]
ReviewedWeight = Annotated[float, typer.Option(min=0.1, help="一条订正抵几条语料")]
RealMessages = Annotated[Path | None, typer.Option(help="另一份有标签的真实文本，只用来评测")]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        help="本机上的 Hugging Face 编码模型文件夹（BERT、RoBERTa、MacBERT、BGE、ELECTRA 等）"
    ),
]
AllowPickle = Annotated[
    bool, typer.Option("--allow-pickle", help="允许打开只有 pytorch_model.bin 的模型（来源须可靠）")
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


def _echo(content: object) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))


def _renames(mapping: Path | None) -> dict[str, str]:
    if mapping is None:
        return {}
    try:
        renames: dict[str, str] = json.loads(mapping.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{mapping} 应为 JSON 对象：模型代码到评测代码。") from error
    return renames


@app.command("audit")
def audit_cli(
    corpus: Annotated[Path | None, typer.Argument(help="语料；默认为随程序附带的语料")] = None,
    evaluation: Annotated[
        Path | None, typer.Option(help="评测语料：检查与训练语料有无泄漏")
    ] = None,
    text_field: TextField = "text",
    label_field: LabelField = None,
    as_json: Json = False,
) -> None:
    """检查语料：重复、近似重复、泄漏、各标签数量、长度。"""
    from training.audit import audit
    from training.corpus import read_corpus, shipped_corpus

    data = shipped_corpus() if corpus is None else read_corpus(corpus, text_field=text_field)
    other = None
    if evaluation is not None:
        other = read_corpus(evaluation, text_field=text_field)
    elif corpus is None:
        other = shipped_corpus("evaluation")
    fields = [label_field] if label_field else _present(data.frame.columns)
    result = audit(data, fields, other)
    if as_json:
        _echo(result.to_json())
    else:
        typer.echo(
            f"共 {result.n_documents} 条；完全重复 {result.exact_duplicates}；近似重复占 "
            f"{result.near_duplicate_ratio:.2%}；与评测语料重复 {len(result.leaks)}"
        )
        typer.echo("长度：" + "，".join(f"{k} {v}" for k, v in result.length_percentiles.items()))
        for field, counts in result.label_counts.items():
            typer.echo(f"{field}：" + "，".join(f"{k} {v}" for k, v in counts.items()))
        for problem in result.problems:
            typer.echo(f"问题：{problem}")
    if result.problems:
        raise typer.Exit(1)


def _present(columns: list[str]) -> list[str]:
    return [field for field in ("topic", "subtopic", "intent", "channel") if field in columns]


@app.command("split")
def split_cli(
    corpus: Annotated[Path, typer.Argument(help="语料")],
    out: Annotated[Path, typer.Argument(help="输出文件夹：train.jsonl 与 evaluation.jsonl")],
    one_in: Annotated[int, typer.Option(min=2, help="每几组留一组作评测")] = 10,
    text_field: TextField = "text",
    group_field: GroupField = None,
    seed: int = 0,
) -> None:
    """把语料分成训练与评测两份；近似重复的文本不会分开，以后增加文本也不会挪动旧的。"""
    from training.corpus import read_corpus
    from training.split import write_split

    data = read_corpus(corpus, text_field=text_field)
    train, held = write_split(data, out, one_in=one_in, group_field=group_field, seed=seed)
    typer.echo(f"训练 {train} 条，评测 {held} 条，已写入 {out}")


@app.command("fit")
def fit_cli(
    corpus: Annotated[Path | None, typer.Argument(help="语料；默认为随程序附带的语料")] = None,
    out: Annotated[Path, typer.Option(help="模型文件夹")] = Path("model"),
    text_field: TextField = "text",
    label_field: LabelField = None,
    group_field: GroupField = None,
    recipe: Recipe = "linear",
    reviewed: Reviewed = None,
    reviewed_weight: ReviewedWeight = 3.0,
    real_messages: RealMessages = None,
    mapping: Mapping = None,
    checkpoint: Checkpoint = None,
    allow_pickle: AllowPickle = False,
    letters: Annotated[
        Path | None,
        typer.Option(help="申请与答复的语料，变换器模型另学读答复书；默认为随程序附带的"),
    ] = None,
) -> None:
    """训练一个模型，写成模型文件夹（权重、配置、指标、说明）。"""
    from training.order import Order, carry_out

    order = Order(
        corpus,
        out,
        text_field=text_field,
        label_field=label_field,
        group_field=group_field,
        recipe=recipe,
        reviewed=reviewed,
        reviewed_weight=reviewed_weight,
        real_messages=real_messages,
        renames=_renames(mapping),
        checkpoint=checkpoint,
        allow_pickle=allow_pickle,
        letters=letters,
        report=typer.echo,
    )
    model_id, n_texts = carry_out(order)
    typer.echo(f"已训练 {model_id}，共 {n_texts} 条，写入 {out}（说明见 {out / 'README.md'}）")


@app.command("adapt")
def adapt_cli(
    archive: Annotated[Path, typer.Option(help="本单位以往的来信，不需要标签，只在本机读取")],
    out: Annotated[Path, typer.Option(help="模型文件夹")] = Path("model"),
    text_field: TextField = "text",
    recipe: Recipe = "linear",
    reviewed: Reviewed = None,
    reviewed_weight: ReviewedWeight = 3.0,
    real_messages: RealMessages = None,
    mapping: Mapping = None,
) -> None:
    """用本单位以往的来信（无标签）让随程序附带的模型适应当地的说法，写成模型文件夹。"""
    from training.order import Order, carry_out

    order = Order(
        None,
        out,
        text_field=text_field,
        recipe=recipe,
        reviewed=reviewed,
        reviewed_weight=reviewed_weight,
        archive=archive,
        real_messages=real_messages,
        renames=_renames(mapping),
    )
    model_id, n_texts = carry_out(order)
    typer.echo(
        f"已训练 {model_id}：有标签的 {n_texts} 条，并参照 {archive}，"
        f"写入 {out}（说明见 {out / 'README.md'}）"
    )


@app.command("evaluate")
def evaluate_cli(
    corpus: Annotated[Path, typer.Argument(help="有标签的文本")],
    model: Annotated[Path | None, typer.Option(help="模型文件夹；默认为随程序附带的模型")] = None,
    text_field: TextField = "text",
    label_field: LabelField = None,
    mapping: Mapping = None,
    as_json: Json = False,
) -> None:
    """在有标签的文本上评测模型：准确率、各标签、校准、可自动采纳的比例。"""
    from models.loading import load_predictor
    from training.corpus import read_corpus
    from training.measure import measure_heads, summary

    data = read_corpus(corpus, text_field=text_field)
    pipeline = load_predictor(model)
    fields = {pipeline.heads[0]: label_field} if label_field else None
    results = measure_heads(pipeline, data, fields=fields, renames=_renames(mapping))
    if as_json:
        _echo({name: result.to_json() for name, result in results.items()})
    else:
        typer.echo(summary(results))


@app.command("compare")
def compare_cli(
    corpus: Annotated[Path, typer.Argument(help="有标签的文本")],
    label_field: Annotated[str, typer.Option(help="标签所在列")] = "label",
    text_field: TextField = "text",
    fold_field: Annotated[str | None, typer.Option(help="已分好的折所在列")] = None,
    group_field: GroupField = None,
    recipe: Recipe = "linear",
    checkpoint: Checkpoint = None,
    checkpoint_recipe: Annotated[str, typer.Option(help="微调 --checkpoint 所用的训练配置")] = (
        "transformer"
    ),
    only_folds: Annotated[
        list[str] | None, typer.Option(help="只比这几折，可重复；表中会写明")
    ] = None,
    rivals: Annotated[bool, typer.Option(help="表中也列出常见做法")] = True,
    out: Annotated[
        Path | None, typer.Option(help="输出文件夹：compare.md、compare.json、compare.png")
    ] = None,
) -> None:
    """同样的折、同样的校准、同样的计时，与常见做法并列比较。"""
    from training.compare import compare_corpus
    from training.config import read_config
    from training.corpus import read_corpus

    data = read_corpus(corpus, text_field=text_field)
    text = compare_corpus(
        data,
        read_config(recipe),
        label_field=label_field,
        fold_field=fold_field,
        group_field=group_field,
        network=None if checkpoint is None else (checkpoint, checkpoint_recipe),
        only_folds=only_folds,
        with_rivals=rivals,
        out=out,
        report=lambda line: typer.echo(line, err=True),
    )
    typer.echo(text)


@app.command("fit-letters")
def fit_letters_cli(
    corpus: Annotated[
        Path | None, typer.Argument(help="申请与答复的语料；默认为随程序附带的语料")
    ] = None,
    out: Annotated[Path, typer.Option(help="模型文件夹")] = Path("letter-model"),
    evaluation: Annotated[Path | None, typer.Option(help="评测语料，只用来评测")] = None,
    recipe: Recipe = "letter",
) -> None:
    """训练读答复书的模型：条文与用语的规则不变，训练与之并列的分类器及两者的权重。"""
    from training.config import read_config
    from training.letters import fit_letters, read_letters, shipped_letters

    letters = shipped_letters() if corpus is None else read_letters(corpus)
    held = read_letters(evaluation) if evaluation else []
    if corpus is None and evaluation is None:
        held = shipped_letters("evaluation")
    reader = fit_letters(letters, read_config(recipe), out, held)
    typer.echo(f"已训练 {reader.model_id}，共 {len(letters)} 封，写入 {out}")


@app.command("evaluate-letters")
def evaluate_letters_cli(
    corpus: Annotated[
        Path | None, typer.Argument(help="有标签的答复；默认为随程序附带的评测语料")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="模型文件夹；默认为随程序附带的模型")] = None,
    as_json: Json = False,
    show_mistakes: Annotated[bool, typer.Option("--mistakes", help="列出读错的答复")] = False,
) -> None:
    """评测读答复书：只用规则、只用分类器、两者并用，逐行列出。"""
    from models.replies import load_reader
    from training.letter_card import item_table, letter_table
    from training.letters import (
        measure_items,
        measure_letters,
        mistakes,
        read_letters,
        shipped_letters,
    )

    letters = shipped_letters("evaluation") if corpus is None else read_letters(corpus)
    reader = load_reader(model)
    sides = {name: e.to_json() for name, e in measure_letters(reader, letters).items()}
    items = measure_items(reader, letters)
    if as_json:
        _echo(sides | {"items": items})
    else:
        typer.echo(letter_table(sides))
        typer.echo("\n" + item_table(items))
    if show_mistakes:
        _echo(mistakes(reader, letters))


app.command("pretrain")(pretrain_cli)
app.command("export")(export_cli)


@app.command("card")
def card_cli(
    model: Annotated[Path | None, typer.Argument(help="模型文件夹；默认为随程序附带的模型")] = None,
) -> None:
    """显示模型说明。"""
    from models.loading import check_folder
    from models.resources import data_path

    folder = model if model is not None else data_path("artifacts", "default")
    check_folder(folder)
    typer.echo((folder / "README.md").read_text(encoding="utf-8"))


def run(arguments: list[str] | None = None) -> Any:
    """Run the command line; expected errors become one line and exit code 2."""
    try:
        return app(arguments, standalone_mode=True)
    except YangguangError as error:
        typer.echo(f"错误：{error.message}", err=True)
        sys.exit(2)
