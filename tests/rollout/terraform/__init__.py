"""What the Terraform module needs to be planned and applied without a registry and without Datadog."""
