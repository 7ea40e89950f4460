"""Fuzz every endpoint of a running service from its own description: no request causes a fault."""

import socket
import threading
import time

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from service.api.app import create_app
from service.server import create_server
from service.settings import Settings


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Address of a service that runs, over a database of its own."""
    own = Settings(data_dir=tmp_path_factory.mktemp("data"), accounts="off", workers=0)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_server(own), log_config=None, lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            time.sleep(0.05)
        port = listening.getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


schema = schemathesis.openapi.from_dict(create_app(Settings()).openapi())


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_causes_a_fault(case, address):
    case.call_and_validate(checks=[not_a_server_error], base_url=address, timeout=60)
