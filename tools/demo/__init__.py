"""Shows the check's main job: `python -m tools.demo [SCENARIO]`."""
