# An image with the Datadog Agent and AWS Diagnostics. It contains no API key and no hostname. The Agent does not
# run during the build, where it would see the build machine.

source "amazon-ebs" "agent" {
  region        = var.region
  instance_type = var.instance_type
  ssh_username  = var.ssh_username

  ami_name        = "datadog-agent-7.${var.agent_minor_version}-aws-diagnostics-${var.version}-{{timestamp}}"
  ami_description = "Datadog Agent 7.${var.agent_minor_version} with AWS Diagnostics ${var.version}"

  # For the instances that are launched from the image.
  imds_support = var.imds_support

  # Only for the instance that builds the image.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  source_ami_filter {
    owners      = [var.source_ami_owner]
    most_recent = true
    filters = {
      name                = var.source_ami_name
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  tags = {
    Name                = "datadog-agent-aws-diagnostics"
    datadog_agent       = "7.${var.agent_minor_version}"
    aws_diagnostics     = var.version
    aws_diagnostics_way = var.method
  }
}

build {
  sources = ["source.amazon-ebs.agent"]

  provisioner "file" {
    source      = var.artifact
    destination = "/tmp/${basename(var.artifact)}"
  }

  provisioner "file" {
    source      = "${path.root}/conf.yaml"
    destination = "/tmp/aws_diagnostics.yaml"
  }

  provisioner "shell" {
    execute_command  = "sudo env {{ .Vars }} /bin/sh '{{ .Path }}'"
    environment_vars = ["AGENT_MINOR_VERSION=${var.agent_minor_version}"]
    script           = "${path.root}/install-agent.sh"
  }

  provisioner "shell" {
    execute_command = "sudo env {{ .Vars }} /bin/sh '{{ .Path }}'"
    environment_vars = [
      "METHOD=${var.method}",
      "VERSION=${var.version}",
      "ARTIFACT=/tmp/${basename(var.artifact)}",
      "CONFIGURATION=/tmp/aws_diagnostics.yaml",
    ]
    script = "${path.root}/install-check.sh"
  }

  provisioner "shell" {
    execute_command = "sudo env {{ .Vars }} /bin/sh '{{ .Path }}'"
    script          = "${path.root}/seal.sh"
  }
}
