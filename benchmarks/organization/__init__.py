"""What it costs to judge 500 accounts in one run: `python -m benchmarks.organization`."""
