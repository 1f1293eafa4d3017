"""Hosts of Datadog's list that have tags from AWS although the AWS integration does not report them."""

from dataclasses import dataclass

from ..values import AccountId, InstanceId, RegionName


@dataclass(frozen=True, slots=True)
class TaggedHost:
    row: int
    """Datadog's number of the host; 0 where its row has none."""
    name: str
    """Printable, at most 255 characters."""
    instance_id: InstanceId | None
    """None where the row names none, or several."""
    accounts: tuple[AccountId, ...]
    """That the tags from AWS name, each once: one, unless something is wrong."""
    region: RegionName | None
    tags: int
    """Of the source Amazon Web Services."""
    agent_runs: bool

    @property
    def account_id(self) -> AccountId | None:
        """None where the tags name none, or several."""
        return self.accounts[0] if len(self.accounts) == 1 else None
