"""`python -m tests.account.moto_server`: moto's own server, with those of AWS's managed policies that the tests attach.

moto knows fourteen hundred, and builds all of them twice for each reset: two seconds of every test.
"""

import json
import sys

from moto.iam import models
from moto.server import main

ATTACHED = ('SecurityAudit', 'AmazonECSTaskExecutionRolePolicy')

if __name__ == '__main__':
    known = json.loads(models.aws_managed_policies_data)
    models.aws_managed_policies_data = json.dumps({name: known[name] for name in ATTACHED})
    main(sys.argv[1:])
