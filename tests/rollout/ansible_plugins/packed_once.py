"""Lets all runs of ansible-playbook share the modules that they pack: each would pack every one anew.

A callback plugin, as Ansible loads one before it packs: the directory of the run becomes the one above it, which stays.
"""

from pathlib import Path

from ansible import constants  # type: ignore[import-not-found]
from ansible.plugins.callback import CallbackBase  # type: ignore[import-not-found]

DOCUMENTATION = """
name: packed_once
type: aggregate
short_description: For tests
description: Modules are packed once.
"""

constants.DEFAULT_LOCAL_TMP = str(Path(constants.DEFAULT_LOCAL_TMP).parent)


class CallbackModule(CallbackBase):  # type: ignore[misc]
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'packed_once'
    CALLBACK_NEEDS_ENABLED = True
