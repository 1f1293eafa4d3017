# @summary Asks the version that is wanted what it says about the options, before anything else is changed
#
# In a dry run too, for which it writes copies below /var/lib/aws_diagnostics. Root owns them: nobody else can put another
# version there before it is installed.
#
# @api private
class aws_diagnostics::validation {
  $directory = '/var/lib/aws_diagnostics'
  $artifact = $aws_diagnostics::method ? {
    'wheel' => "datadog_aws_diagnostics-${aws_diagnostics::version}-py3-none-any.whl",
    default => "aws_diagnostics-${aws_diagnostics::version}.py",
  }
  $python = '/opt/datadog-agent/embedded/bin/python3'

  if $aws_diagnostics::ensure == 'present' {
    file { $directory:
      ensure  => directory,
      owner   => 'root',
      group   => 'root',
      mode    => '0755',
      recurse => true,
      purge   => true,
      noop    => false,
    }
    file { "${directory}/${artifact}":
      ensure    => file,
      source    => "${aws_diagnostics::source}/${artifact}",
      owner     => 'root',
      group     => 'root',
      mode      => '0644',
      show_diff => false,
      noop      => false,
    }
  } else {
    file { $directory:
      ensure => absent,
      force  => true,
    }
  }

  if $aws_diagnostics::ensure == 'present' and $aws_diagnostics::manage_configuration {
    # What is asked need not be installed.
    $program = $aws_diagnostics::method ? {
      'wheel' => "-c 'import datadog_checks as d, runpy, sys; d.__path__.insert(0, sys.argv.pop(1) + \"/datadog_checks\"); \
runpy.run_module(\"datadog_checks.aws_diagnostics.configuration\", run_name=\"__main__\")' ${directory}/${artifact}",
      default => "${directory}/${artifact} --validate",
    }
    $ask = "runuser -u dd-agent -- ${python} -IB ${program} - <${directory}/conf.yaml"

    file { "${directory}/conf.yaml":
      ensure    => file,
      content   => Sensitive(template('aws_diagnostics/conf.yaml.erb')),
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      backup    => false,
      noop      => false,
    }
    # The command says why; that it was asked before is no change.
    exec { 'validate the options of aws_diagnostics':
      command  => $ask,
      unless   => $ask,
      onlyif   => "test -x ${python}",
      cwd      => '/etc/datadog-agent',
      path     => ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
      provider => shell,
      require  => File["${directory}/${artifact}", "${directory}/conf.yaml"],
      noop     => false,
    }
  }
}
