"""What is certain of every call that Datadog makes to AWS, whatever it calls and with whichever credentials."""

from collections.abc import Mapping

OVER_TLS = 'aws:securetransport'
OF_EVERY_CALL: Mapping[str, str] = {
    OVER_TLS: 'true',
    'aws:principalisawsservice': 'false',
}
"""Condition keys, in lower case as they are not case-sensitive, and their values: Datadog calls the endpoints of AWS
over TLS, and its own identity and the sessions of its role are no AWS service
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)."""
