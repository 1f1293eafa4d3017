"""Where the rules come from: Datadog's guide, and AWS's user guide."""

GUIDE = 'https://docs.datadoghq.com/integrations/guide/aws-integration-troubleshooting/'
EC2_USER_GUIDE = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/'
AGENT_HOSTNAME = 'https://docs.datadoghq.com/agent/faq/how-datadog-agent-determines-the-hostname/'
HOSTNAME_IN_CONTAINERS = 'https://docs.datadoghq.com/agent/troubleshooting/hostname_containers/'
AGENT_PROXY = 'https://docs.datadoghq.com/agent/configuration/proxy/'


def guide(section: str) -> str:
    return f'{GUIDE}#{section}'


def ec2_user_guide(page: str) -> str:
    return f'{EC2_USER_GUIDE}{page}'
