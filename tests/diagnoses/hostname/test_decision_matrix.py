"""Which name the Agent gives itself: every combination of version, settings, IMDS, hops, place and firmware.

The tables are written by hand from the Agent's source and are to be read by a person; nothing in them is computed. A
cell is a name, several names joined by |, or * for every name of its column.

What is collapsed, and why: the Agents of one line of SPEECH take the same code paths, so the matrix has one name for
all of them. The matrix is played through for each of them all the same. `prefer` is ec2_prefer_imdsv2, `transition` is
ec2_imdsv2_transition_payload_enabled, - is the same setting at false; a version that does not know a setting has none.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose, hostname
from datadog_checks.aws_diagnostics.diagnoses.hostname.aws_provider import Source
from datadog_checks.aws_diagnostics.diagnoses.hostname.resolution import Resolution, resolve, without_imdsv1
from datadog_checks.aws_diagnostics.diagnoses.hostname.situation import situation_of
from datadog_checks.aws_diagnostics.facts import Agent, Facts
from tests.builders import INSTANCE_ID, renamed

from .situations import AGENTS, FIRMWARE, NAMED_WITHOUT_AWS, PLACES, situated

SPEECH = """
v1-only      7.17.0 | 7.40.0 - | 7.63.3 - | 7.64.0 - - | 7.81.3 - -
v1-first     7.20.0
v2-first     7.40.0 prefer | 7.63.3 prefer | 7.64.0 prefer - | 7.81.3 prefer -
transition   7.64.0 - transition | 7.64.0 prefer transition | 7.81.3 - transition | 7.81.3 prefer transition
"""

# IMDS: which versions are on. Reply: the token reply arrives, or is lost because the hop limit is too low.
# Place: host (OS name ip-...), host-custom (OS name of its own), pod (without the host's UTS namespace; the kubelet
# knows the node as ip-...), ecs-bridge (Docker knows the host as ip-...), own-uts (a container that finds no name).
# Firmware: nitro (board_asset_tag is the instance id), xen (no DMI).
MATRIX = """
# agent       IMDS       reply    place                 firmware   provider    source
# A name of its own, or none at all: AWS is never asked, whatever IMDS would answer.
*             *          *        host-custom           *          os          OS
*             *          *        own-uts               *          -           NOWHERE

# Only IMDSv1: hops and tokens do not matter, disabling IMDSv1 does.
v1-only       v1+v2|v1   *        host|pod|ecs-bridge   *          aws         IMDSV1
v1-only       v2|none    *        host                  *          os          OS
v1-only       v2|none    *        pod|ecs-bridge        *          container   CONTAINER

# 7.18 to 7.21: IMDSv1, and IMDSv2 after a 401.
v1-first      v1+v2|v1   *        host|pod|ecs-bridge   *          aws         IMDSV1
v1-first      v2         arrives  host|pod|ecs-bridge   *          aws         IMDSV2
v1-first      v2         lost     host                  *          os          OS
v1-first      v2         lost     pod|ecs-bridge        *          container   CONTAINER
v1-first      none       *        host                  *          os          OS
v1-first      none       *        pod|ecs-bridge        *          container   CONTAINER

# ec2_prefer_imdsv2: IMDSv2, and IMDSv1 when the token does not come.
v2-first      v1+v2|v2   arrives  host|pod|ecs-bridge   *          aws         IMDSV2
v2-first      v1+v2      lost     host|pod|ecs-bridge   *          aws         IMDSV1
v2-first      v1         *        host|pod|ecs-bridge   *          aws         IMDSV1
v2-first      v2         lost     host                  *          os          OS
v2-first      v2         lost     pod|ecs-bridge        *          container   CONTAINER
v2-first      none       *        host                  *          os          OS
v2-first      none       *        pod|ecs-bridge        *          container   CONTAINER

# 7.64.0 and later by default: the same, and the firmware after that.
transition    v1+v2|v2   arrives  host|pod|ecs-bridge   *          aws         IMDSV2
transition    v1+v2      lost     host|pod|ecs-bridge   *          aws         IMDSV1
transition    v1         *        host|pod|ecs-bridge   *          aws         IMDSV1
transition    v2         lost     host|pod|ecs-bridge   nitro      aws         DMI
transition    v2         lost     host                  xen        os          OS
transition    v2         lost     pod|ecs-bridge        xen        container   CONTAINER
transition    none       *        host|pod|ecs-bridge   nitro      aws         DMI
transition    none       *        host                  xen        os          OS
transition    none       *        pod|ecs-bridge        xen        container   CONTAINER
"""

# What the operator sees of a host whose Agent started in the situation of its row (7.81.3: default settings), or, where
# `named` is aws, before the situation arose. Every failed diagnosis of the host name, and after < what explains it.
# ready is what hostname-lost-when-imdsv2-enforced says.
FAILED = """
# agent               IMDS    reply    place        firmware  named      ready            failed
7.81.3 - transition   v2      arrives  host         nitro     aws        ok               nothing
7.81.3 - transition   v1+v2   lost     pod          nitro     aws        ok               nothing
7.81.3 - transition   v1+v2   lost     pod          xen       aws        warning          hostname-lost-when-imdsv2-enforced < imds-hop-limit-too-low
7.81.3 - transition   v2      lost     pod          nitro     aws        ok               nothing
7.81.3 - transition   v2      lost     pod          xen       container  warning          hostname-lost-when-imdsv2-enforced < imds-hop-limit-too-low, hostname-provider-mismatch < imds-hop-limit-too-low, hostname-not-instance-id < imds-hop-limit-too-low
7.81.3 - transition   v2      lost     ecs-bridge   xen       container  warning          hostname-lost-when-imdsv2-enforced < imds-hop-limit-too-low, hostname-provider-mismatch < imds-hop-limit-too-low, hostname-not-instance-id < imds-hop-limit-too-low
7.81.3 - transition   none    arrives  host         nitro     aws        ok               nothing
7.81.3 - transition   none    arrives  host         xen       os         not_applicable   hostname-provider-mismatch < imds-unreachable, hostname-not-instance-id < imds-unreachable
7.81.3 - transition   v2      arrives  host         nitro     os         ok               hostname-stale, hostname-provider-mismatch < hostname-stale, hostname-not-instance-id < hostname-stale
7.81.3 - transition   v2      arrives  host-custom  nitro     os         not_applicable   hostname-custom-os-name, hostname-provider-mismatch < hostname-custom-os-name, hostname-not-instance-id < hostname-custom-os-name
7.81.3 - -            v1+v2   arrives  host         nitro     aws        warning          hostname-lost-when-imdsv2-enforced
7.81.3 - -            v2      arrives  host         nitro     os         warning          agent-cannot-use-imdsv2, hostname-lost-when-imdsv2-enforced < agent-cannot-use-imdsv2, hostname-provider-mismatch < agent-cannot-use-imdsv2, hostname-not-instance-id < agent-cannot-use-imdsv2
7.63.3 -              v1+v2   arrives  host         nitro     aws        warning          hostname-lost-when-imdsv2-enforced
7.63.3 -              v2      arrives  host         nitro     aws        warning          agent-cannot-use-imdsv2, hostname-lost-when-imdsv2-enforced < agent-cannot-use-imdsv2
7.63.3 -              v2      arrives  host         nitro     os         warning          agent-cannot-use-imdsv2, hostname-lost-when-imdsv2-enforced < agent-cannot-use-imdsv2, hostname-provider-mismatch < agent-cannot-use-imdsv2, hostname-not-instance-id < agent-cannot-use-imdsv2
7.63.3 -              v1+v2   arrives  host         nitro     os         warning          hostname-stale, hostname-lost-when-imdsv2-enforced, hostname-provider-mismatch < hostname-stale, hostname-not-instance-id < hostname-stale
7.63.3 prefer         v2      arrives  host         nitro     aws        ok               nothing
7.63.3 prefer         v2      lost     pod          nitro     container  warning          hostname-lost-when-imdsv2-enforced < imds-hop-limit-too-low, hostname-provider-mismatch < imds-hop-limit-too-low, hostname-not-instance-id < imds-hop-limit-too-low
7.20.0                v2      arrives  host         nitro     aws        ok               nothing
7.17.0                v2      arrives  host         xen       os         warning          agent-cannot-use-imdsv2, hostname-lost-when-imdsv2-enforced < agent-cannot-use-imdsv2, hostname-provider-mismatch < agent-cannot-use-imdsv2, hostname-not-instance-id < agent-cannot-use-imdsv2
"""  # noqa: E501

COLUMNS = (
    ('v1-only', 'v1-first', 'v2-first', 'transition'),
    ('v1+v2', 'v2', 'v1', 'none'),
    ('arrives', 'lost'),
    tuple(PLACES),
    tuple(FIRMWARE),
)
Combination = tuple[str, ...]


def lines(table: str) -> list[str]:
    return [line for line in table.splitlines() if line and not line.startswith('#')]


SPEAKERS = {line.split()[0]: line.split(maxsplit=1)[1].split(' | ') for line in lines(SPEECH)}


def combinations(row: str) -> Iterator[Combination]:
    """Every combination that a row of MATRIX speaks of, with the Agent's way of speaking in the first place."""
    cells = row.split()[:5]
    named = (names if cell == '*' else cell.split('|') for cell, names in zip(cells, COLUMNS, strict=True))
    yield from product(*named)


def agents_of(combination: Combination) -> Iterator[Combination]:
    speech, *rest = combination
    for agent_key in SPEAKERS[speech]:
        yield (agent_key, *rest)


def test_every_agent_speaks_in_exactly_one_way() -> None:
    assert sorted(agent for agents in SPEAKERS.values() for agent in agents) == sorted(AGENTS)


def test_every_combination_is_in_exactly_one_row() -> None:
    told = [combination for row in lines(MATRIX) for combination in combinations(row)]
    assert sorted(told) == sorted(product(*COLUMNS))


def test_the_matrix_is_as_large_as_it_says() -> None:
    played = [agent for row in lines(MATRIX) for combination in combinations(row) for agent in agents_of(combination)]
    assert len(played) == len(set(played)) == 14 * 4 * 2 * 5 * 2


@pytest.mark.parametrize('row', lines(MATRIX), ids=lambda row: ' '.join(row.split()))
def test_the_model_names_the_host_as_the_matrix_says(row: str) -> None:
    provider, source = row.split()[5:]
    expected = (None if provider == '-' else provider, Source[source], True)
    played = [agent for combination in combinations(row) for agent in agents_of(combination)]
    modelled = {agent: resolve(situation_of(situated(*agent))) for agent in played}
    found = {agent: (now.provider, now.source, now.certain) for agent, now in modelled.items()}
    assert found == dict.fromkeys(played, expected)


@pytest.mark.parametrize(('state', 'once_enforced'), [('v1+v2', 'v2'), ('v1', 'none'), ('v2', 'v2'), ('none', 'none')])
def test_enforcing_imdsv2_leaves_what_the_matrix_says_without_imdsv1(state: str, once_enforced: str) -> None:
    for key in product(AGENTS, COLUMNS[2], PLACES, FIRMWARE):
        agent_key, *rest = key
        today = situation_of(situated(agent_key, state, *rest))
        then = situation_of(situated(agent_key, once_enforced, *rest))
        assert named(resolve(without_imdsv1(today))) == named(resolve(then)), key


def named(resolution: Resolution) -> tuple[str | None, Source]:
    return resolution.provider, resolution.source


def failed_rows() -> Iterator[object]:
    for line in lines(FAILED):
        agent_key, (state, reply, place, firmware, provider, ready, failed) = (
            line[:22].strip(),
            line[22:].split(None, 6),
        )
        situation = f'{agent_key}, {state} {reply}, {place} {firmware}, named by {provider}'
        facts = started(situated(agent_key, state, reply, place, firmware), provider, place)
        yield pytest.param(facts, ready, [] if failed == 'nothing' else failed.split(', '), id=situation)


def started(known: Facts, provider: str, place: str) -> Facts:
    hostname = INSTANCE_ID if provider == 'aws' else NAMED_WITHOUT_AWS[place][1]
    assert isinstance(known.agent, Agent)
    return replace(known, agent=renamed(known.agent, provider, hostname))


@pytest.mark.parametrize(('facts', 'ready', 'failed'), failed_rows())
def test_the_important_rows_fail_these_diagnoses_and_no_others(facts: Facts, ready: str, failed: list[str]) -> None:
    findings = {finding.diagnosis.id: finding for finding in diagnose(DIAGNOSES, facts)}
    ours = [findings[diagnosis.id] for diagnosis in hostname.DIAGNOSES]
    told = [f'{f.diagnosis.id} < {f.explained_by}' if f.explained_by else f.diagnosis.id for f in ours if f.failed]
    assert (findings['hostname-lost-when-imdsv2-enforced'].word, told) == (ready, failed)
