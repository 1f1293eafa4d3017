"""Where IMDS listens on EC2 (Amazon EC2 User Guide, "Access instance metadata for an EC2 instance")."""

from typing import Literal

Family = Literal['ipv4', 'ipv6']
FAMILIES: tuple[Family, Family] = ('ipv4', 'ipv6')

IMDS: dict[Family, str] = {'ipv4': '169.254.169.254', 'ipv6': 'fd00:ec2::254'}
PORT = 80
