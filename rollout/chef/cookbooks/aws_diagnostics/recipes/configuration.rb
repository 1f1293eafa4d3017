# frozen_string_literal: true

directory '/etc/datadog-agent/conf.d/aws_diagnostics.d' do
  owner 'dd-agent'
  group 'dd-agent'
  mode '0755'
end

file '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml' do
  content AwsDiagnostics.configuration(node['aws_diagnostics'])
  owner 'dd-agent'
  group 'dd-agent'
  mode '0640'
  # No diff, and no copy of what it replaces.
  sensitive true
  backup false
  notifies :run, 'execute[restart the Agent for aws_diagnostics]'
end
