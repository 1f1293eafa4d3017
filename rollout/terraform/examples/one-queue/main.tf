# Everything to one queue: a small team that looks at each alert in the morning.
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

  notify            = ["@slack-platform"]
  renotify_interval = 1440
  tags              = ["team:platform"]
}
