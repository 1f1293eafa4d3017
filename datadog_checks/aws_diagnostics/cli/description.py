"""The two halves of what a diagnosis says of itself."""

import re

from ..findings import Diagnosis

END_OF_SENTENCE = re.compile(r'(?<=[.!?])\s+(?=[A-Z])')


def tests_and_harm(diagnosis: Diagnosis) -> tuple[str, str]:
    """The first sentence of a description says what is tested; the rest, '' if none, why and with what harm."""
    tests, *rest = END_OF_SENTENCE.split(diagnosis.description, maxsplit=1)
    return tests, ''.join(rest)
