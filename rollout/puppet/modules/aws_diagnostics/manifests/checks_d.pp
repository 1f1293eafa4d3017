# @summary The check as one file, which Agent upgrades leave alone
#
# @api private
class aws_diagnostics::checks_d {
  $file = "${aws_diagnostics::checks_d_directory}/aws_diagnostics.py"

  if $aws_diagnostics::ensure == 'present' and $aws_diagnostics::method == 'checks.d' {
    file { $file:
      ensure => file,
      source => "${aws_diagnostics::source}/aws_diagnostics-${aws_diagnostics::version}.py",
      owner  => 'dd-agent',
      group  => 'dd-agent',
      mode   => '0644',
    }
  } else {
    file { $file:
      ensure => absent,
    }
  }
}
