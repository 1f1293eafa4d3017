# @summary Keeps Agent upgrades from looking for the private wheel in Datadog's public repository
#
# With this file, an Agent upgrade drops all third-party packages instead of fetching them by name. Without it, the
# upgrade of newer Agents fails, because this package is not in that repository. The Agent only asks whether the file
# exists; its content says whose it is, so that only our own is removed.
#
# @api private
class aws_diagnostics::skip_file {
  $file = '/etc/datadog-agent/.skip_install_python_third_party_deps'

  if $aws_diagnostics::manage_skip_file and $aws_diagnostics::ensure == 'present' and $aws_diagnostics::method == 'wheel' {
    file { $file:
      ensure  => file,
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      replace => false,
      content => "Managed by the rollout of aws_diagnostics, whose wheel is not in the repository of Datadog.\n",
    }
  } elsif $aws_diagnostics::manage_skip_file {
    exec { 'remove the skip file of aws_diagnostics':
      command  => "rm -f ${file}",
      onlyif   => "grep -qs 'the rollout of aws_diagnostics' ${file}",
      cwd      => '/etc/datadog-agent',
      path     => ['/usr/bin', '/bin'],
      provider => shell,
    }
  }
}
