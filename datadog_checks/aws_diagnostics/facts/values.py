"""Values that can become part of a command, each with the form that its issuer gives it.

They are text, so they print and save as text; a text of another form cannot become one. That is checked where a value
enters the facts, whether from AWS, Datadog, the host or a file of saved facts, so that no later place has to.
"""

import re
from typing import ClassVar, Self


class Malformed(ValueError):
    """A text does not have the form of the type. `str()` says which form is allowed, and never quotes the text."""


class Checked(str):
    """A text of a known form. No form begins with a hyphen or holds a space, a quote or a control character."""

    __slots__ = ()
    FORM: ClassVar[str]
    """A regular expression, which is compiled when it is first used: most values never are in one process."""
    ALLOWED: ClassVar[str]
    """What is allowed, to complete a sentence: 'twelve digits'."""

    def __new__(cls, text: str) -> Self:
        """Raises Malformed."""
        if not re.fullmatch(cls.FORM, text):
            raise Malformed(f'allowed is {cls.ALLOWED}')
        return super().__new__(cls, text)

    @classmethod
    def of(cls, value: object) -> Self | None:
        """None for what is no text of this form."""
        return cls(value) if isinstance(value, str) and re.fullmatch(cls.FORM, value) else None


class AccountId(Checked):
    FORM = '[0-9]{12}'
    ALLOWED = 'an AWS account id: twelve digits'


class Partition(Checked):
    FORM = 'aws(-[a-z]{1,12}){0,3}'
    ALLOWED = 'an AWS partition, like aws, aws-us-gov or aws-cn'


class RegionName(Checked):
    FORM = '[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}'
    ALLOWED = 'the name of an AWS region, like eu-west-1'


class InstanceId(Checked):
    """Eight digits until 2016, seventeen since ("Amazon EC2 resource IDs" in the EC2 user guide); `s.i-` for an
    instance on a Snow device (the AWS Snowball Edge developer guide)."""

    FORM = r'(s\.)?i-([0-9a-f]{8}|[0-9a-f]{17})'
    ALLOWED = 'an instance id: i- (on a Snow device s.i-) and 8 or 17 hexadecimal digits'


class LaunchTemplateId(Checked):
    FORM = 'lt-([0-9a-f]{8}|[0-9a-f]{17})'
    ALLOWED = 'a launch template id: lt- and 8 or 17 hexadecimal digits'


class TemplateVersion(Checked):
    """The number of a version of a launch template."""

    FORM = '[1-9][0-9]{0,18}'
    ALLOWED = 'the number of a version of a launch template'


class RoleName(Checked):
    """IAM allows a leading hyphen too; a command could take such a name for an option."""

    FORM = r'(?!-)[A-Za-z0-9_+=,.@-]{1,64}'
    ALLOWED = 'the name of an IAM role: up to 64 letters, digits and _+=,.@-, without its path'


class RolePath(Checked):
    """IAM allows more characters; a path of these needs no thought in a command."""

    FORM = r'/(?:[A-Za-z0-9_+=,.@][A-Za-z0-9_+=,.@-]{0,127}/){0,8}'
    ALLOWED = 'the path of an IAM role: /, or names of letters, digits and _+=,.@- between slashes'


class PolicyName(Checked):
    FORM = r'(?!-)[A-Za-z0-9_+=,.@-]{1,128}'
    ALLOWED = 'the name of an IAM policy: up to 128 letters, digits and _+=,.@-'


class Arn(Checked):
    """Six parts; the last may hold colons and slashes ("Amazon Resource Names" in the IAM user guide)."""

    FORM = r'(?a)arn:aws(?:-[a-z]{1,12}){0,3}:[a-z0-9-]{1,63}:[a-z0-9-]{0,40}:(?:[0-9]{12}|aws)?:[\w+=,.@/:#*-]{1,1024}'
    ALLOWED = 'an ARN: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE'

    @property
    def partition_name(self) -> Partition:
        return Partition(self.split(':')[1])

    @property
    def account_id(self) -> AccountId | None:
        """None where there is none, or where it is the word aws, of what AWS manages."""
        return AccountId.of(self.split(':')[4])


class HostName(Checked):
    """RFC 1123, at most 255 characters."""

    FORM = r'(?=.{1,255}$)([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?'
    ALLOWED = 'a host name: letters, digits, hyphens and dots (RFC 1123), at most 255 characters'


class AgentHostname(Checked):
    """Under which an Agent may report: a host name, with the underscores that operating systems also allow.

    The empty text is that of an Agent that has no name.
    """

    FORM = '([A-Za-z0-9_][A-Za-z0-9_.-]{0,254})?'
    ALLOWED = 'a host name: letters, digits, hyphens, dots and underscores, at most 255 characters'


class CloudProvider(Checked):
    """An entry of the Agent's setting cloud_provider_metadata, like aws or gcp."""

    FORM = '[A-Za-z][A-Za-z0-9_]{0,31}'
    ALLOWED = 'the name of a cloud provider: up to 32 letters, digits and underscores'


class IpAddress(Checked):
    """IPv4, or IPv6 with or without a zone; by its characters only."""

    FORM = r'[0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:]{1,38}[0-9A-Fa-f](\.[0-9]{1,3}){0,3}(%[A-Za-z0-9]{1,15})?'
    ALLOWED = 'an IP address'


class IpNetwork(Checked):
    """With the length of its prefix, like 169.254.0.0/16; by its characters only."""

    FORM = r'[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}|[0-9A-Fa-f:]{2,39}/[0-9]{1,3}'
    ALLOWED = 'a network: an IP address, a slash and the length of the prefix'


class InterfaceName(Checked):
    """Linux allows nearly any 15 bytes; what tools make has these characters."""

    FORM = r'[A-Za-z0-9_][A-Za-z0-9_.:@+-]{0,14}'
    ALLOWED = 'the name of a network interface: up to 15 letters, digits and _.:@+-'


class ImdsEndpoint(Checked):
    FORM = r'http://([0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9A-Fa-f:]{2,44}[0-9A-Fa-f]\])(:[0-9]{1,5})?/?'
    ALLOWED = "'http://ADDRESS' or 'http://ADDRESS:PORT', an IPv6 address in brackets"


class FilePath(Checked):
    """An absolute path of printable ASCII; a command quotes it, as it may hold spaces and quotes."""

    FORM = r'/[\x20-\x7e]{0,1023}'
    ALLOWED = 'an absolute path of at most 1024 printable ASCII characters'


class MetricNamespace(Checked):
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Metric.html"""

    FORM = '[A-Za-z0-9][A-Za-z0-9._/#:-]{0,254}'
    ALLOWED = 'a namespace of CloudWatch: up to 255 letters, digits and ._/#:-'


class IntegrationId(Checked):
    """Of Datadog's record of one account."""

    FORM = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
    ALLOWED = 'a UUID'


class DatadogSite(Checked):
    FORM = r'(?!-)[a-z0-9-]{1,30}(\.[a-z0-9-]{1,30}){1,4}'
    ALLOWED = 'a site of Datadog, like datadoghq.com or us5.datadoghq.com'


class DatadogMetric(Checked):
    """https://docs.datadoghq.com/metrics/custom_metrics/#naming-custom-metrics"""

    FORM = r'[A-Za-z][A-Za-z0-9_.]{0,199}'
    ALLOWED = 'the name of a metric of Datadog: a letter, then up to 199 letters, digits, dots and underscores'


class CloudWatchMetric(Checked):
    """CloudWatch takes nearly any text; the metrics of AWS's own services have names of these characters."""

    FORM = r'[A-Za-z0-9][A-Za-z0-9_.%/-]{0,254}'
    ALLOWED = 'the name of a metric of CloudWatch: up to 255 letters, digits and _.%/-'


class ResourceName(Checked):
    """The name of a resource of AWS in a dimension; those of other characters enter no command."""

    FORM = r'[A-Za-z0-9][A-Za-z0-9_.:/@+-]{0,254}'
    ALLOWED = 'the name of a resource of AWS: up to 255 letters, digits and _.:/@+-'
