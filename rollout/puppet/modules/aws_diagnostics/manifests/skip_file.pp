# @summary Keeps Agent upgrades from looking for the private wheel in Datadog's public repository
#
# With this file, an Agent upgrade drops third-party packages instead of fetching them by name. Without it, newer
# Agents fail to upgrade: the name is not in that repository. It counts for every third-party package on the host,
# which is why only removing the check removes it: other packages may have come to rely on it.
#
# @api private
class aws_diagnostics::skip_file {
  $ensure = $aws_diagnostics::ensure ? {
    'present' => file,
    default   => absent,
  }

  if $aws_diagnostics::manage_skip_file and $aws_diagnostics::method == 'wheel' {
    file { '/etc/datadog-agent/.skip_install_python_third_party_deps':
      ensure  => $ensure,
      owner   => 'dd-agent',
      group   => 'dd-agent',
      mode    => '0644',
      content => '',
    }
  }
}
