"""What an account instance is asked to look at."""

from ..expectations import AccountExpectations, Expectations
from ..facts.account import Feature
from ..findings import NotApplicable


def account_expectations(expected: Expectations) -> AccountExpectations:
    return expected.account or AccountExpectations()


def switched_off(expected: Expectations, feature: Feature) -> NotApplicable | None:
    """None where the feature is to be looked at."""
    if feature in account_expectations(expected).features:
        return None
    return NotApplicable(f'{feature} is not among the features of this instance')
