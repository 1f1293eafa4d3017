"""What an operator installs: the wheel, and the one file for checks.d, each in the Python of an Agent."""
