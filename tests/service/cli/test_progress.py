import io

from service.classification.label import Progress
from service.cli.progress import progress_bar


def test_quiet_where_nobody_watches(capsys):
    with progress_bar("来信.csv", is_shown=False) as report:
        assert report is None
    assert capsys.readouterr() == ("", "")


def test_rate_and_time_left_for_those_who_watch(monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with progress_bar("来信[1].csv", is_shown=True) as report:
        report(Progress(50, 100, 1000))
        report(Progress(100, 100, 2000))
    shown = screen.getvalue()
    assert "来信[1].csv" in shown
    assert "2,000 行，每秒" in shown
    assert "100%" in shown
