"""Runs the simulator alone, for a person: `python -m tests.simulator.imds --listen 127.0.0.1 --port 1338`."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests.simulator.imds.behaviour import Behaviour, Persona
from tests.simulator.imds.metadata import Instance
from tests.simulator.imds.server import Simulator, listen


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C. The TTL of a token reply is set, and shows where the client is not on the same machine."""
    options: dict[str, Any] = vars(_parser().parse_args(arguments))
    listeners = [listen(address, options['port']) for address in options.pop('listen') or ['127.0.0.1']]
    options.pop('port')
    simulator = Simulator(listeners, Behaviour(**options), Instance())
    for listener in listeners:
        print('listening on', *listener.getsockname()[:2], flush=True)  # noqa: T201
    with suppress(KeyboardInterrupt):
        asyncio.run(simulator.serve())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='python -m tests.simulator.imds', description=__doc__)
    parser.add_argument('--listen', action='append', metavar='ADDRESS', help='may be given more than once')
    parser.add_argument('--port', type=int, default=1338, help='0 takes a free one; default 1338')
    parser.add_argument('--persona', type=Persona, choices=list(Persona), default=Persona.IMDS)
    parser.add_argument('--tokens', choices=['optional', 'required'], default='optional')
    parser.add_argument('--endpoint', choices=['enabled', 'disabled'], default='enabled')
    parser.add_argument('--hop-limit', type=int, default=1, metavar='1..64')
    parser.add_argument('--low-ttl', choices=['data', 'all'], default='data')
    parser.add_argument('--token-reply', choices=['sent', 'lost', 'refused'], default='sent')
    parser.add_argument('--throttle-every', type=int, default=0, metavar='N')
    parser.add_argument('--throttle-status', type=int, choices=[503, 429], default=503)
    parser.add_argument('--delay', type=float, default=0.0, metavar='SECONDS')
    return parser


if __name__ == '__main__':
    main()
