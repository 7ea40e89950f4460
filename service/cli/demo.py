"""`yangguang demo`: the main jobs on the shipped samples, into a folder one can look at."""

from __future__ import annotations

from pathlib import Path

import typer

demo_app = typer.Typer(add_completion=False)

FOLDER = "yangguang-demo"
MESSAGES, REPORT = "messages.csv", "report_2023.html"


@demo_app.command("demo")
def demo_cli() -> None:
    """用随程序附带的示例跑一遍：分类、核对年报，结果写入当前文件夹下的 yangguang-demo。"""
    for line in demo(Path.cwd() / FOLDER):
        typer.echo(line)


def demo(folder: Path) -> list[str]:
    """Label the sample messages, check the sample report; returns what to look at.

    Raises
    ------
    YangguangError
        If the folder cannot be written.
    """
    from models.errors import InputError
    from models.resources import data_path
    from service.classification.label import LabelOptions
    from service.cli.draft import draft
    from service.cli.label import label
    from service.report import check_file
    from service.report.presenting.page import render_page
    from service.report.presenting.saving import save_text

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"不能建立文件夹 {folder}（{error.strerror}），请换个地方运行。"
        raise InputError(why) from error
    labelled, page = folder / "labelled.xlsx", folder / "check.html"
    summary = label(data_path("samples", MESSAGES), labelled, LabelOptions(with_evidence=True))
    result = check_file(data_path("samples", REPORT))
    save_text(page, render_page(result))
    report, sources = folder / "report.docx", folder / "report.json"
    draft(
        2020,
        data_path("samples", "requests_2020.csv"),
        data_path("samples", "figures_2020.xlsx"),
        report,
        json_path=sources,
    )
    failed = [finding for finding in result.findings if finding.status.value == "fails"]
    return [
        summary.to_text(),
        "",
        f"示例年报核对出 {len(failed)} 处问题，例如：",
        *(f"  {finding.message}" for finding in failed[:3]),
        "",
        "请看：",
        f"  {labelled}  带分类、概率、判定和依据的来信表，用 Excel 或 WPS 打开",
        f"  {page}  年报与核对结果左右对照，用浏览器打开",
        f"  {report}  由一年的申请登记表和数据表起草的年报，用 Word 或 WPS 打开",
        f"  {sources}  年报中每个数的来源；试试 yangguang report trace {sources} 195",
        "在浏览器里走一遍示例年度：yangguang serve --demo，再打开 http://127.0.0.1:8737/",
        "接着可以：yangguang label 您的文件.xlsx 结果.xlsx；yangguang report check 您的年报.docx",
    ]
