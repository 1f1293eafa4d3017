# A composite contains the IDs of other monitors, which are unknown until these exist, so it cannot be a file.
locals {
  parts = ["imdsv2_unusable", "hostname_provider"]
}

resource "datadog_monitor" "lost_name" {
  count = var.composite && alltrue([for part in local.parts : contains(keys(local.monitors), part)]) ? 1 : 0

  name  = "${var.name_prefix}[AWS Diagnostics] {{host.name}} lost its hostname because IMDSv2 cannot be used"
  type  = "composite"
  query = join(" && ", [for part in local.parts : datadog_monitor_json.monitor[part].id])
  message = trimspace(<<-EOT
    {{#is_alert}}
    The Agent on {{host.name}} cannot use IMDSv2, and its hostname does not come from EC2: Datadog probably shows a
    duplicate host, without its EC2 tags.

    1. Run `sudo datadog-agent diagnose -v -i check-datadog` there: it names the cause and the fix.
    2. Then restart the Agent, which resolves its hostname only at startup.
    {{/is_alert}}
    {{#is_recovery}}
    {{host.name}} has its hostname again, or can use IMDSv2.
    {{/is_recovery}}

    ${join(" ", var.notify)}
  EOT
  )
  tags     = distinct(concat(["integration:aws-diagnostics"], var.tags))
  priority = 2
}
