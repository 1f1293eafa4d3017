"""The way to IMDS on the page of `--html`: its nodes, and the TTL of the token response on each link, as measured."""

from collections.abc import Iterator

from ..facts import Facts, NetworkPath
from .html_page import safe

MOST_NODES = 12
"""More gateways than anybody has: what is left out is counted."""


def drawn_path(facts: Facts) -> Iterator[str]:
    """HTML of a host's path: the Agent first, IMDS last. Nothing where the path was not observed."""
    path = facts.path
    if not isinstance(path, NetworkPath):
        return
    yield f'<figure class="way"><figcaption>{safe(_caption(path))}</figcaption><ol>'
    yield f'<li class="{"bad" if path.reply_lost else "good"}">this process</li>'
    for node, ttl in zip([*_gateways(path), 'IMDS'], _ttls(path), strict=True):
        yield f'<li class="link">{safe(ttl)}</li><li>{safe(node)}</li>'
    yield '</ol></figure>\n'


def _gateways(path: NetworkPath) -> list[str]:
    """Nearest first."""
    if path.gateways is None:
        return ['gateways not counted']
    known = [*path.gateway_addresses, *[None] * path.gateways][: path.gateways]
    named = [f'gateway {address}' if address else 'gateway that stays silent' for address in known]
    left_out = len(named) - MOST_NODES
    return named if left_out <= 0 else [*named[:MOST_NODES], f'{left_out} more gateways']


def _ttls(path: NetworkPath) -> list[str]:
    """Of the token response on each link, the nearest first. It leaves IMDS with the hop limit as its TTL.

    None where the way back is not the one that is drawn: gateways that do not show take their part.
    """
    links = len(_gateways(path)) + 1
    if path.gateways is None or links != path.gateways + 1 or path.gateways_back not in (None, path.gateways):
        return [''] * links
    limit, word = path.hop_limit, 'TTL'
    if limit is None:
        limit, word = path.hop_limit_at_most, 'TTL at most'
    if limit is None:
        return [''] * links
    left = (limit - passed for passed in reversed(range(links)))
    return [f'{word} {ttl}' if ttl > 0 else 'dropped before' for ttl in left]


def _caption(path: NetworkPath) -> str:
    limit = 'response hop limit not known'
    if path.hop_limit is not None:
        limit = f'response hop limit {path.hop_limit}, measured'
    elif path.hop_limit_at_most is not None:
        limit = f'response hop limit at most {path.hop_limit_at_most}'
    needed = f'; {path.hop_limit_needed} needed' if path.hop_limit_needed is not None else ''
    back = f'; the way back passes {path.gateways_back}' if path.gateways_back not in (None, path.gateways) else ''
    lost = '; the token response does not arrive' if path.reply_lost else ''
    return f'Way of the token response: {limit}{needed}{back}{lost}{f" ({path.note})" if path.note else ""}'
