# What new instances of this account start with, in the Region of the provider, where their launch template and their
# AMI say nothing. Instances that exist already stay as they are.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.50"
    }
  }
}

variable "hop_limit" {
  description = "HttpPutResponseHopLimit: 1 for processes of the host, 2 for containers behind a bridge, more for overlays."
  type        = number

  validation {
    condition     = var.hop_limit >= 1 && var.hop_limit <= 64 && floor(var.hop_limit) == var.hop_limit
    error_message = "hop_limit: a whole number from 1 to 64."
  }
}

variable "http_tokens" {
  description = "required switches IMDSv1 off for new instances; optional leaves it on; no-preference leaves it to the AMI."
  type        = string
  default     = "required"

  validation {
    condition     = contains(["required", "optional", "no-preference"], var.http_tokens)
    error_message = "http_tokens: required, optional or no-preference."
  }
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  http_tokens                 = var.http_tokens
  http_put_response_hop_limit = var.hop_limit
}
