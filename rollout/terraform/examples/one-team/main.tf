# The hosts of one team. Account instances do not have the tag of a team, so their monitors are left out.
terraform {
  required_version = ">= 1.5"

  required_providers {
    datadog = {
      source  = "DataDog/datadog"
      version = ">= 3.40"
    }
  }
}

# Reads DD_API_KEY, DD_APP_KEY and DD_HOST from the environment: keys belong neither here nor in the state.
provider "datadog" {}

module "aws_diagnostics" {
  source = "../.."

  scope = ["team:web", "env:production"]
  monitors = [
    "cannot_tell",
    "group_failing",
    "hop_limit_too_low",
    "hostname_not_instance_id",
    "hostname_provider",
    "imdsv2_unusable",
    "many_names_lost",
  ]
  notify      = ["@slack-team-web"]
  tags        = ["team:web"]
  name_prefix = "[web] "
  dashboards  = false
}
