"""Every diagnosis as tables of situations: see tables.py."""

import pytest

pytest.register_assert_rewrite('tests.diagnoses.tables')
