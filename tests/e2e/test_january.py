"""A clerk's January in a real browser: from the first sign-in to the exported report."""

import csv
import io

import pytest

from models.resources import data_path
from service.report import check_bytes

pytestmark = pytest.mark.slow
PASSWORD = "the river under a winter sun"
COLUMNS = {
    "编号": "受理序号",
    "收到日期": "来件时间",
    "申请方式": "途径",
    "申请人类型": "申请人性质",
    "申请内容": "来件摘要",
    "办理结果": "怎么办的",
    "办结日期": "办结时间",
}
FIELDS = {
    "number": "受理序号",
    "received_on": "来件时间",
    "closed_on": "办结时间",
    "channel": "途径",
    "applicant_type": "申请人性质",
    "text": "来件摘要",
    "outcome": "怎么办的",
}


def messy_register(path):
    """The sample year as an office might keep it: own column names, own dates, mistakes, GBK."""
    text = data_path("samples", "requests_2020.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS.values(), "备注"])
    for index, row in enumerate(rows):
        cells = [row[name] for name in COLUMNS]
        if index % 3 == 0 and cells[1]:
            year, month, day = cells[1].split("-")
            cells[1] = f"{year}年{int(month)}月{int(day)}日"
        writer.writerow([*cells, "一行\n两行" if index == 5 else ""])
    writer.writerow([*(rows[0][name] for name in COLUMNS), "同一件又抄了一遍"])
    writer.writerow(["补-1", "三月初", "信件", "自然人", "日期写不清的一件", "", "", ""])
    writer.writerow(["补-2", "2020-03-04", "信件", "自然人", "", "", "", "没有正文"])
    path.write_bytes(out.getvalue().encode("gb18030"))
    return len(rows)


def sign_in(page, office):
    page.goto(office.base)
    page.fill("#name", "admin")
    page.fill("#password", office.one_time_password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/password")
    page.fill("#current", office.one_time_password)
    page.fill("#new", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    assert page.get_by_text("密码已改").is_visible()


def import_register(page, office, path):
    page.goto(f"{office.base}/console/import")
    page.set_input_files("input[name=file]", path)
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/import/columns**")
    page.check("input[name=kind][value=disclosure]")
    for field, column in FIELDS.items():
        page.select_option(f"#field_{field}", column)
    page.get_by_role("button", name="开始导入").click()
    page.get_by_text("导入完成").wait_for(timeout=120_000)


def review_by_keyboard(page, n):
    page.goto(page.url.split("/console")[0] + "/console/")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/console/review")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/case?**")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    seen = []
    for _ in range(n):
        number = page.locator("#decide input[name=number]").input_value()
        seen.append(number)
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.get_by_text(f"{number} 已复核").wait_for()
    return seen


def test_january(office, watch, tmp_path):
    page = watch(office.base).page
    sign_in(page, office)
    register = tmp_path / "2020年台账.csv"
    n_rows = messy_register(register)
    assert page.get_by_text("从一份登记表开始").is_visible()

    import_register(page, office, register)
    assert page.get_by_text("已经登记过").is_visible()
    assert page.get_by_text("收到日期无法辨认").is_visible()
    assert page.get_by_text(f"{n_rows + 3} 行 = {n_rows} 件 + 3 行").is_visible()

    seen = review_by_keyboard(page, 3)
    assert len(set(seen)) == 3
    page.goto(f"{office.base}/console/case?n={seen[0]}")
    assert page.get_by_text("admin 已定").count() >= 2  # an application's intent is never asked
    page.keyboard.press("u")
    page.get_by_text("已撤回您对").wait_for()

    page.goto(f"{office.base}/console/statistics?year=2020&kind=disclosure")
    bar = page.locator("section:has(#title-month) svg a").nth(2)
    n_bar = int(bar.locator("text.value").text_content())
    bar.click()
    page.wait_for_url("**/console/cases?**")
    assert page.locator(".page-head p b").text_content() == str(n_bar)

    page.goto(f"{office.base}/console/report/2020/figures")
    page.set_input_files("#file", data_path("samples", "figures_2020.xlsx"))
    page.get_by_role("button", name="读入数据表").click()
    page.get_by_text("已从数据表读入").wait_for()
    page.fill("[id='f-about.落款日期']", "2021年1月11日")
    page.get_by_role("button", name="保存数字").click()
    page.get_by_text("已保存，改动 1 项").wait_for()

    page.goto(f"{office.base}/console/report/2020")
    page.get_by_role("button", name="用 13485").click()
    page.get_by_text("已记下您的决定").wait_for()
    page.locator(".chip", has_text="13件").first.click()
    page.locator("#source", has_text="数出来的 13 件申请").wait_for()
    page.get_by_text("项核对通过").wait_for()
    page.locator("[id='s-1/carried_in/0'] .edit").click()
    page.fill("#text", "另有上年结转的申请【13件】。")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("存为新的一版").wait_for()
    assert page.locator(".sentence.edited").text_content().startswith("另有上年结转的申请13件")

    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出 Word").click()
    made = tmp_path / "2020.docx"
    waiting.value.save_as(made)
    result = check_bytes((made.read_bytes(), made.name))
    failed = [f for f in result.findings if f.status.value == "fails"]
    assert [f.message for f in failed if f.severity.value == "error"] == []
    assert "另有上年结转的申请13件" in result.report.text

    page.goto(f"{office.base}/console/check")
    page.set_input_files("input[name=file]", made)
    page.get_by_role("button", name="核查", exact=True).click()
    page.get_by_role("button", name="再核查").or_(page.get_by_text("再核查一份")).wait_for()
    page.goto(f"{office.base}/console/system/audit")
    page.get_by_role("button", name="逐条核对").click()
    page.get_by_text("记录完整").wait_for()


PAGES = (
    "", "import", "register", "review", "review/next", "cases", "case?n=依申请2020-100",
    "case?n=2023-0001&review=1", "statistics?year=2020", "report", "report/2020",
    "report/2020/figures", "report/2020/tables", "report/2020/versions",
    "report/2020/sentence?key=1/received/0", "check", "check/sample", "work", "review/second",
    "model", "try",
    "model/choice", "system", "system/keys", "system/audit", "system/backup", "system/settings",
    "nothing",
)  # fmt: skip


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_every_page_fits_the_screen_and_keeps_the_policy(sample_office, watch, width, height):
    page = watch(sample_office.base, width, height).page
    wide, unnamed, faint, missing = [], [], [], []
    for path in PAGES:
        answer = page.goto(f"{sample_office.base}/console/{path}")
        page.wait_for_load_state("networkidle")
        if answer.status != (404 if path == "nothing" else 200):
            missing.append(f"{path}: {answer.status}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
        unnamed += [f"{path}: {what}" for what in page.evaluate(NAMELESS)]
        faint += [f"{path}: {what}" for what in page.evaluate(FAINT)]
    assert missing == []
    assert wide == []
    assert unnamed == []
    assert faint == []


NAMELESS = """() => [...document.querySelectorAll(
    'input:not([type=hidden]), select, textarea, button, a[href]')]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.labels && e.labels.length) && !e.getAttribute('aria-label')
    && !e.textContent.trim() && !e.title)
  .map((e) => e.outerHTML.slice(0, 120))"""


FAINT = """() => {
  const parts = (s) => s.match(/[\\d.]+/g).map(Number);
  const light = (c) => {
    const [r, g, b] = c.slice(0, 3).map((v) => {
      v /= 255;
      return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.checkVisibility({ opacityProperty: true }) || e.closest('[disabled]')) continue;
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const style = getComputedStyle(e);
    let under = e, ground = [255, 255, 255];
    for (; under; under = under.parentElement) {
      const colour = parts(getComputedStyle(under).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) { ground = colour; break; }
    }
    const ink = parts(e instanceof SVGElement ? style.fill : style.color);
    const [high, low] = [light(ink), light(ground)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < needed) found.push(`${e.tagName} ${ratio.toFixed(2)} ${e.textContent.trim()}`);
  }
  return found.map((what) => what.slice(0, 80));
}"""


def test_without_scripts_pages_are_read_and_forms_work(sample_office, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{sample_office.base}/console/report/2020")
    page.locator(".chip", has_text="279件").first.click()
    page.get_by_text("数出来的 279 件申请").wait_for()
    page.goto(f"{sample_office.base}/console/try")
    page.fill("#text", "请问房产证丢了怎么补办？")
    page.get_by_role("button", name="分类").click()
    page.locator("dd", has_text="不动产登记").first.wait_for()
    context.close()
