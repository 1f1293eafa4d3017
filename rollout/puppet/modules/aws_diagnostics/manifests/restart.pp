# @summary Restarts the Agent if it runs, and then runs the check once
#
# @api private
class aws_diagnostics::restart {
  $is_active = 'systemctl is-active --quiet datadog-agent'
  $common = {
    refreshonly => true,
    onlyif      => $is_active,
    cwd         => '/etc/datadog-agent',
    path        => ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
    provider    => shell,
  }

  exec { 'restart the Agent for aws_diagnostics':
    command => 'systemctl restart datadog-agent',
    *       => $common,
  }

  if $aws_diagnostics::ensure == 'present' {
    # After a restart, an Agent needs some seconds until it can run a check by hand.
    exec { 'run aws_diagnostics once':
      command     => 'said=$(datadog-agent check aws_diagnostics 2>&1) || { echo "$said"; exit 1; }; \
case $said in *"[ERROR]"*) echo "$said"; exit 1 ;; esac',
      user        => 'dd-agent',
      environment => ['HOME=/opt/datadog-agent'],
      tries       => 6,
      try_sleep   => 5,
      subscribe   => Exec['restart the Agent for aws_diagnostics'],
      *           => $common,
    }
  }
}
