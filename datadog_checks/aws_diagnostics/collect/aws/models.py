"""botocore's loader, once for each process, with models of only the operations that this check calls.

botocore's model of EC2 describes 807 operations. Parsing it takes 160 ms without letting go of the GIL, it stays in
memory for as long as a client does, and every full garbage collection walks through it. `data/aws_models.json` is the
part of botocore's models that this check needs; `make assets` writes it. Endpoints, retries and paginators are
botocore's own, and so is every service that is not here, such as that of single sign-on.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from ..json_object import parsed

PACKAGE = 'datadog_checks.aws_diagnostics'
FILE = 'aws_models.json'
MODEL = 'service-2'
"""botocore's name of this kind of model."""

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    'cloudwatch': ('GetMetricData', 'ListMetricStreams', 'ListMetrics'),
    'ec2': ('DescribeInstances', 'DescribeLaunchTemplateVersions', 'DescribeRegions', 'GetInstanceMetadataDefaults'),
    'iam': (
        'GetAccountSummary',
        'GetPolicy',
        'GetPolicyVersion',
        'GetRole',
        'GetRolePolicy',
        'ListAttachedRolePolicies',
        'ListRolePolicies',
        'ListRoles',
        'SimulatePrincipalPolicy',
    ),
    # The last one is how the credential chain uses a web identity, as in EKS.
    'sts': ('AssumeRole', 'GetCallerIdentity', 'AssumeRoleWithWebIdentity'),
}
"""A client has no method for an operation that is not here."""


@cache
def loader() -> Any:  # noqa: ANN401  (botocore has no annotations)
    """For the component data_loader of a session."""
    from botocore.loaders import Loader

    models = _models()

    class Loading(Loader):  # type: ignore[misc]
        def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:  # noqa: ANN401
            if type_name == MODEL and service_name in models:
                return models[service_name]
            return super().load_service_model(service_name, type_name, api_version)

    return Loading()


def _models() -> Mapping[str, Any]:
    text = (resources.files(PACKAGE) / 'data' / FILE).read_text(encoding='utf-8')
    document: Any = parsed(text)
    services: Mapping[str, Any] = document['services']
    return services
