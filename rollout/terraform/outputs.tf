output "monitors" {
  description = "The ID of each monitor, by file name."
  value       = { for id, monitor in datadog_monitor_json.monitor : id => monitor.id }

  precondition {
    condition     = length(setsubtract(local.wanted, keys(local.shipped))) == 0
    error_message = "monitors: there is no ${join(", ", setsubtract(local.wanted, keys(local.shipped)))}. There are: ${join(", ", keys(local.shipped))}."
  }

  precondition {
    condition     = length(setsubtract(local.named, keys(local.shipped))) == 0
    error_message = "thresholds, options, priorities, notify_by_monitor: there is no monitor ${join(", ", setsubtract(local.named, keys(local.shipped)))}. There are: ${join(", ", keys(local.shipped))}."
  }

  precondition {
    condition     = alltrue([for id in keys(var.thresholds) : try(local.shipped[id].type, "") != "service check"])
    error_message = "thresholds: only metric monitors can have others; those of a service check count its runs."
  }
}

output "dashboards" {
  description = "The address of each dashboard, by file name."
  value       = { for id, dashboard in datadog_dashboard_json.dashboard : id => dashboard.url }
}
