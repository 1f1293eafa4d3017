"""What the diagnoses of a wrong name share."""

from datadog_checks.aws_diagnostics.diagnoses.hostname.wrong_name import own_instance_ids
from datadog_checks.aws_diagnostics.facts import Platform
from tests.builders import INSTANCE_ID, OTHER_INSTANCE_ID, facts, host, imds


def test_an_instance_may_be_known_by_two_ids_where_imds_and_firmware_disagree() -> None:
    assert own_instance_ids(facts(imds=imds(instance_id=OTHER_INSTANCE_ID))) == {INSTANCE_ID, OTHER_INSTANCE_ID}


def test_no_id_is_known_where_nothing_tells() -> None:
    nothing = facts(
        imds=imds(instance_id=None), platform=Platform(True, 'hypervisor uuid'), host=host(cloud_init_instance_id=None)
    )
    assert own_instance_ids(nothing) == set()
