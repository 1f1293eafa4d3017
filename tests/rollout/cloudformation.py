"""A CloudFormation template of this repository, and what a moto server makes of it."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.client import BaseClient
from botocore.session import Session

from tests.account.servers import KEYS
from tests.rollout.environment import program

REGION = 'eu-west-1'
NO_VALUE = {'Ref': 'AWS::NoValue'}


@dataclass(frozen=True)
class Template:
    """With the short forms of functions written out."""

    body: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> 'Template':
        from cfnlint.decode import decode  # a second, also for those who only collect the tests

        decoded, problems = decode(str(path))
        assert problems == []
        return cls(json.loads(json.dumps(decoded, default=str)))

    def properties(self, resource: str) -> dict[str, Any]:
        return dict(self.body['Resources'][resource]['Properties'])

    def only(self, *resources: str) -> 'Template':
        """Without the others, which moto may not know."""
        return Template({**self.body, 'Resources': {name: self.body['Resources'][name] for name in resources}})

    def evaluated(self, endpoint: str, stack: str, given: Mapping[str, str], value: Any) -> Any:
        """A part of the template in which every function is worked out: by a stack that prints each of them."""
        functions: list[Any] = []
        shape = _shape(value, functions)
        outputs = {f'Function{number}': {'Value': function} for number, function in enumerate(functions)}
        printed = Template({**self.body, 'Outputs': outputs}).deployed(endpoint, stack, given)
        return _filled(shape, [printed[name] for name in outputs])

    def deployed(self, endpoint: str, stack: str, given: Mapping[str, str]) -> dict[str, str]:
        """The outputs of a new stack."""
        cloud = client('cloudformation', endpoint)
        cloud.create_stack(
            StackName=stack,
            TemplateBody=json.dumps(self.body),
            Parameters=[{'ParameterKey': key, 'ParameterValue': value} for key, value in given.items()],
            Capabilities=['CAPABILITY_IAM'],
        )
        (described,) = cloud.describe_stacks(StackName=stack)['Stacks']
        assert described['StackStatus'] == 'CREATE_COMPLETE'
        return {output['OutputKey']: output['OutputValue'] for output in described.get('Outputs', [])}


def client(service: str, endpoint: str) -> BaseClient:
    return Session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=KEYS['AWS_ACCESS_KEY_ID'],
        aws_secret_access_key=KEYS['AWS_SECRET_ACCESS_KEY'],
    )


@dataclass(frozen=True)
class Function:
    number: int


@dataclass(frozen=True)
class Choice:
    """Between two structures, which no output can hold."""

    condition: Function
    then: Any
    otherwise: Any


def _shape(value: Any, functions: list[Any]) -> Any:
    """Every function replaced by its number in `functions`."""
    match value:
        case list():
            return [_shape(item, functions) for item in value]
        case {'Fn::If': [condition, then, otherwise]} if NO_VALUE in (then, otherwise):
            asked = _shape({'Fn::If': [condition, 'yes', 'no']}, functions)
            return Choice(asked, _shape(then, functions), _shape(otherwise, functions))
        case dict() if value == NO_VALUE:
            return NO_VALUE
        case dict() if any(key == 'Ref' or key.startswith('Fn::') for key in value):
            functions.append(value)
            return Function(len(functions) - 1)
        case dict():
            return {key: _shape(item, functions) for key, item in value.items()}
    return value


def _filled(shape: Any, printed: list[str]) -> Any:
    match shape:
        case Function(number):
            return printed[number]
        case Choice(condition, then, otherwise):
            return _filled(then if _filled(condition, printed) == 'yes' else otherwise, printed)
        case list():
            return [filled for item in shape if (filled := _filled(item, printed)) != NO_VALUE]
        case dict() if shape != NO_VALUE:
            return {key: filled for key, item in shape.items() if (filled := _filled(item, printed)) != NO_VALUE}
    return shape


def lint(template: Path, mistakes: Mapping[str, tuple[str, str]], directory: Path) -> tuple[list[str], list[str]]:
    """What cfn-lint says of a template, and those rules of `mistakes` that the same text breaks once each mistake, a
    good text and a bad one, is made in it."""
    text = template.read_text()
    for good, bad in mistakes.values():
        assert good in text
        text = text.replace(good, bad)
    broken = directory / 'broken.yaml'
    broken.write_text(text)
    command = (program('cfn-lint'), '--format', 'parseable', '--')
    lines = subprocess.run(
        [*command, template, broken], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    of_the_broken = [line for line in lines if line.startswith(f'{broken}:')]
    found = [rule for rule in mistakes if any(f':{rule}:' in line for line in of_the_broken)]
    return [line for line in lines if line not in of_the_broken], found
