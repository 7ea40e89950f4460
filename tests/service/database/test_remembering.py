"""Figures are counted by one asker and kept for twenty times as long as counting took."""

import threading

import pytest

from service.database.remembering import Remembered


class Clock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now


def test_a_figure_is_kept_and_then_counted_again(monkeypatch):
    clock, memory, counted = Clock(), Remembered(), []
    monkeypatch.setattr("service.database.remembering.time", clock)

    def count():
        counted.append(clock.now)
        clock.now += 2
        return len(counted)

    assert memory.get("all", count) == 1
    clock.now = 41
    assert memory.get("all", count) == 1
    clock.now = 43
    assert memory.get("all", count) == 2
    assert memory.get("other", lambda: 9) == 9


def test_while_one_counts_the_others_get_the_figure_before():
    memory, started, go_on = Remembered(), threading.Event(), threading.Event()
    memory.get("all", lambda: 1)
    next(iter(memory._entries.values())).until = 0

    def slow():
        started.set()
        assert go_on.wait(30)
        return 2

    thread = threading.Thread(target=memory.get, args=("all", slow))
    thread.start()
    assert started.wait(30)
    assert memory.get("all", lambda: 3) == 1
    go_on.set()
    thread.join()
    assert memory.get("all", lambda: 3) == 2


def test_those_who_have_nothing_yet_wait_for_the_one_who_counts():
    memory, counted, found = Remembered(), [], []
    barrier = threading.Barrier(8)

    def count():
        counted.append(1)
        return 5

    def ask():
        barrier.wait()
        found.append(memory.get("all", count))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [5] * 8
    assert counted == [1]


def test_a_count_that_fails_leaves_nothing_behind():
    memory = Remembered()
    with pytest.raises(ZeroDivisionError):
        memory.get("all", lambda: 1 / 0)
    assert memory.get("all", lambda: 4) == 4
