"""CloudWatch and Datadog on loopback with the same metric, as `metrics reconcile` asks them."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.cli import run
from tests.account import servers
from tests.account.cloudwatch_metrics import Sampled, statistic
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api
from tests.account.datadog_metrics import Stored
from tests.cli.schema import METRICS_RECONCILE, validate

REGION = 'eu-west-1'
MINUTES = 180
"""That are compared where nobody says from when."""
NOW = 'now'
"""An argument: as a person who says neither from when nor to when."""
END = int(time.time()) // 60 * 60 - 900
START = END - 60 * (MINUTES + 30)
"""There are values from before the compared minutes, too."""
WEB = {'LoadBalancerName': 'web'}
Samples = Mapping[int, Sequence[float]]
Points = list[tuple[int, float]]


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@dataclass
class Both:
    """Both servers, and the configuration that names Datadog's."""

    cloudwatch: CloudWatch
    datadog: Datadog
    config: Path
    printed: pytest.CaptureFixture[str]
    asked: list[str] = field(default_factory=list)

    def sampled(
        self, namespace: str, metric: str, dimensions: Mapping[str, str], samples: Samples, region: str = REGION
    ) -> None:
        self.cloudwatch.data.sampled.append(Sampled(namespace, metric, dimensions, samples, region))

    def stored(self, metric: str, points: Points, *tags: str, type: str = 'gauge', region: str = REGION) -> None:
        self.datadog.metrics.stored.append(
            Stored(metric, (*tags, f'region:{region}', 'aws_account:123456789012'), points, type)
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, stdout, stderr: of the MINUTES before END, however long ago this was loaded, unless the
        arguments say from when to when, or NOW is among them."""
        self.printed.readouterr()
        when = (
            () if {'--start', '--end', NOW} & set(arguments) else ('--start', at(END - 60 * MINUTES), '--end', at(END))
        )
        words = [word for word in arguments if word != NOW]
        status = run(['metrics', 'reconcile', *words, *when, '--config', str(self.config)])
        printed = self.printed.readouterr()
        return status, printed.out, printed.err

    def json(self, *arguments: str, region: str = REGION) -> dict[str, Any]:
        """The document, which fits its schema; with the exit status."""
        status, out, err = self.run(*arguments, '--region', region, '--json')
        assert out, err
        document: dict[str, Any] = json.loads(out)
        validate(document, METRICS_RECONCILE)
        return {**document, 'exit': status}

    def of_query(self, query: str, start: int = END - 60 * MINUTES, end: int = END) -> dict[int, float]:
        """What Datadog shows for a query, as printed."""
        _, groups = self.datadog.metrics.evaluated(query, start, end, 60)
        assert len(groups) == 1
        return next(iter(groups.values()))


@contextmanager
def both_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: pytest.CaptureFixture[str]) -> Iterator[Both]:
    cloudwatch, datadog = CloudWatch(), Datadog()
    with cloudwatch_server(cloudwatch) as endpoint, datadog_api(datadog):
        servers.use(monkeypatch, servers.environment(endpoint, tmp_path, region=REGION))
        config = tmp_path / 'conf.yaml'
        keys = {'api_key': API_KEY, 'app_key': APP_KEY, 'datadog_api_url': datadog.url}
        config.write_text(json.dumps({'instances': [{'account': keys}]}))
        yield Both(cloudwatch, datadog, config, printed)


def minutes(
    value: Callable[[Random, int], Sequence[float]], seed: int = 1, every: int = 1
) -> dict[int, Sequence[float]]:
    """The samples of each minute, from START to now."""
    random = Random(seed)
    found = {START + 60 * n: value(random, n) for n in range(MINUTES + 45)}
    return {t: samples for t, samples in found.items() if t // 60 % every == 0}


def requests(seed: int = 1, least: int = 20, most: int = 200) -> dict[int, Sequence[float]]:
    """Each sample is 1, as CloudWatch has them of a classic load balancer."""
    return minutes(lambda random, _: [1.0] * random.randint(least, most), seed)


def points(samples: Samples, name: str, factor: float = 1.0, period: int = 60) -> Points:
    """One statistic of each period, times a factor."""
    binned: dict[int, list[float]] = {}
    for t, values in samples.items():
        binned.setdefault(t - t % period, []).extend(values)
    return [(t, statistic(name, sorted(values)) * factor) for t, values in sorted(binned.items()) if values]
