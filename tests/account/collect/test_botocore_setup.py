"""The models that the check brings along say of each operation what botocore's own say."""

import re
from datetime import UTC
from functools import cache
from typing import Any

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.session import get_session
from botocore.utils import parse_timestamp

from datadog_checks.aws_diagnostics.collect.aws.botocore_setup import (
    ENDPOINTS,
    MODEL,
    OPERATIONS,
    botocore_session,
    loader,
    utc,
)
from tests.account.aws_account import all_models

ALL = [pytest.param(service, operation, id=operation) for service in OPERATIONS for operation in OPERATIONS[service]]


def model_of(source: Loader, service: str) -> ServiceModel:
    return ServiceModel(source.load_service_model(service, MODEL), service)


def form(shape: Shape | None, seen: frozenset[str] = frozenset()) -> object:
    """Everything that decides how a value is written and read."""
    if shape is None or shape.name in seen:
        return shape and shape.name
    inner = {'name': shape.name, 'type': shape.type_name, 'how': dict(shape.serialization), 'rules': shape.metadata}
    deeper = seen | {shape.name}
    members = {name: form(member, deeper) for name, member in getattr(shape, 'members', {}).items()}
    parts = {part: form(getattr(shape, part), deeper) for part in ('member', 'key', 'value') if hasattr(shape, part)}
    return inner, members, parts


@cache
def unused() -> tuple[Loader, Loader]:
    """Ours and botocore's, of which nobody makes a client: with one, botocore takes the bucket out of the paths of its
    model of S3."""
    return loader.__wrapped__(), Loader()


@pytest.mark.parametrize(('service', 'operation'), ALL)
def test_an_operation_is_described_as_botocore_describes_it(service: str, operation: str) -> None:
    ours, theirs = (model_of(source, service).operation_model(operation) for source in unused())
    assert form(ours.input_shape) == form(theirs.input_shape)
    assert form(ours.output_shape) == form(theirs.output_shape)
    assert [form(shape) for shape in ours.error_shapes] == [form(shape) for shape in theirs.error_shapes]
    assert (ours.http, ours.auth_type) == (theirs.http, theirs.auth_type)


@pytest.mark.parametrize('service', OPERATIONS)
def test_a_service_has_these_operations_and_speaks_as_before(service: str) -> None:
    ours, theirs = model_of(loader(), service), model_of(all_models(), service)
    assert sorted(ours.operation_names) == sorted(OPERATIONS[service])
    assert ours.resolved_protocol == theirs.resolved_protocol
    assert (ours.signing_name, ours.signature_version) == (theirs.signing_name, theirs.signature_version)


@pytest.mark.parametrize('region', ['us-east-1', 'eu-south-2', 'us-gov-west-1', 'cn-north-1', 'xx-nowhere-9'])
@pytest.mark.parametrize('service', OPERATIONS)
def test_a_client_has_the_endpoint_that_botocore_gives_it(
    service: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('AWS_ENDPOINT_URL', raising=False)
    endpoints = []
    for source in (loader(), all_models()):
        session: Any = botocore_session()
        session.register_component('data_loader', source)
        client = session.create_client(service, region_name=region, aws_access_key_id='a', aws_secret_access_key='b')
        endpoints.append((client.meta.endpoint_url, client._request_signer._region_name))
    assert endpoints[0] == endpoints[1]


def test_models_that_are_not_in_the_package_are_those_of_botocore() -> None:
    assert model_of(loader(), 'sso').operation_names == model_of(all_models(), 'sso').operation_names
    assert loader().load_data('_retry') == all_models().load_data('_retry')


def test_all_regions_of_all_partitions_are_known() -> None:
    ours, theirs = (source.load_data_with_path(ENDPOINTS)[0]['partitions'] for source in (loader(), all_models()))
    assert [(p['partition'], p['regions']) for p in ours] == [(p['partition'], p['regions']) for p in theirs]


def handlers_of(session: Any) -> dict[str, list[object]]:
    """In the order in which they are called, by event."""
    known = session.get_component('event_emitter')._emitter._handlers
    return {event: list(known.prefix_search(event)) for event in {event for event, *_ in BUILTIN_HANDLERS}}


def test_a_session_handles_every_event_as_one_of_botocore_does() -> None:
    assert handlers_of(botocore_session()) == handlers_of(get_session())


def test_a_handler_of_one_session_hears_of_no_other() -> None:
    heard: list[str] = []
    sessions: list[Any] = [botocore_session(), botocore_session()]
    for number, session in enumerate(sessions):
        session.register('before-send', lambda number=number, **_: heard.append(f'{number}'))
        session.get_component('event_emitter').emit('before-send.iam.GetRole')
    assert heard == ['0', '1']
    assert handlers_of(botocore_session()) == handlers_of(get_session())


def test_the_data_is_read_once_in_a_process() -> None:
    assert loader() is loader()


@pytest.mark.parametrize('value', [1_800_000_000, 1_800_000_000.25, '1800000000', '2027-01-15T08:00:00Z'])
def test_a_time_is_the_one_that_botocore_itself_reads_in_utc(value: object) -> None:
    assert utc(value) == parse_timestamp(value)
    assert isinstance(value, str) or utc(value).tzinfo is UTC


@pytest.mark.parametrize('value', [1e300, float('nan'), 'yesterday'])
def test_a_time_that_is_none_fails_as_in_botocore(value: object) -> None:
    with pytest.raises((ValueError, RuntimeError)) as its_own:
        parse_timestamp(value)
    with pytest.raises(its_own.type, match=re.escape(str(its_own.value))):
        utc(value)
