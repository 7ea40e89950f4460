"""The Ray engine on a real cluster of several node processes: the same result, whoever dies."""

import os
import time
from functools import partial

import polars as pl
import pytest

ray = pytest.importorskip("ray", reason="the extra `ray` is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

import models  # noqa: E402
from service.classification.cluster import RayMapper, label_files  # noqa: E402
from service.classification.folder import label_here, pair_files  # noqa: E402
from service.classification.label import LabelOptions, label_file  # noqa: E402

N_ROWS = 6000
load = partial(models.load, None)


class SlowModel:
    """Takes its time with each batch, and notes where it runs."""

    def __init__(self, folder, seconds):
        self._model, self._seconds = models.load(), seconds
        self.model_id, self.heads = self._model.model_id, self._model.heads
        (folder / f"{os.getpid()}.pid").touch()

    def predict_utf8(self, data, offsets):
        time.sleep(self._seconds)
        return self._model.predict_utf8(data, offsets)


@pytest.fixture(scope="module")
def cluster():
    from ray.cluster_utils import Cluster

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    started = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    started.add_node(num_cpus=2)
    ray.init(address=started.address, log_to_driver=False, logging_level="error")
    yield started
    ray.shutdown()
    started.shutdown()


@pytest.fixture
def messages(tmp_path):
    path = tmp_path / "in" / "messages.csv"
    path.parent.mkdir()
    texts = [f"第{n}封：我家在{n % 97}号，{'宅基地' if n % 3 else '办房产证'}的事怎么办？" * 40
             for n in range(N_ROWS)]  # fmt: skip
    pl.DataFrame({"编号": range(N_ROWS), "内容": texts}).write_csv(path)
    return path


@pytest.fixture
def here(messages, tmp_path):
    label_file(messages, tmp_path / "here.csv", models.load())
    return (tmp_path / "here.csv").read_bytes()


def test_one_file_is_labelled_as_on_this_machine(cluster, messages, here, tmp_path):
    options = LabelOptions(n_workers=2)
    label_file(messages, tmp_path / "there.csv", models.load(), options, mapper=RayMapper(load))
    assert (tmp_path / "there.csv").read_bytes() == here


def test_a_chunk_whose_worker_is_killed_is_answered_by_another(cluster, messages, here, tmp_path):
    pids = tmp_path / "pids"
    pids.mkdir()
    killed = []

    def kill_once(progress):
        if not killed:
            victim = next(pids.glob("*.pid"))
            os.kill(int(victim.stem), 9)
            killed.append(victim)

    slow = RayMapper(partial(SlowModel, pids, 0.3))
    there = tmp_path / "there.csv"
    label_file(messages, there, models.load(), LabelOptions(n_workers=2), kill_once, mapper=slow)
    assert killed
    assert there.read_bytes() == here
    assert len(list(pids.glob("*.pid"))) > 2  # a third process took the place of the dead one


def test_a_folder_survives_the_loss_of_a_node(cluster, messages, tmp_path):
    for name in ("b", "c", "d"):
        (messages.parent / f"{name}.csv").write_bytes(messages.read_bytes())
    pids = tmp_path / "pids"
    pids.mkdir()
    doomed = cluster.add_node(num_cpus=2)
    pairs = pair_files(messages.parent, tmp_path / "out")
    options = LabelOptions(n_workers=4)
    found = []
    for result in label_files(pairs, partial(SlowModel, pids, 0.3), options):
        if not found:
            cluster.remove_node(doomed, allow_graceful=False)
        found.append(result)
    assert sorted(r.input for r in found) == sorted(str(a.resolve()) for a, _ in pairs)
    assert all(r.n_labelled == N_ROWS and not r.fault for r in found)
    expected = {b.name: b.read_bytes() for _, b in pairs}
    list(label_here(pair_files(messages.parent, tmp_path / "own"), models.load(), options))
    assert {p.name: p.read_bytes() for p in (tmp_path / "own").glob("*.csv")} == expected
