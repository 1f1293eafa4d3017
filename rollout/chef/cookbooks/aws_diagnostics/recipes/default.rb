# Has the check on the host, in the way that node['aws_diagnostics']['method'] names.
AwsDiagnostics.check(node['aws_diagnostics'])

include_recipe 'aws_diagnostics::service'
include_recipe 'aws_diagnostics::configuration' if node['aws_diagnostics']['manage_configuration']

# The new way is complete before the old one goes: a missing file must not leave the host without the check.
case node['aws_diagnostics']['method']
when 'checks.d'
  include_recipe 'aws_diagnostics::checks_d'
  include_recipe 'aws_diagnostics::remove_wheel'
when 'wheel'
  include_recipe 'aws_diagnostics::wheel'
  include_recipe 'aws_diagnostics::remove_checks_d'
end
