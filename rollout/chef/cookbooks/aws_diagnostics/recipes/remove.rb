# frozen_string_literal: true

# Removes the check, in whichever of the two ways it was installed, and its configuration.
include_recipe 'aws_diagnostics::service'
include_recipe 'aws_diagnostics::remove_wheel'
include_recipe 'aws_diagnostics::remove_checks_d'

directory AwsDiagnostics::STAGING do
  recursive true
  action :delete
end

directory '/etc/datadog-agent/conf.d/aws_diagnostics.d' do
  recursive true
  action :delete
  only_if { node['aws_diagnostics']['manage_configuration'] }
  notifies :run, 'execute[restart the Agent for aws_diagnostics]'
end
