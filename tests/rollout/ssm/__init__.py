"""What rollout/ssm needs to be tried without Systems Manager."""
