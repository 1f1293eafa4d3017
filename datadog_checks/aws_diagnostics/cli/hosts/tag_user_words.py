"""What goes by tags that would vanish, for a person and for a program."""

from collections.abc import Iterator

from ...facts import Unobserved
from ...facts.account.tag_users import TagUser, TagUsers, Users
from ...text import counted, listed
from ..codec import Json
from ..page import Line

NAMES = 3
KINDS = ('monitors', 'dashboards', 'downtimes')


def used_by(users: TagUsers | None) -> Json:
    """null where no tags would go."""
    return None if users is None else {kind: _users_document(getattr(users, kind)) for kind in KINDS}


def _users_document(users: Users | Unobserved) -> Json:
    if isinstance(users, Unobserved):
        return {'found': None, 'complete': False, 'note': users.reason, 'shown': []}
    return {
        'found': users.found,
        'complete': users.complete,
        'note': users.note or None,
        'shown': [{'id': each.id, 'title': each.title, 'uses': list(_uses(each))} for each in users.shown],
    }


def _uses(user: TagUser) -> Iterator[str]:
    """Like 'selects region:eu-west-1 (38 hosts)'."""
    return (f'{use.use} {use.tag} ({counted(use.hosts, "host")})' for use in user.uses)


def told_users(users: TagUsers | None) -> Iterator[Line]:
    """What goes by the tags, before they go: afterwards it may find nothing."""
    for kind in KINDS if users else ():
        found: Users | Unobserved = getattr(users, kind)
        if isinstance(found, Unobserved):
            yield Line(f'that use these tags are not known: {found.reason}', f'{kind:>10}  ')
            continue
        partly = '' if found.complete else ', at least' if found.found else ', as far as they could be read'
        yield Line(f'{found.found} of {found.looked_at} use these tags{partly}', f'{kind:>10}  ')
        for user in found.shown[:NAMES]:
            yield Line(f'{user.title} ({user.id}): {listed(_uses(user), NAMES, 80)}', ' ' * 12)
