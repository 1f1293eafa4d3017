from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.diagnoses.imds_fleet.fleets import (
    NOT_LOOKED_AT,
    OFF,
    SWITCHED_OFF,
    defaults,
    in_one_region,
    in_two_regions,
)
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

OPTIONAL = {'defaults': defaults('optional', managed_by='account')}
BY_POLICY = {'defaults': defaults('optional', managed_by='declarative-policy')}
UNSET = {'defaults': defaults()}
DENIED = 'missing permission ec2:GetInstanceMetadataDefaults in eu-west-1 (UnauthorizedOperation)'
UNSEEN = {'defaults': Unobserved(DENIED)}

FAILS = {
    'the account made them optional': Row(
        in_one_region(**OPTIONAL),
        'eu-west-1: http_tokens is optional by default, set by the account',
        OFF,
        near_miss='required',
    ),
    'a declarative policy made them optional, and another region has no default': Row(
        in_two_regions(BY_POLICY, UNSET),
        'eu-west-1: http_tokens is optional by default, set by the declarative policy; us-east-1: http_tokens has no '
        'default, so the AMI of a new instance decides',
        OFF,
        near_miss='required',
    ),
    'one region could not be asked': Row(
        in_two_regions(UNSEEN, UNSET),
        'us-east-1: http_tokens has no default, so the AMI of a new instance decides',
        OFF,
        near_miss='required',
    ),
}
PASSES = {
    'required': Row(
        in_one_region(defaults=defaults('required', managed_by='account')),
        'new instances require tokens by default in 1 region',
        OFF,
    ),
    'no default, but tokens are enforced': Row(
        in_one_region(defaults=defaults(enforced='enabled')), 'new instances require tokens by default in 1 region', OFF
    ),
}
UNKNOWN = {
    'the permission is missing': Row(in_one_region(**UNSEEN), f'1 region could not be fully scanned: {DENIED}', OFF)
}
NOT_APPLICABLE = {
    'IMDSv1 may be on': Row(in_one_region(**OPTIONAL), 'your configuration allows IMDSv1'),
    'the feature is off': Row(in_one_region(**OPTIONAL), SWITCHED_OFF, NOT_LOOKED_AT),
}
SUMMARY = 'Require tokens by default for new instances'
MODIFY = 'aws ec2 modify-instance-metadata-defaults --region'
EXPOSES = 'IMDSv1 clients on new instances to losing instance metadata'
SET = 'Set the default of the account; running instances and launch templates keep their options'
BACK = 'Set the previous default again'
CONTAINERS = Step(
    'Where new instances run containers that use IMDS, raise their hop limit too, in Terraform',
    (Command('metadata_options {\n  http_endpoint = "enabled"\n  http_put_response_hop_limit = 2\n}', Language.HCL),),
)


def one_region(previous: str) -> Choice:
    return Choice(
        SET,
        (Command(f'{MODIFY} eu-west-1 --http-tokens required'),),
        EXPOSES,
        Step(BACK, (Command(f'{MODIFY} eu-west-1 --http-tokens {previous}'),)),
    )


REQUIRE_IN_TWO = f"""\
for region in eu-west-1 us-east-1; do
  echo "$region"
  {MODIFY} "$region" --http-tokens required > /dev/null
done"""
RESTORE_TWO = f"""\
while read -r region tokens; do
  {MODIFY} "$region" --http-tokens "$tokens" < /dev/null > /dev/null
done <<'END'
eu-west-1 optional
us-east-1 no-preference
END"""
IN_THE_POLICY = """\
{
  "ec2_attributes": {
    "instance_metadata_defaults": {
      "http_tokens": {
        "@@assign": "required"
      }
    }
  }
}"""
REMEDIES: RemedyTable = {
    'a region of the account': (
        in_one_region(**OPTIONAL),
        OFF,
        Remedy(SUMMARY, (one_region('optional'),), (CONTAINERS,)),
    ),
    'a region without a default': (
        in_one_region(**UNSET),
        OFF,
        Remedy(SUMMARY, (one_region('no-preference'),), (CONTAINERS,)),
    ),
    'two regions of the account': (
        in_two_regions(OPTIONAL, UNSET),
        OFF,
        Remedy(
            SUMMARY,
            (Choice(SET, (Command(REQUIRE_IN_TWO),), EXPOSES, Step(BACK, (Command(RESTORE_TWO),))),),
            (CONTAINERS,),
        ),
    ),
    'a declarative policy, which the account cannot change': (
        in_one_region(**BY_POLICY),
        OFF,
        Remedy(
            SUMMARY,
            (),
            (
                Step(
                    'In eu-west-1, the default comes from a declarative policy of the organization, which this account '
                    'cannot change: ask for this in that policy',
                    (Command(IN_THE_POLICY, Language.JSON),),
                ),
                CONTAINERS,
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1, REMEDIES)
