"""data/aws_models.json: of botocore's models the operations that the check calls, and the shapes that those need.

And of its list of endpoints the services that are asked."""

import json
import re
from typing import Any

import botocore
from botocore.loaders import Loader

from datadog_checks.aws_diagnostics.collect.aws.botocore_setup import ENDPOINTS, MODEL, OPERATIONS

FROM = 'botocore {version}, https://github.com/boto/botocore, Apache License 2.0, Copyright Amazon.com, Inc.'
REFERENCE = re.compile(r'"shape":"(\w+)"')
Model = dict[str, Any]
SIGN_ON = ('oidc', 'portal.sso', 'sso')
"""What the credential chain may need too, by the name that the list of endpoints has for it."""


def aws_models() -> str:
    """A line for each service, so that a difference can be read."""
    source = json.dumps(FROM.format(version=botocore.__version__) + ' Changed: only a part of each model is here.')
    models = {
        service: json.loads(_compact(_model(service)), object_hook=_without_documentation) for service in OPERATIONS
    }
    services = ',\n'.join(f'{json.dumps(service)}:{_compact(model)}' for service, model in models.items())
    endpoints = _compact(_endpoints())
    return f'{{"from":{source},\n"endpoints":{endpoints},\n"services":{{\n{services}\n}}}}\n'


def _endpoints() -> Model:
    """Every partition with its regions, and of its services those that are asked."""
    whole: Model = Loader().load_data(ENDPOINTS)
    kept = {*SIGN_ON, *(_model(service)['metadata']['endpointPrefix'] for service in OPERATIONS)}
    partitions = [
        {**partition, 'services': {name: found for name, found in partition['services'].items() if name in kept}}
        for partition in whole['partitions']
    ]
    return {**whole, 'partitions': partitions}


def _model(service: str) -> Model:
    """Without documentation, and without the parameters of S3 that botocore takes only with it and nobody sets. Its
    protocol is one that the botocore of an older Agent knows too."""
    loaded: Model = Loader().load_service_model(service, MODEL)
    whole = {name: part for name, part in loaded.items() if name != 'clientContextParams'}
    operations = {name: whole['operations'][name] for name in OPERATIONS[service]}
    shapes = {name: whole['shapes'][name] for name in sorted(_needed(operations, whole['shapes']))}
    metadata = dict(whole['metadata'])
    if 'query' in metadata['protocols']:
        metadata['protocol'] = 'query'
    return {**whole, 'documentation': '', 'metadata': metadata, 'operations': operations, 'shapes': shapes}


def _needed(operations: Model, shapes: Model) -> set[str]:
    """Names of the shapes that these operations refer to, and that those refer to."""
    found: set[str] = set()
    parts: list[Any] = [operations]
    while parts:
        new = {*REFERENCE.findall(_compact(parts.pop()))} & shapes.keys() - found
        found |= new
        parts += [shapes[name] for name in new]
    return found


def _without_documentation(part: Model) -> Model:
    """A member of that name is an object, and stays."""
    return {name: value for name, value in part.items() if name != 'documentation' or isinstance(value, dict)}


def _compact(model: object) -> str:
    return json.dumps(model, separators=(',', ':'))
