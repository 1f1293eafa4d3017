"""What claims about cost rest on. Each figure stands beside another one that was measured in the same run."""
