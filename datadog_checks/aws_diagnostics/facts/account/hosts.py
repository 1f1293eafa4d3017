"""Hosts of Datadog's list, one by one, as far as it decides whether AWS is right about them."""

from dataclasses import dataclass

from ..values import AccountId, InstanceId, RegionName


@dataclass(frozen=True, slots=True)
class TaggedHost:
    """It has tags from AWS although the AWS integration does not report it."""

    row: int
    """Datadog's number of the host; 0 where its row has none."""
    name: str
    """Printable, at most 255 characters."""
    instance_id: InstanceId | None
    """None where the row names none, or several."""
    accounts: tuple[AccountId, ...]
    """That the tags from AWS name, each once: one, unless something is wrong. None without a tag of Datadog's own."""
    regions: tuple[RegionName, ...]
    """Like accounts; several where a tag of EC2 is called region too, or where the zone is in another one."""
    tags: int
    """Of the source Amazon Web Services."""
    agent_runs: bool

    @property
    def account_id(self) -> AccountId | None:
        """None where the tags name none, or several."""
        return self.accounts[0] if len(self.accounts) == 1 else None

    @property
    def region(self) -> RegionName | None:
        """None where the tags name none, or several."""
        return self.regions[0] if len(self.regions) == 1 else None


@dataclass(frozen=True, slots=True)
class HostRow:
    """A row that names an EC2 instance."""

    name: str
    """Printable, at most 255 characters."""
    instance_ids: tuple[InstanceId, ...]
    account_id: AccountId | None = None
    region: RegionName | None = None
    has_agent: bool = False
    knows_aws: bool = False
    """Whether the AWS integration reports it, or ever did."""
    aws_reports: bool = False
    up: bool = False
    by_alias: bool = False
    """Whether its name or an alias is the instance id; otherwise only a tag is."""
    cluster: str = ''
    """Of Kubernetes, by its tags."""
    reported_at: int = 0
    """Seconds since the epoch; 0 where the row does not say."""


@dataclass(frozen=True, slots=True)
class HostMeta:
    """What the Agent of a row says about its host: HostMeta of https://docs.datadoghq.com/api/latest/hosts/."""

    socket_hostname: str = ''
    """Of the operating system, or of the container that the Agent runs in."""
    socket_fqdn: str = ''
    agent_version: str = ''
    installer: str = ''
    """Like 'install_script', 'dpkg' or 'helm'."""
