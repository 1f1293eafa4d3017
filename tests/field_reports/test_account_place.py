"""Launch templates and nodes that somebody else makes: the fix is where they come from."""

from tests.account.ec2_documents import Template
from tests.account.ec2_fleet import EKS_NODE, Instance, listed
from tests.account.ec2_server import Account
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer, Fix

HIDES_HOSTS: dict[str, str | int] = {'httpTokens': 'required', 'httpPutResponseHopLimit': 1, 'httpEndpoint': 'enabled'}
OF_KARPENTER = Template('karpenter.k8s.aws/15690204421484318402', HIDES_HOSTS, EKS_NODE)
OF_A_NODE_GROUP = Template('eks-c4c7d8e0-2f0a-4b53-8d64-0f1a2b3c4d5e', HIDES_HOSTS, EKS_NODE)
BY_HAND = ('create-launch-template-version', 'modify-launch-template')

REPORTS = (
    AccountReport(
        number=16,
        situation='A launch template of Karpenter starts nodes whose containers cannot reach IMDSv2.',
        sources=('kubernetes-sigs/karpenter#1769', 'aws/karpenter-provider-aws#3254'),
        right='The EC2NodeClass is changed, not the template, which Karpenter overwrites.',
        fleet=Account(templates=(OF_KARPENTER,)),
        options={'features': ['imds_posture'], 'regions': ['eu-west-1']},
        answer=Answer(
            causes=['imds-fleet-launch-template-wrong'],
            says={'imds-fleet-launch-template-wrong': ['karpenter.k8s.aws/15690204421484318402']},
            fixes={
                'imds-fleet-launch-template-wrong': Fix(
                    has=['EC2NodeClass', 'httpPutResponseHopLimit: 2'], lacks=[*BY_HAND, 'aws_instance', 'Terraform']
                )
            },
        ),
    ),
    AccountReport(
        number=16,
        variant='a managed node group',
        situation='The launch template that EKS made for a managed node group has a hop limit of 1.',
        sources=('aws/containers-roadmap#2633',),
        right='The template of EKS is left alone: the node group gets a launch template of its owner.',
        fleet=Account(templates=(OF_A_NODE_GROUP,)),
        options={'features': ['imds_posture'], 'regions': ['eu-west-1']},
        answer=Answer(
            causes=['imds-fleet-launch-template-wrong'],
            fixes={
                'imds-fleet-launch-template-wrong': Fix(
                    has=['a launch template of your own', 'aws_launch_template'], lacks=[*BY_HAND, 'EC2NodeClass']
                )
            },
        ),
    ),
    AccountReport(
        number=16,
        variant='a node that runs',
        situation='A running node of EKS requires tokens with a hop limit of 1.',
        sources=('aws/containers-roadmap#2633',),
        right=(
            'Besides the hop limit of this node: where new nodes get theirs from, who may refuse the change, and how '
            'changed Helm values take effect.'
        ),
        fleet=Account(instances={'eu-west-1': listed(Instance('required', 1, tags=EKS_NODE))}),
        options={'features': ['imds_posture'], 'regions': ['eu-west-1']},
        answer=Answer(
            causes=['imds-fleet-hosts-misnamed'],
            fixes={
                'imds-fleet-hosts-misnamed': Fix(
                    has=['EC2NodeClass', 'managed node group', 'EKS Auto Mode', 'declarative policy', 'helm upgrade']
                )
            },
        ),
    ),
)

test_report = account_test(REPORTS)
