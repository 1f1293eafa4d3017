variable "version" {
  type        = string
  description = "The version of the check, as in the name of the artifact."
  validation {
    condition     = var.version != "" && regex_replace(var.version, "^[0-9]+\\.[0-9]+\\.[0-9]+([a-zA-Z]+[0-9]*)?$", "") == ""
    error_message = "The version must be one that the Agent accepts, such as 0.1.0."
  }
}

variable "method" {
  type        = string
  default     = "checks.d"
  description = "How the check is installed: checks.d (one file) or wheel (a package in the Agent's Python)."
  validation {
    condition     = contains(["checks.d", "wheel"], var.method)
    error_message = "The method must be checks.d or wheel."
  }
}

variable "artifact" {
  type        = string
  description = "Path of the file to install: dist/checks.d/aws_diagnostics.py or dist/datadog_aws_diagnostics-VERSION-py3-none-any.whl."
}

variable "agent_minor_version" {
  type        = string
  description = "The Agent 7 to install, without the 7: 80 is the newest 7.80, 80.1 is 7.80.1."
  validation {
    condition     = var.agent_minor_version != "" && regex_replace(var.agent_minor_version, "^[0-9]+(\\.[0-9]+)?$", "") == ""
    error_message = "The agent_minor_version must be such as 80 or 80.1."
  }
}

variable "region" {
  type        = string
  description = "Where the image is built."
}

variable "source_ami_name" {
  type        = string
  default     = "al2023-ami-2023.*-x86_64"
  description = "The name of the image to start from. The newest match is used."
}

variable "source_ami_owner" {
  type        = string
  default     = "amazon"
  description = "The account that owns the image to start from."
}

variable "instance_type" {
  type        = string
  default     = "t3.small"
  description = "The type of the instance that builds the image."
}

variable "ssh_username" {
  type        = string
  default     = "ec2-user"
  description = "A user of the image to start from with sudo rights."
}

variable "imds_support" {
  type        = string
  default     = "v2.0"
  description = "v2.0: instances of this image require IMDSv2 and get a hop limit of 2. Empty: the account defaults."
  validation {
    condition     = contains(["", "v2.0"], var.imds_support)
    error_message = "The imds_support must be v2.0 or empty."
  }
}
