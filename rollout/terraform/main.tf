locals {
  assets = coalesce(var.assets, "${path.module}/../../assets")

  shipped = {
    for name in fileset("${local.assets}/monitors", "*.json") :
    trimsuffix(name, ".json") => jsondecode(file("${local.assets}/monitors/${name}")).definition
  }
  wanted = coalesce(var.monitors, keys(local.shipped))
  named  = setunion(keys(var.thresholds), keys(var.options), keys(var.priorities), keys(var.notify_by_monitor))

  priorities = { for id, definition in local.shipped : id => lookup(var.priorities, id, definition.priority) }

  # Those of the monitor, else those of its priority, else those of all.
  notify = {
    for id, priority in local.priorities : id =>
    lookup(var.notify_by_monitor, id, lookup(var.notify_by_priority, tostring(priority), var.notify))
  }
  guide = "https://docs.datadoghq.com/integrations/guide/aws-integration-troubleshooting/"
  page  = var.docs_url == "" ? "" : "${replace(var.docs_url, "/\\/+$/", "")}/diagnoses.html"

  # The section of the one diagnosis that a monitor watches, or that its alert is about; of others the page as a whole.
  sections = {
    for id, definition in local.shipped : id => length(regexall(",diagnosis}", definition.query)) > 0 ? "#{{diagnosis.name}}" : try(
      "#${one(distinct(flatten(regexall("\\bdiagnosis:([a-z0-9-]+)[ ,}]", definition.query))))}", "",
    )
  }
  links = { for id, section in local.sections : id => local.page == "" ? "" : "[Documentation](${local.page}${section})" }

  options = {
    for id, definition in local.shipped : id => merge(
      definition.options,
      var.renotify_interval == null ? {} : { renotify_interval = var.renotify_interval },
      { for name, value in try(var.options[id], {}) : name => value if value != null },
      { thresholds = merge(definition.options.thresholds, lookup(var.thresholds, id, {})) },
    )
  }

  monitors = {
    for id, definition in local.shipped : id => merge(definition, {
      name     = "${var.name_prefix}${definition.name}"
      message  = join("\n\n", compact([definition.message, local.links[id], join(" ", local.notify[id])]))
      tags     = distinct(concat(definition.tags, var.tags))
      query    = local.queries[id]
      priority = local.priorities[id]
      options  = local.options[id]
    }) if contains(local.wanted, id)
  }

  # The number at the end of the query of a metric monitor must be its critical threshold.
  compared = {
    for id, definition in local.shipped : id => try(
      replace(definition.query, "/-?[0-9.]+$/", tostring(var.thresholds[id].critical)),
      definition.query,
    )
  }

  # The scope of each metric, {*} or {tags}, and of a service check, .over("*"). A brace after a space is of a grouping.
  all_of = join(" AND ", var.scope)
  queries = {
    for id, query in local.compared : id => length(var.scope) == 0 ? query : replace(
      replace(
        replace(query, "/([a-z0-9_.])\\{([^*}][^}]*)\\}/", "$${1}{${local.all_of} AND $${2}}"),
        "/([a-z0-9_.])\\{\\*\\}/", "$${1}{${local.all_of}}",
      ),
      ".over(\"*\")", ".over(\"${join("\",\"", var.scope)}\")",
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

  # The tables link to Datadog's guide, or to this documentation where there is one.
  dashboard = replace(
    jsonencode(merge(each.value, { title = "${var.name_prefix}${each.value.title}" })),
    "\"link\":\"${local.guide}\"", "\"link\":\"${coalesce(local.page, local.guide)}\"",
  )
}
