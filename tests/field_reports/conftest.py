"""The servers that stand in for AWS, as in tests/account."""

from tests.account.conftest import ministack, moto

__all__ = ['ministack', 'moto']
