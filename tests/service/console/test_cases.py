"""工作台, 案件, 统计: empty, filled, filtered, and asked nonsense."""

import datetime as dt
import re

import pytest

from models.clock import beijing_day
from service.accounts.roles import Role
from service.cases.labelling import assign
from service.cases.registering import NewCase, register_case
from service.cases.statistics import Count
from service.console.statistics_page import opening_year

TEXT = "我们村去年征了地，补偿款到现在没发，想问问什么时候能发。"


@pytest.fixture
def add(guest, app):
    def registered(text=TEXT, *, on=dt.date(2025, 3, 4), kind="message", labels=None, **known):
        with app.state.database.session() as session:
            new = NewCase(kind=kind, received_on=on, text=text, **known)
            case = register_case(session, "test", new)
            if labels:
                assign(session, "test", case.number, case.version, labels)
            return case.number

    return registered


def test_an_empty_office_is_told_how_to_begin(visit):
    clerk = visit(Role.CLERK)
    for path in ("/console/", "/console/cases", "/console/statistics"):
        page = clerk.get(path)
        assert page.status_code == 200
        assert 'href="/console/import"' in page.text


def test_the_desk_shows_what_is_due_by_colour(visit, add):
    add(on=dt.date(2025, 1, 6), kind="disclosure", number="依〔2025〕1号")
    page = visit(Role.CLERK).get("/console/").text
    assert re.search(r'figure error"[^>]*><b>1</b><span>已过答复期限', page)
    assert re.search(r"已超出 \d+ 个工作日", page)


def test_a_tile_of_the_desk_opens_exactly_the_cases_it_counts(visit, add):
    today = beijing_day()
    for days in (-40, -30, 0, 1, 200):
        add(f"{days} 天", due_on=today + dt.timedelta(days=days))
    add("没有期限")
    clerk = visit(Role.CLERK)
    page = clerk.get("/console/").text
    tiles = {
        words: (href.replace("&amp;", "&"), int(n))
        for href, n, words in re.findall(
            r'class="figure[^"]*" href="([^"]+)"><b>(\d+)</b><span>([^<]+)', page
        )
    }
    counted = {}
    for words in ("已过答复期限", "5 个工作日内到期", "办理中、有期限"):
        address, n = tiles[words]
        counted[words] = n
        assert clerk.get(address).text.count("<tr><td") == n
    assert list(counted.values()) == [2, 2, 5]
    assert page.index("0 天") < page.index("已过期限的 2 件") < page.index("-30 天")
    assert "200 天" not in page


def test_cases_are_listed_filtered_and_paged(visit, add):
    for _ in range(31):
        add()
    number = add("<script>1</script> 我的<b>地</b>", on=dt.date(2024, 1, 2), title="")
    clerk = visit(Role.CLERK)
    first = clerk.get("/console/cases").text
    assert first.count("<tr><td") == 30
    more = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = clerk.get(more).text
    assert number in second
    assert "&lt;script&gt;" in second
    assert clerk.get("/console/cases?year=2024").text.count("<tr><td") == 1
    assert "没有符合条件" in clerk.get("/console/cases?topic=minerals").text
    assert number in clerk.get(f"/console/cases?q={number}").text


@pytest.mark.parametrize(
    "query", ["year=abc", "month=3", "due=tomorrow", "cursor=nonsense", "year=99999", "import=x"]
)
def test_nonsense_in_the_address_is_told(visit, query):
    page = visit(Role.CLERK).get(f"/console/cases?{query}")
    assert page.status_code == 422
    assert 'class="note error"' in page.text


def test_statistics_open_on_the_newest_year_that_says_something(visit, add):
    for _ in range(20):
        add(on=dt.date(2020, 5, 6))
    add(on=dt.date(2025, 1, 2))
    clerk = visit(Role.CLERK)
    assert "2020 年收到" in clerk.get("/console/statistics").text
    assert "2025 年收到" in clerk.get("/console/statistics?year=2025").text


def test_statistics_open_on_the_year_that_the_report_counts():
    years = [Count("2020", 400), Count("2023", 900), Count("2026", 30)]
    assert opening_year(years, [Count("2020", 120), Count("2026", 25)], 2026) == 2020
    assert opening_year(years, [], 2026) == 2023  # messages alone
    assert opening_year(years[2:], years[2:], 2026) == 2026  # the first year in use
    assert opening_year([Count("2024", 7), Count("2025", 3)], [], 2026) == 2024
    assert opening_year([], [], 2026) == 2026


def test_statistics_say_which_cases_they_count_and_which_the_report_does(visit, add):
    add(on=dt.date(2020, 5, 6), kind="disclosure", number="依〔2020〕1号")
    clerk = visit(Role.CLERK)
    page = clerk.get("/console/statistics?kind=disclosure").text
    assert "还有上年结转的" in page
    assert 'href="/console/report/2020"' in page
    assert "上年结转" not in clerk.get("/console/statistics?kind=message").text


def test_a_bar_leads_to_the_cases_it_counts(visit, add):
    for month, n in ((3, 3), (5, 2)):
        for _ in range(n):
            add(on=dt.date(2025, month, 4), channel="letter")
    clerk = visit(Role.CLERK)
    page = clerk.get("/console/statistics").text
    links = dict(re.findall(r'<a href="([^"]+)" aria-label="(\d+月 \d+) 件"', page))
    by_name = {name: href.replace("&amp;", "&") for href, name in links.items()}
    assert clerk.get(by_name["3月 3"]).text.count("<tr><td") == 3
    assert clerk.get(by_name["5月 2"]).text.count("<tr><td") == 2
    assert "信件 5 件" in page


def test_guests_see_no_case(guest, add):
    add()
    for path in ("/console/", "/console/cases", "/console/statistics", "/console/jobs"):
        assert guest.get(path).headers["location"].startswith("/console/login")


def test_exports_are_masked_unless_one_may_have_more(visit, add, app):
    add("我叫王小明，电话13812345678，我家的地被占了。", applicant="王小明")
    clerk, reviewer = visit(Role.CLERK), visit(Role.REVIEWER)
    masked = clerk.get("/console/cases/export?format=csv")
    assert masked.status_code == 200
    assert "13812345678" not in masked.text
    assert "的地被占了" in masked.text
    assert clerk.get("/console/cases/export?format=csv&plain=yes").status_code == 403
    assert "13812345678" in reviewer.get("/console/cases/export?format=csv&plain=yes").text
    assert "的地被占了" not in clerk.get("/console/cases/export?format=csv&year=1999").text
    assert clerk.get("/console/cases/export?format=exe").status_code == 422
    assert clerk.get("/console/model/examples").status_code == 403
    assert reviewer.get("/console/model/examples").status_code == 200
    assert "导出案件" in visit(Role.ADMIN).get("/console/system/audit").text
