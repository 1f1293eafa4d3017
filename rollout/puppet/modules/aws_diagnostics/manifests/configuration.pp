# @summary The configuration of the check: conf.d/aws_diagnostics.d/conf.yaml
#
# @api private
class aws_diagnostics::configuration {
  $directory = '/etc/datadog-agent/conf.d/aws_diagnostics.d'

  if $aws_diagnostics::manage_configuration and $aws_diagnostics::ensure == 'present' {
    file { $directory:
      ensure => directory,
      owner  => 'dd-agent',
      group  => 'dd-agent',
      mode   => '0755',
    }
    file { "${directory}/conf.yaml":
      ensure    => file,
      owner     => 'dd-agent',
      group     => 'dd-agent',
      mode      => '0640',
      content   => Sensitive(template('aws_diagnostics/conf.yaml.erb')),
      # What is replaced may hold a key as well.
      show_diff => false,
      backup    => false,
    }
  } elsif $aws_diagnostics::manage_configuration {
    file { $directory:
      ensure => absent,
      force  => true,
    }
  }
}
