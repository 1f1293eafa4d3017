# @summary Keeps Agent upgrades from looking for the private wheel in Datadog's public repository
#
# With this file, an Agent upgrade drops all third-party packages instead of fetching them by name. Without it, the
# upgrade of newer Agents fails, because this package is not in that repository. The file affects every third-party
# package on the host and others may rely on it, so only removing the check removes it.
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
