# @summary The check as one file, which Agent upgrades leave alone
#
# @api private
class aws_diagnostics::checks_d {
  $file = "${aws_diagnostics::checks_d_directory}/aws_diagnostics.py"

  if $aws_diagnostics::ensure == 'present' and $aws_diagnostics::method == 'checks.d' {
    file { $file:
      ensure    => file,
      source    => "/var/lib/aws_diagnostics/aws_diagnostics-${aws_diagnostics::version}.py",
      owner     => 'root',
      group     => 'root',
      mode      => '0644',
      # A new version differs in one long text.
      show_diff => false,
    }
  } else {
    file { $file:
      ensure => absent,
    }
  }
}
