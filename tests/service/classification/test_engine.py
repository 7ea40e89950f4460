import threading
import time

import pytest

from service.classification.engine import map_in_order, n_cores


def test_results_come_in_order_whoever_is_first():
    def work(i):
        time.sleep(0.01 * (i % 3))
        return i

    assert list(map_in_order(work, range(20), 4)) == list(range(20))


def test_no_more_is_read_than_is_being_worked_on():
    taken = 0

    def items():
        nonlocal taken
        for i in range(100):
            taken += 1
            yield i

    for done, _ in enumerate(map_in_order(lambda i: i, items(), 2), start=1):
        assert taken <= done + 3


def test_all_workers_work_at_once():
    barrier = threading.Barrier(3, timeout=10)
    assert list(map_in_order(lambda i: barrier.wait() >= 0, range(3), 3)) == [True] * 3


def test_the_first_error_ends_the_run_after_the_results_before_it():
    begun = []

    def work(i):
        begun.append(i)
        if i == 3:
            raise ValueError("three")
        return i

    results = map_in_order(work, range(1000), 1)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert len(begun) < 10


def test_there_is_a_core():
    assert n_cores() >= 1
