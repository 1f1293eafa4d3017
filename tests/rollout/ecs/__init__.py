"""What rollout/ecs needs to be tried without ECS and without Docker."""
