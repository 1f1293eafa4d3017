# @summary AWS Diagnostics on a Linux host with the Datadog Agent
#
# It does not install the Agent: keep installing it as before, for example with datadog_agent. It declares and collects
# no package and no service: its files come after File['/etc/datadog-agent'], if the catalog contains that, and an
# Agent that is stopped stays stopped.
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
#   The instances of conf.yaml; as Sensitive, they are in no report and not in the catalog's log. The version that is
#   wanted validates them before anything is changed, in a dry run too.
# @param docs_url
#   The address of the documentation in your network, to which messages then link: docs_url of init_config.
# @param checks_d_directory
#   Where the Agent looks for single files: the value of additional_checksd, if datadog.yaml sets it.
# @param manage_configuration
#   false if datadog_agent::integrations already writes conf.yaml.
# @param manage_skip_file
#   false if something else manages /etc/datadog-agent/.skip_install_python_third_party_deps.
class aws_diagnostics (
  Aws_diagnostics::Version $version,
  Enum['present', 'absent'] $ensure = 'present',
  Enum['checks.d', 'wheel'] $method = 'checks.d',
  Aws_diagnostics::Directory $source = 'puppet:///modules/aws_diagnostics',
  Variant[Sensitive[Array[Hash[String[1], Data], 1]], Array[Hash[String[1], Data], 1]] $instances = [
    { 'identity_tags' => ['account_id', 'region'], 'min_collection_interval' => 300 },
  ],
  String $docs_url = '',
  Aws_diagnostics::Absolute_path $checks_d_directory = '/etc/datadog-agent/checks.d',
  Boolean $manage_configuration = true,
  Boolean $manage_skip_file = true,
) {
  contain aws_diagnostics::validation
  contain aws_diagnostics::configuration
  contain aws_diagnostics::checks_d
  contain aws_diagnostics::skip_file
  contain aws_diagnostics::wheel
  contain aws_diagnostics::restart

  $parts = [
    Class['aws_diagnostics::configuration'],
    Class['aws_diagnostics::checks_d'],
    Class['aws_diagnostics::skip_file'],
    Class['aws_diagnostics::wheel'],
  ]

  # Install the new form before removing the old one: a missing file must not leave the host without the check.
  if $method == 'checks.d' {
    Class['aws_diagnostics::checks_d'] -> Class['aws_diagnostics::wheel']
  } else {
    Class['aws_diagnostics::wheel'] -> Class['aws_diagnostics::checks_d']
  }

  if $ensure == 'present' {
    Class['aws_diagnostics::validation'] -> $parts
  } else {
    $parts -> Class['aws_diagnostics::validation']
  }
  $parts ~> Class['aws_diagnostics::restart']
}
