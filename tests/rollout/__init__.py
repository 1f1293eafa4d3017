"""The rollout files, run or read by the tools that they are for."""
