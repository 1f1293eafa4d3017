# frozen_string_literal: true

# Installs the check in the way that node['aws_diagnostics']['method'] names.
AwsDiagnostics.check(node['aws_diagnostics'])

include_recipe 'aws_diagnostics::service'
include_recipe 'aws_diagnostics::validation'
include_recipe 'aws_diagnostics::configuration' if node['aws_diagnostics']['manage_configuration']

# Install the new form before removing the old one: a missing file must not leave the host without the check.
case node['aws_diagnostics']['method']
when 'checks.d'
  include_recipe 'aws_diagnostics::checks_d'
  include_recipe 'aws_diagnostics::remove_wheel'
when 'wheel'
  include_recipe 'aws_diagnostics::wheel'
  include_recipe 'aws_diagnostics::remove_checks_d'
end
