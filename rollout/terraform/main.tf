locals {
  assets = coalesce(var.assets, "${path.module}/../../assets")

  shipped = {
    for name in fileset("${local.assets}/monitors", "*.json") :
    trimsuffix(name, ".json") => jsondecode(file("${local.assets}/monitors/${name}")).definition
  }
  wanted = coalesce(var.monitors, keys(local.shipped))

  monitors = {
    for id, definition in local.shipped : id => merge(definition, {
      name    = "${var.name_prefix}${definition.name}"
      message = trimspace("${definition.message}\n\n${join(" ", var.notify)}")
      tags    = distinct(concat(definition.tags, var.tags))
      query   = local.queries[id]
      options = merge(definition.options, {
        thresholds = merge(definition.options.thresholds, lookup(var.thresholds, id, {}))
      })
    }) if contains(local.wanted, id)
  }

  # The number at the end of the query of a metric monitor must be its critical threshold.
  queries = {
    for id, definition in local.shipped : id => try(
      replace(definition.query, "/-?[0-9.]+$/", tostring(var.thresholds[id].critical)),
      definition.query,
    )
  }

  dashboards = {
    for name in var.dashboards ? fileset("${local.assets}/dashboards", "*.json") : [] :
    trimsuffix(name, ".json") => jsondecode(file("${local.assets}/dashboards/${name}"))
  }
}

resource "datadog_monitor_json" "monitor" {
  for_each = local.monitors

  monitor = jsonencode(each.value)
}

resource "datadog_dashboard_json" "dashboard" {
  for_each = local.dashboards

  dashboard = jsonencode(merge(each.value, { title = "${var.name_prefix}${each.value.title}" }))
}
