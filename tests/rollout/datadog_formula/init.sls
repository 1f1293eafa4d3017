# Stands for datadog-formula where it meets ours: the Agent's configuration, its checks and its service.
include:
  - datadog.config
  - datadog.service
