# A composite holds the ids of other monitors, which nobody knows before they exist: it cannot be a file.
locals {
  parts = ["imdsv2_unusable", "hostname_provider"]
}

resource "datadog_monitor" "lost_name" {
  count = var.composite && alltrue([for part in local.parts : contains(keys(local.monitors), part)]) ? 1 : 0

  name  = "${var.name_prefix}[AWS Diagnostics] {{host.name}} lost its name because IMDSv2 is out of reach"
  type  = "composite"
  query = join(" && ", [for part in local.parts : datadog_monitor_json.monitor[part].id])
  message = trimspace(<<-EOT
    {{#is_alert}}
    The Agent on {{host.name}} cannot use IMDSv2, and its name does not come from EC2: this host is probably in Datadog
    twice, and its tags are gone from the second one.

    1. Run `sudo -u dd-agent datadog-agent check aws_diagnostics` there: it names the cause and the command that helps.
    2. Restart the Agent afterwards: it looks for its name only when it starts.
    {{/is_alert}}
    {{#is_recovery}}
    {{host.name}} has its name again, or reaches IMDSv2.
    {{/is_recovery}}

    ${join(" ", var.notify)}
  EOT
  )
  tags     = distinct(concat(["integration:aws-diagnostics"], var.tags))
  priority = 2
}
