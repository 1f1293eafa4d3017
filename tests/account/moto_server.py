"""`python -m tests.account.moto_server`: moto's own server, with only those managed policies of AWS that tests attach.

moto knows fourteen hundred and builds all of them twice after each reset, which took two seconds of every test.
"""

import json
import sys

from moto.iam import models
from moto.server import main

ATTACHED = ('SecurityAudit', 'AdministratorAccess', 'AmazonECSTaskExecutionRolePolicy')

if __name__ == '__main__':
    iam = vars(models)
    known = json.loads(iam['aws_managed_policies_data'])
    iam['aws_managed_policies_data'] = json.dumps({name: known[name] for name in ATTACHED})
    main(sys.argv[1:])
