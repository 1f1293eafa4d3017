"""What the linters of each tool say of rollout/, at their defaults. Each is proven to find a mistake in the same run.

cfn-lint has its tests beside the templates.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rollout.ansible_controller import environment
from tests.rollout.environment import ROOT, home_of_its_own, program, system_program

ROLLOUT = ROOT / 'rollout'
BROKEN = {
    'ansible': (
        'play.yml',
        '- hosts: all\n  tasks:\n    - name: It\n      get_url: {url: "https://it", validate_certs: false}\n',
        'CKV_ANSIBLE_2',
    ),
    'cloudformation': (
        'template.yaml',
        '{AWSTemplateFormatVersion: "2010-09-09", Resources: {It: {Type: "AWS::EC2::Volume", Properties: {Size: 1}}}}',
        'CKV_AWS_3',
    ),
    'dockerfile': (
        'Dockerfile',
        'FROM debian:12\nADD it /opt/\nHEALTHCHECK CMD true\nUSER nobody\n',
        'CKV_DOCKER_4',
    ),
    'kubernetes': (
        'role.yaml',
        '{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: it, namespace: its}, '
        'rules: [{apiGroups: [""], resources: ["*"], verbs: [get]}]}',
        'CKV_K8S_49',
    ),
    'secrets': ('secret.yaml', 'it: AKIA' + 'QYLPMN5HHHFPZAM2', 'CKV_SECRET_2'),
    'terraform': (
        'main.tf',
        'resource "aws_ebs_volume" "it" {\n  size       = 1\n  kms_key_id = "it"\n}\n',
        'CKV_AWS_3',
    ),
}
"""By what checkov calls a framework: the name of a file, what is in it, and the rule that it breaks."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(ROLLOUT, tmp_path / 'rollout', symlinks=True)


def said(*command: str | Path, cwd: Path, **more: str) -> list[str]:
    """The lines that a linter prints of its findings."""
    with home_of_its_own() as home:
        home = {**home, 'ANSIBLE_HOME': home['HOME'], 'XDG_CACHE_HOME': home['HOME'], **more}
        ended = subprocess.run(command, cwd=cwd, env=home, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode != 0, 'nothing was found, not even the mistake'
    return ended.stdout.splitlines()


def test_ansible_lint_finds_nothing_with_its_profile_for_production(copy: Path) -> None:
    (copy / 'ansible' / 'broken.yml').write_text('---\n- name: Broken\n  hosts: all\n  tasks:\n    - command: "true"\n')
    options = ('--offline', '--profile', 'production', '--nocolor', '-q', '-p')
    found = said(
        *(program('ansible-lint'), *options, 'site.yml', 'roles', 'broken.yml'),
        cwd=copy / 'ansible',
        PATH=environment()['PATH'],
    )
    assert {line.partition(':')[0] for line in found} == {'broken.yml'}
    assert any('name[missing]' in line for line in found)


def test_yamllint_finds_nothing(copy: Path) -> None:
    (copy / 'broken.yaml').write_text('a: 1\na: 2\n')
    files = [path for path in sorted(copy.rglob('*')) if path.suffix in ('.yaml', '.yml')]
    found = said(program('yamllint'), '--strict', '-f', 'parsable', '-c', copy / '.yamllint', *files, cwd=copy)
    assert found == [f'{copy}/broken.yaml:2:1: [error] duplication of key "a" in mapping (key-duplicates)']


def test_salt_lint_finds_nothing(copy: Path) -> None:
    broken = copy / 'salt' / 'aws_diagnostics' / 'broken.sls'
    broken.write_text('broken:\n  file.managed:\n    - mode: 0644\n')
    (found,) = said(program('salt-lint'), '--json', *sorted(copy.rglob('*.sls')), cwd=copy)
    faults = json.loads(found)
    assert {fault['filename'] for fault in faults} == {str(broken)}
    assert '207' in {fault['id'] for fault in faults}, 'the mode is no string'


def test_puppet_lint_finds_nothing(copy: Path) -> None:
    broken = copy / 'puppet' / 'modules' / 'aws_diagnostics' / 'manifests' / 'broken.pp'
    broken.write_text('# @summary Broken\nclass aws_diagnostics::broken {\n  notify { "it": }\n}\n')
    found = said(system_program('puppet-lint'), '--fail-on-warnings', copy / 'puppet' / 'modules', cwd=copy)
    assert [line.rpartition('/')[2] for line in found] == [
        'broken.pp - WARNING: double quoted string containing no variables on line 3 (check: double_quoted_strings)'
    ]


def test_rubocop_finds_nothing(copy: Path) -> None:
    (copy / 'chef' / 'broken.rb').write_text('# frozen_string_literal: true\n\nputs "it"\n')
    found = said(system_program('rubocop'), '--format', 'emacs', '--cache', 'false', '.', cwd=copy / 'chef')
    assert [line.partition('/chef/')[2].partition(': Prefer')[0] for line in found] == [
        'broken.rb:3:6: C: [Correctable] Style/StringLiterals'
    ]


def test_shellcheck_finds_nothing(copy: Path) -> None:
    (copy / 'broken.sh').write_text('#!/bin/sh\necho $1\n')
    scripts = sorted(copy.rglob('*.sh'))
    found = said(system_program('shellcheck'), '--format', 'gcc', *scripts, cwd=copy)
    assert [line.partition(str(copy))[2] for line in found] == [
        '/broken.sh:2:6: note: Double quote to prevent globbing and word splitting. [SC2086]'
    ]


def test_checkov_finds_nothing(copy: Path) -> None:
    (copy / 'broken').mkdir()
    for name, text, _ in BROKEN.values():
        (copy / 'broken' / name).write_text(text)
    # With its settings it asks nobody for rules; and it would ask whether there is a later release.
    options = {'CKV_SKIP_PACKAGE_UPDATE_CHECK': 'true'}
    lines = said(program('checkov', of='checkov'), '-d', '.', '-o', 'json', cwd=copy, **options)
    reports = {report['check_type']: report['results'] for report in json.loads('\n'.join(lines))}
    assert {
        (framework, failed['file_path'], failed['check_id'])
        for framework, results in reports.items()
        for failed in results['failed_checks']
    } == {(framework, f'/broken/{name}', rule) for framework, (name, _, rule) in BROKEN.items()}
    assert [results['parsing_errors'] for results in reports.values()] == [[]] * len(BROKEN)
    judged = {passed['file_path'] for results in reports.values() for passed in results['passed_checks']}
    ours = ('ecs/Dockerfile', 'ecs/template.yaml', 'helm/Dockerfile', 'ssm/template.yaml', 'stackset/template.yaml')
    assert judged > {f'/{name}' for name in ours}
