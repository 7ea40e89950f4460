import gc

import pytest

from service.cli.startup import uncollected


@pytest.fixture(autouse=True)
def _as_before():
    yield
    gc.unfreeze()


def test_nothing_is_collected_inside_and_what_was_made_is_left_alone_afterwards():
    frozen = gc.get_freeze_count()
    with uncollected():
        assert not gc.isenabled()
        kept = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(kept)


def test_garbage_is_collected_again_after_a_failure():
    with pytest.raises(ValueError, match="no"), uncollected():
        raise ValueError("no")
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
