"""Fuzz every endpoint from its own description: no request may cause a fault."""

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from service.api.app import create_app
from service.settings import Settings

schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(Settings()))


@schema.include(path_regex="^/(v1/classify|v1/cases|v1/labels|healthz|readyz)").parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_causes_a_fault(case):
    case.call_and_validate(checks=[not_a_server_error], excluded_checks=[])
