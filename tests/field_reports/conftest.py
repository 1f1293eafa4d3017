"""The servers that stand in for AWS, as in tests/account."""

from tests.account.conftest import ministack, ministack_endpoint, moto, moto_endpoint

__all__ = ['ministack', 'ministack_endpoint', 'moto', 'moto_endpoint']
