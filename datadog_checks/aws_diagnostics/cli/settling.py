"""What would settle a question that could not be judged: the reasons of the collectors, and what to do about each."""

from collections.abc import Sequence

from ..facts import Agent, Facts
from ..findings import Finding, Scope

OF_AWS = (
    ('no AWS credentials were found', 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
    ('the AWS credentials are incomplete', 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
    ('the AWS credentials could not be loaded', 'Log in again, for example with `aws sso login`'),
    ('our AWS credentials have expired', 'Renew them, for example with `aws sso login`'),
    ('AWS does not accept our credentials', 'See whose they are with `aws sts get-caller-identity`'),
    ('the AWS profile does not exist', 'Set AWS_PROFILE to one that `aws configure list-profiles` shows'),
    ('no valid AWS region is configured', 'Set AWS_REGION'),
    ('AWS did not answer in time', 'Check the network to AWS and HTTPS_PROXY'),
    ('the proxy on the way to AWS could not be reached', 'Check HTTPS_PROXY and NO_PROXY'),
    ('the AWS endpoint could not be reached', 'Check the network to AWS and HTTPS_PROXY'),
    ('AWS throttles', 'Run this again in a few minutes'),
    (
        'the role of the template cannot be assumed: the account is in the partition',
        'Run this with credentials of that partition, and name the account with --accounts',
    ),
    (
        'the role of the template cannot be assumed',
        'See that the account has the role (rollout/stackset creates it), that its trust policy names the identity '
        'that runs this, and that this identity may call sts:AssumeRole',
    ),
    ('it had not ended', 'Run this again; --account-limit gives each account more time'),
    ('the time of the whole run was over', 'Go on with the same --state DIR, or raise --time-limit'),
    ('missing permission', "Grant it to the identity that runs this: see 'docs/permissions.md'"),
    ('Datadog was not asked: it needs both an API key and an application key', 'Set DD_API_KEY and DD_APP_KEY'),
)
"""How the collectors begin a reason -> what to do about it. A test holds the beginnings to the collectors' words."""

OF_THE_AGENT = ('hostname', 'hostname_provider')
"""Service checks of the diagnoses that judge what the Agent says."""


def of_access(reason: str) -> str:
    """What lets AWS and Datadog be asked, as a sentence without its full stop; '' where nobody knows.

    What a reason is about may come first: "1 region could not be fully scanned: no AWS credentials were found".
    """
    return next((hint for words, hint in OF_AWS if reason.startswith(words) or f': {words}' in reason), '')


def settling(reason: str, findings: Sequence[Finding], facts: Facts) -> str:
    """A sentence without its full stop; '' where there is nothing better than the reason."""
    if of_access(reason):
        return of_access(reason)
    if all(f.diagnosis.scope is Scope.ACCOUNT for f in findings):
        return ''
    if facts.platform.ec2 is None:
        return 'If this is EC2, set `ec2: always` in conf.yaml'
    if any(f.diagnosis.service_check in OF_THE_AGENT for f in findings):
        options = missing_options(facts)
        return f'Pass {" and ".join(options)}' if options else ''
    return ''


def missing_options(facts: Facts) -> tuple[str, ...]:
    """The options of `check` that tell what is not known of the Agent."""
    agent = facts.agent
    missing = (
        ('--agent-hostname', not isinstance(agent, Agent) or agent.hostname is None),
        ('--agent-version', not isinstance(agent, Agent) or agent.version is None),
        ('--agent-provider', not isinstance(agent, Agent) or agent.provider is None),
    )
    return tuple(option for option, is_missing in missing if is_missing)
