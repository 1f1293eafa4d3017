"""The conversation with the EC2 instance metadata service, the measurement of the network path to it, and what is
remembered of both until the next run.
"""

from dataclasses import replace

from ...facts import Answer, Imds, NetworkPath, NoAnswer, NotSent, Outcome, Unobserved
from ...log import LOG
from ..run import CollectOptions, Deadline
from ..schedule import Backoff, Remeasuring
from .conversation import Conversation
from .path import PathMeasurement, is_reply_lost
from .tcp import parse_endpoint


class ImdsProbe:
    """Keep one for as long as the check instance lives: it holds the pauses and what need not be asked again.

    Raises ValueError for an endpoint that is not 'http://IP_ADDRESS[:PORT]'.
    """

    def __init__(self, options: CollectOptions) -> None:
        self._options = options
        self._address = parse_endpoint(options.imds_endpoint)
        self._conversation = Conversation(
            self._address,
            options.imds_endpoint,
            timeout=min(options.timeout, options.deadline),
            imdsv1_probe_interval=options.imdsv1_probe_interval,
        )
        self._backoff = Backoff(options.max_backoff)
        self._remeasuring = Remeasuring(options.path_probe_interval)
        self._imds: Imds | None = None
        self._path: NetworkPath | Unobserved = Unobserved('not measured yet')

    def run(self, deadline: Deadline, now: float) -> tuple[Imds, NetworkPath | Unobserved]:
        """What IMDS answers now (`now`: seconds since the epoch), and the latest measurement of the path to it.

        While it pauses after failures it sends nothing and returns the last result, whose `observed_at` shows its
        age. Never raises for what the network does.
        """
        if self._imds is not None and self._backoff.waiting(now):
            return replace(self._imds, requests=0), self._path
        imds = self._conversation.hold(deadline, now)
        imds = replace(imds, provisional=self._is_news(imds))
        self._imds = imds
        if imds.v2_works or imds.provisional:
            self._backoff.succeeded()
        elif not isinstance(imds.token, NotSent):
            self._backoff.failed(now)
        self._path = self._measure(imds, deadline)
        return imds, self._path

    def _is_news(self, imds: Imds) -> bool:
        """A silence that the run before did not see waits for the next run. Not in the first run, which may be the only
        one: that of a terminal, or of `datadog-agent check`."""
        return self._imds is not None and _silence(imds) not in ('', _silence(self._imds))

    def _measure(self, imds: Imds, deadline: Deadline) -> NetworkPath | Unobserved:
        if not self._options.measure_hop_limit:
            return Unobserved('turned off by measure_hop_limit')
        if isinstance(imds.token, NotSent):
            return self._kept(imds.token.reason)
        if imds.throttles:
            return self._kept('IMDS throttles, so the path to it was not measured')
        if not self._remeasuring.due(imds.observed_at, _seen(imds)):
            return self._path
        measurement = PathMeasurement(self._address, imds, deadline)
        path = measurement.measure()
        LOG.debug('path to %s: %s', self._options.imds_endpoint, path)
        self._remeasuring.done(imds.observed_at, _seen(imds), measurement.complete)
        return path

    def _kept(self, reason: str) -> NetworkPath | Unobserved:
        """What was measured before stays true as long as nothing speaks against it."""
        return self._path if isinstance(self._path, NetworkPath) else Unobserved(reason)


def _seen(imds: Imds) -> tuple[object, ...]:
    """A change of this asks for a new measurement."""
    match imds.token:
        case Answer(status=status, token_granted=granted):
            return status, granted
        case NoAnswer(outcome=outcome):
            return outcome, is_reply_lost(imds)
    return ()


def _silence(imds: Imds) -> str:
    """What is silent, as far as two runs are compared; '' where the token was answered or not asked for."""
    match imds.token:
        case NoAnswer(outcome=Outcome.NO_ROUTE | Outcome.CONNECT_FAILED):
            return ''
        case NoAnswer() as failed:
            others = 'others answered' if isinstance(imds.control, Answer) else 'nothing answered'
            return f'{"connected" if failed.connected else "not connected"}, {others}'
    return ''
