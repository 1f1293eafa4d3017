# Pages apart from tickets: what concerns many hosts wakes somebody, all else is work for the day.
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

  notify = ["@jira-platform"]
  notify_by_priority = {
    1 = ["@pagerduty-platform"]
    2 = ["@pagerduty-platform"]
    5 = [] # seen on the dashboard
  }
  notify_by_monitor = {
    permissions = ["@jira-security"]
  }
  priorities = {
    integration_role = 3
  }
  thresholds = {
    group_failing = { critical = 20, warning = 10 }
  }
  options = {
    many_names_lost = { renotify_interval = 60, renotify_statuses = ["alert"] }
  }
}
