"""What a sweep has found of one region so far. Its size does not depend on how many instances the region has."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ....facts import Unobserved
from ....facts.account import (
    Count,
    Fault,
    LaunchTemplate,
    MetadataDefaults,
    Region,
    TemplateCount,
    TokenlessUse,
    WrongInstance,
)
from ....facts.values import InstanceId, RegionName

WORST_OF_A_FAULT = 8
"""Instances kept of each fault, and launch templates."""
MOST_ASKED_FOR_USE = 500
"""Instances of a region whose use of IMDSv1 CloudWatch is asked for: $0.005."""

PENDING = Unobserved('not asked yet')


@dataclass(slots=True)
class Found:
    counts: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    by_fault: Counter[Fault] = field(default_factory=Counter)
    worst: list[WrongInstance] = field(default_factory=list)
    version_one_ids: list[InstanceId] = field(default_factory=list)
    """Whose use of IMDSv1 is not known yet."""
    defaults: MetadataDefaults | Unobserved = PENDING
    templates: list[LaunchTemplate] = field(default_factory=list)
    templates_by_fault: Counter[Fault] = field(default_factory=Counter)
    templates_unobserved: Unobserved | None = PENDING
    """None once all were looked at."""
    tokenless: list[TokenlessUse] = field(default_factory=list)
    tokenless_unobserved: Unobserved | None = PENDING

    def add(self, instance: WrongInstance) -> None:
        fault = instance.fault
        if fault is None:
            return
        self.counts[instance.http_tokens, instance.hop_limit, instance.endpoint] += 1
        self.by_fault[fault] += 1
        if self.by_fault[fault] <= WORST_OF_A_FAULT:
            self.worst.append(instance)
        if fault is Fault.IMDSV1_ALLOWED and self.by_fault[fault] <= MOST_ASKED_FOR_USE:
            self.version_one_ids.append(instance.instance_id)

    def add_templates(self, templates: Iterable[LaunchTemplate]) -> None:
        """A few of each fault are kept, so that many of one do not hide another."""
        for template in templates:
            fault = template.fault
            if fault is not None:
                self.templates_by_fault[fault] += 1
                if self.templates_by_fault[fault] <= WORST_OF_A_FAULT:
                    self.templates.append(template)

    def region(self, name: RegionName, note: str) -> Region:
        """As a fact; `note` says why the instances are not complete, '' if they are."""
        counts = tuple(Count(*options, instances) for options, instances in sorted(self.counts.items()))
        return Region(
            name,
            Unobserved(note) if note and not counts else counts,
            worst=tuple(self.worst),
            complete=not note,
            defaults=self.defaults,
            launch_templates=self.templates_unobserved or tuple(self.templates),
            tokenless=self.tokenless_unobserved or tuple(self.tokenless),
            note=note,
            template_counts=tuple(TemplateCount(*counted) for counted in sorted(self.templates_by_fault.items())),
        )
