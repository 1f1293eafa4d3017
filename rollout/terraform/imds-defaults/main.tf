# Metadata defaults for new instances of this account in the region of the provider, unless their launch template or AMI
# sets something else. Existing instances do not change.
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
  description = "HttpPutResponseHopLimit: 1 for processes on the host, 2 for containers behind a bridge, more for overlay networks."
  type        = number

  validation {
    condition     = var.hop_limit >= 1 && var.hop_limit <= 64 && floor(var.hop_limit) == var.hop_limit
    error_message = "hop_limit: a whole number from 1 to 64."
  }
}

variable "http_tokens" {
  description = "required turns IMDSv1 off for new instances; optional leaves it on; no-preference leaves it to the AMI."
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
