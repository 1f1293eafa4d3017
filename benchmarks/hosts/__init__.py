"""What it costs to list 100,000 hosts and judge each, beside one request a host: `python -m benchmarks.hosts`."""
