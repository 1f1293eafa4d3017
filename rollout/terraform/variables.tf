variable "notify" {
  description = "Handles that every monitor notifies, such as @slack-platform. They are appended to its message."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for handle in var.notify : startswith(handle, "@")])
    error_message = "notify: each handle begins with @, such as @slack-platform."
  }
}

variable "notify_by_priority" {
  description = "Handles instead of notify, by priority: { 2 = [\"@pagerduty-platform\"] }. An empty list notifies nobody."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for priority in keys(var.notify_by_priority) : contains(["1", "2", "3", "4", "5"], priority)])
    error_message = "notify_by_priority: a priority is a whole number from 1 to 5."
  }

  validation {
    condition     = alltrue([for handle in flatten(values(var.notify_by_priority)) : startswith(handle, "@")])
    error_message = "notify_by_priority: each handle begins with @, such as @pagerduty-platform."
  }
}

variable "notify_by_monitor" {
  description = "Handles instead of notify and notify_by_priority, by monitor: { permissions = [\"@slack-security\"] }."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for handle in flatten(values(var.notify_by_monitor)) : startswith(handle, "@")])
    error_message = "notify_by_monitor: each handle begins with @, such as @slack-platform."
  }
}

variable "monitors" {
  description = "Which monitors to create, by file name in assets/monitors without .json. By default all."
  type        = set(string)
  default     = null
}

variable "scope" {
  description = "Tags that limit every query, all of which a sample must have: [\"team:web\", \"env:production\"]. By default none."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for tag in var.scope : can(regex("^[a-zA-Z][\\w./-]*:[^\\s,(){}!\"$]+$", tag))])
    error_message = "scope: each is one tag with a value, such as team:web."
  }
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

variable "priorities" {
  description = "Other priorities, by monitor: { group_failing = 1 }. notify_by_priority goes by them."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for priority in values(var.priorities) : contains([1, 2, 3, 4, 5], priority)])
    error_message = "priorities: a whole number from 1 to 5."
  }
}

variable "renotify_interval" {
  description = "Minutes after which every monitor notifies again while it alerts; 0 is never. By default as in the files: never."
  type        = number
  default     = null
}

variable "options" {
  description = "Other options, by monitor: { token_latency = { new_group_delay = 1800 } }. They go before renotify_interval."
  type = map(object({
    evaluation_delay     = optional(number)
    include_tags         = optional(bool)
    new_group_delay      = optional(number)
    no_data_timeframe    = optional(number)
    notify_by            = optional(list(string))
    notify_no_data       = optional(bool)
    on_missing_data      = optional(string)
    renotify_interval    = optional(number)
    renotify_occurrences = optional(number)
    renotify_statuses    = optional(list(string))
    timeout_h            = optional(number)
  }))
  default = {}
}

variable "docs_url" {
  description = "The address of this documentation in your network, the folder of the site: messages and dashboards then link to its sections. By default no message links."
  type        = string
  default     = ""

  validation {
    condition = var.docs_url == "" || (
      length(var.docs_url) <= 200 && !endswith(var.docs_url, ".html") &&
      can(regex("^https?://([0-9A-Za-z_][0-9A-Za-z_.-]*|\\[[0-9A-Fa-f:]+\\])(:[1-9][0-9]{0,4})?(/[0-9A-Za-z_.~%+,;=:/-]*)?$", var.docs_url))
    )
    error_message = "docs_url: an address that begins with http:// or https://, of at most 200 characters, without a password, a query or the name of a page, or empty."
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
