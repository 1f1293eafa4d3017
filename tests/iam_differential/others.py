"""What evaluators of others decide, and where AWS's documentation says that they are wrong."""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.account.builders import ACCOUNT_ID

from .callers import Caller
from .documents import Document

EVALUATOR = Path(__file__).parent / 'evaluate.mjs'
Decisions = tuple[bool, ...]
"""For each caller: whether it may assume the role."""


def iam_simulate(directory: Path, cases: Sequence[tuple[Document, Sequence[Caller]]]) -> list[Decisions]:
    """Of @cloud-copilot/iam-simulate, which is installed in this directory."""
    lines = [
        json.dumps({'policy': document, 'requests': [{'principal': c.arn, 'context': c.context} for c in callers]})
        for document, callers in cases
    ]
    command = ['node', str(EVALUATOR)]
    ran = subprocess.run(command, cwd=directory, input='\n'.join(lines), capture_output=True, text=True, check=True)
    return [tuple(map(_is_allowed, json.loads(line))) for line in ran.stdout.splitlines()]


def _is_allowed(decision: str) -> bool:
    """Raises ValueError where the evaluator did not evaluate."""
    if decision.startswith('error'):
        raise ValueError(decision)
    return decision == 'Allowed'


def ministack(cases: Sequence[tuple[Document, Sequence[Caller]]]) -> list[Decisions]:
    """Of the evaluator by which ministack enforces trust policies with AUTH=true."""
    from ministack.core.iam_evaluator import EvalContext, evaluate_trust_policy  # type: ignore[import-untyped]

    def decide(document: Document, caller: Caller) -> bool:
        context = {key.lower(): value for key, value in caller.context.items()}
        request = EvalContext(
            principal_arn=str(context['aws:principalarn']),
            principal_type=str(context['aws:principaltype']),
            principal_account=str(context['aws:principalaccount']),
            action='sts:AssumeRole',
            resource_arn=f'arn:aws:iam::{ACCOUNT_ID}:role/DatadogIntegrationRole',
            region=str(context['aws:requestedregion']),
            source_ip=str(context['aws:sourceip']),
            secure_transport=True,
            tag_keys=None,  # absent, and not an empty list
            service_context=context,
            principal_keys=context,
        )
        return bool(evaluate_trust_policy(document, caller.arn, request))

    return [tuple(decide(document, caller) for caller in callers) for document, callers in cases]


MONTH = re.compile(r'\d{4}(-\d\d)?')
DOCUMENTATION = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/'
WRONG_ABOUT = {
    'variables of an old version': f'{DOCUMENTATION}reference_policies_elements_version.html',
    'the first part of ARNs': f'{DOCUMENTATION}reference_policies_elements_condition_operators.html#Conditions_ARN',
    'ARNs with variables': f'{DOCUMENTATION}reference_policies_variables.html',
    'the range 0.0.0.0/0': f'{DOCUMENTATION}reference_policies_elements_condition_operators.html#Conditions_IPAddress',
    'dates as numbers': f'{DOCUMENTATION}reference_policies_elements_condition_operators.html#Conditions_Date',
    'dates without a day': 'https://www.w3.org/TR/NOTE-datetime',
    'ARNs part by part': f'{DOCUMENTATION}reference_policies_elements_condition_operators.html#Conditions_ARN',
    'variables': f'{DOCUMENTATION}reference_policies_variables.html',
    'several values of Null': f'{DOCUMENTATION}reference_policies_multi-value-conditions.html',
    'NotPrincipal': f'{DOCUMENTATION}reference_policies_elements_notprincipal.html',
}
"""What an evaluator of others reads differently from AWS's documentation, and where that is documented."""


def iam_simulate_is_wrong_about(document: Document) -> Iterator[str]:
    for operator, key, values in _conditions(document):
        has_variable = any('${' in value for value in values)
        if has_variable and document.get('Version') != '2012-10-17':
            yield 'variables of an old version'
        if has_variable and 'arn' in operator:
            yield 'ARNs with variables'  # it takes them apart at the colons of the variables
        if 'arn' in operator and any(not value.startswith(('arn:', '*:')) for value in values):
            yield 'the first part of ARNs'  # it does not look at it
        if 'ipaddress' in operator and '0.0.0.0/0' in values:
            yield 'the range 0.0.0.0/0'  # it shifts by 32 bits, which in JavaScript is a shift by none
        if 'date' in operator and (key == 'aws:epochtime' or any(value.isdigit() for value in values)):
            yield 'dates as numbers'  # it takes them for milliseconds


def ministack_is_wrong_about(document: Document) -> Iterator[str]:
    for operator, _, values in _conditions(document):
        if any('${' in value for value in values):
            yield 'variables'
        if 'arn' in operator:
            yield 'ARNs part by part'
        if 'date' in operator and any(MONTH.fullmatch(value) for value in values):
            yield 'dates without a day'
        if operator == 'null' and len(values) > 1:
            yield 'several values of Null'
    if any('NotPrincipal' in statement for statement in document['Statement']):
        yield 'NotPrincipal'


def external_ids_in(document: Document) -> frozenset[str]:
    """As they are written: those of several organizations, for example."""
    return frozenset(value for _, key, values in _conditions(document) if key == 'sts:externalid' for value in values)


def _conditions(document: Document) -> Iterable[tuple[str, str, list[str]]]:
    for statement in document['Statement']:
        for operator, keys in statement.get('Condition', {}).items():
            for key, values in keys.items():
                yield operator.lower(), key.lower(), [values] if isinstance(values, str) else values
