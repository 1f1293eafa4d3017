# @summary AWS Diagnostics on a Linux host with the Datadog Agent
#
# It does not install the Agent: keep installing it as before, for example with datadog_agent. If the catalog contains
# Package['datadog-agent'], this class requires it, and it restarts Service['datadog-agent'].
#
# @param version
#   The version to install. `source` must contain it under the right name: aws_diagnostics-VERSION.py for checks.d,
#   datadog_aws_diagnostics-VERSION-py3-none-any.whl for wheel.
# @param ensure
#   absent removes the check, in whichever of the two ways it was installed, and its configuration.
# @param method
#   checks.d: one file, which Agent upgrades leave alone.
#   wheel: a package in the Agent's Python. The run after an Agent upgrade installs it again.
# @param source
#   The directory with the files of `version`.
# @param instances
#   The instances of conf.yaml. The check itself refuses options that it does not know.
# @param checks_d_directory
#   Where the Agent looks for single files: the value of additional_checksd, if datadog.yaml sets it.
# @param manage_configuration
#   false if datadog_agent::integrations already writes conf.yaml.
# @param manage_service
#   false if something else, such as datadog_agent, declares Service['datadog-agent'].
# @param manage_skip_file
#   false if something else manages /etc/datadog-agent/.skip_install_python_third_party_deps.
class aws_diagnostics (
  Aws_diagnostics::Version $version,
  Enum['present', 'absent'] $ensure = 'present',
  Enum['checks.d', 'wheel'] $method = 'checks.d',
  Aws_diagnostics::Directory $source = 'puppet:///modules/aws_diagnostics',
  Array[Hash[String[1], Data], 1] $instances = [
    { 'identity_tags' => ['account_id', 'region'], 'min_collection_interval' => 300 },
  ],
  Aws_diagnostics::Absolute_path $checks_d_directory = '/etc/datadog-agent/checks.d',
  Boolean $manage_configuration = true,
  Boolean $manage_service = true,
  Boolean $manage_skip_file = true,
) {
  contain aws_diagnostics::configuration
  contain aws_diagnostics::checks_d
  contain aws_diagnostics::skip_file
  contain aws_diagnostics::wheel

  # Install the new form before removing the old one: a missing file must not leave the host without the check.
  if $method == 'checks.d' {
    Class['aws_diagnostics::checks_d'] -> Class['aws_diagnostics::wheel']
  } else {
    Class['aws_diagnostics::wheel'] -> Class['aws_diagnostics::checks_d']
  }

  if $manage_service {
    # Neither ensure nor enable: a stopped Agent stays stopped.
    service { 'datadog-agent':
      hasrestart => true,
    }
  }

  $parts = [
    Class['aws_diagnostics::configuration'],
    Class['aws_diagnostics::checks_d'],
    Class['aws_diagnostics::skip_file'],
    Class['aws_diagnostics::wheel'],
  ]
  Package <| title == 'datadog-agent' |> -> $parts
  $parts ~> Service <| title == 'datadog-agent' |>
}
