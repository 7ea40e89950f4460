"""Works for processes that are to be killed; forked from one that has imported everything.

Standard input has one JSON line for each child: [work, arguments]; its process id comes back.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import polars  # noqa: F401
from sqlalchemy import select

sys.path.insert(0, str(Path(__file__).parents[1] / "service"))
from conftest import DummyClassifier

from service.api.work import create_registry
from service.cases import relabelling
from service.cases.labelling import assign
from service.cases.tables import Case
from service.classification.outcomes import default_reader
from service.database.engine import open_database
from service.intake import encoding
from service.jobs import queue, runner

TOPICS = ("land", "planning", "forestry", "minerals")


class Slow(DummyClassifier):
    """A classifier that takes its time, so that a kill finds it at work."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def predict_utf8(self, data, offsets):
        time.sleep(self.seconds)
        return super().predict_utf8(data, offsets)

    def predict(self, documents, *, evidence=True):
        time.sleep(self.seconds)
        return super().predict(documents)


def work_off(url, folder, seconds=0.02, forever=False, file_limit=None):
    """Do the jobs in the queue; end when none is left."""
    encoding.BLOCK_BYTES = 1000  # many chunks, each saved
    runner._BEAT_SECONDS = runner._IDLE_SECONDS = 0.05
    runner._BACK_OFF_SECONDS = 0.2
    if file_limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    database = open_database(url)
    relabelling._AT_ONCE = 20
    model = Slow(seconds)
    registry = create_registry(lambda: model, default_reader, n_threads=2)
    workers = runner.Runner(database, registry, Path(folder), 1, 30)
    workers.start()
    while forever or _is_open(database):
        time.sleep(0.02)
    workers.stop()
    database.close()


def _is_open(database):
    with database.reading() as session:
        return bool(queue.open_ids(session))


def review(url, acknowledged, name):
    """Label cases one after another; each is noted in a file once it is stored."""
    database = open_database(url)
    with open(acknowledged, "a", encoding="utf-8") as noted:  # noqa: PTH123
        for turn in range(100_000):
            with database.reading() as session:
                query = select(Case.number, Case.version).order_by(Case.version, Case.id)
                number, version = session.execute(query).first()
            topic = TOPICS[turn % len(TOPICS)]
            with database.session() as session:
                assign(session, name, number, version, {"topic": topic})
            noted.write(f"{number} {version} {topic}\n")
            noted.flush()


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended children are taken away at once
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        work, arguments = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                null = os.open(os.devnull, os.O_RDWR)
                os.dup2(null, 0)
                os.dup2(null, 1)
                {"work_off": work_off, "review": review}[work](**arguments)
                code = 0
            finally:
                os._exit(code)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
