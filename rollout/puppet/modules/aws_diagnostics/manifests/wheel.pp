# @summary The check as a package in the Agent's Python
#
# @api private
class aws_diagnostics::wheel {
  $wheel = "/var/lib/aws_diagnostics/datadog_aws_diagnostics-${aws_diagnostics::version}-py3-none-any.whl"
  $show = 'datadog-agent integration show -q datadog-aws-diagnostics'

  # The Agent refuses to change its packages as root.
  $as_agent = {
    user        => 'dd-agent',
    cwd         => '/etc/datadog-agent',
    environment => ['HOME=/opt/datadog-agent'],
    path        => ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
    provider    => shell,
  }

  if $aws_diagnostics::ensure == 'present' and $aws_diagnostics::method == 'wheel' {
    exec { 'install the wheel of aws_diagnostics':
      command => "datadog-agent integration install -w ${wheel}",
      unless  => "test \"$(${show})\" = '${aws_diagnostics::version}'",
      *       => $as_agent,
    }
  } else {
    exec { 'remove the wheel of aws_diagnostics':
      command => 'datadog-agent integration remove datadog-aws-diagnostics',
      onlyif  => "test -n \"$(${show})\"",
      *       => $as_agent,
    }
    # The wheel brought it.
    file { '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml.example':
      ensure => absent,
    }
  }
}
