"""What people reported in public, each report as a case: the world it describes, and the right answer.

`reports.py` holds the words, `host.py` runs a host's report in a world of its own, `account.py` an account's against
local servers. `docs/field-reports.md` is generated from every `REPORTS` in the test modules of this folder.
"""
