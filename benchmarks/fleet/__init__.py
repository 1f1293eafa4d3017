"""What a sweep of a large fleet costs, beside other ways to find the same instances: `python -m benchmarks.fleet`."""
