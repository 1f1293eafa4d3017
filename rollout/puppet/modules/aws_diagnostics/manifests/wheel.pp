# @summary The check as a package in the Agent's Python
#
# @api private
class aws_diagnostics::wheel {
  $directory = '/var/lib/aws_diagnostics'
  $show = 'datadog-agent integration show -q datadog-aws-diagnostics'

  # The Agent refuses to change its packages as root, and Python must be able to read its working directory.
  $as_agent = {
    user        => 'dd-agent',
    cwd         => '/',
    environment => ['HOME=/opt/datadog-agent'],
    path        => ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
    provider    => shell,
  }

  if $aws_diagnostics::ensure == 'present' and $aws_diagnostics::method == 'wheel' {
    $wheel = "datadog_aws_diagnostics-${aws_diagnostics::version}-py3-none-any.whl"

    file { $directory:
      ensure  => directory,
      owner   => 'root',
      group   => 'root',
      mode    => '0755',
      recurse => true,
      purge   => true,
    }
    file { "${directory}/${wheel}":
      ensure => file,
      source => "${aws_diagnostics::source}/${wheel}",
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
    }
    exec { 'install the wheel of aws_diagnostics':
      command => "datadog-agent integration install -w ${directory}/${wheel}",
      unless  => "test \"$(${show})\" = '${aws_diagnostics::version}'",
      require => File["${directory}/${wheel}"],
      *       => $as_agent,
    }
  } else {
    exec { 'remove the wheel of aws_diagnostics':
      command => 'datadog-agent integration remove datadog-aws-diagnostics',
      onlyif  => "test -n \"$(${show})\"",
      *       => $as_agent,
    }
    file { $directory:
      ensure => absent,
      force  => true,
    }
  }
}
