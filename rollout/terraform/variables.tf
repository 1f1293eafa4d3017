variable "notify" {
  description = "Handles that every monitor notifies, such as @slack-platform. They are appended to its message."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for handle in var.notify : startswith(handle, "@")])
    error_message = "notify: each handle begins with @, such as @slack-platform."
  }
}

variable "monitors" {
  description = "Which monitors to create, by file name in assets/monitors without .json. By default all."
  type        = set(string)
  default     = null
}

variable "thresholds" {
  description = "Other thresholds for metric monitors: { monitor = { critical = 10 } }. The query follows critical."
  type        = map(map(number))
  default     = {}

  validation {
    condition = alltrue([
      for name in flatten([for changed in values(var.thresholds) : keys(changed)]) :
      contains(["critical", "critical_recovery", "warning", "warning_recovery"], name)
    ])
    error_message = "thresholds: critical, critical_recovery, warning and warning_recovery can be set."
  }
}

variable "tags" {
  description = "Additional tags of every monitor, such as team:platform."
  type        = list(string)
  default     = []
}

variable "name_prefix" {
  description = "A prefix of the name of every monitor and dashboard, such as \"[production] \"."
  type        = string
  default     = ""
}

variable "composite" {
  description = "Whether to create the composite monitor too, which needs both of the monitors that it combines."
  type        = bool
  default     = true
}

variable "dashboards" {
  description = "Whether to create the dashboards."
  type        = bool
  default     = true
}

variable "assets" {
  description = "The directory with monitors/ and dashboards/. By default that of this repository."
  type        = string
  default     = null
}
