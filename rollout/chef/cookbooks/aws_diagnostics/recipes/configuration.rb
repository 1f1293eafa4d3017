configuration = { 'init_config' => {}, 'instances' => node['aws_diagnostics']['instances'].to_a }

directory '/etc/datadog-agent/conf.d/aws_diagnostics.d' do
  owner 'dd-agent'
  group 'dd-agent'
  mode '0755'
end

file '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml' do
  content "# Written by Chef, cookbook aws_diagnostics. What is changed here is overwritten.\n#{configuration.to_yaml}"
  owner 'dd-agent'
  group 'dd-agent'
  mode '0640'
  notifies :restart, 'service[datadog-agent]'
end
