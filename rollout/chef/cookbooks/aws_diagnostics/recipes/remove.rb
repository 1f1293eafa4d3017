# Removes the check, in whichever of the two ways it was installed, and its configuration.
include_recipe 'aws_diagnostics::service'
include_recipe 'aws_diagnostics::remove_wheel'
include_recipe 'aws_diagnostics::remove_checks_d'

file '/etc/datadog-agent/.skip_install_python_third_party_deps' do
  action :delete
  backup false
  only_if { node['aws_diagnostics']['method'] == 'wheel' && node['aws_diagnostics']['manage_skip_file'] }
end

directory '/etc/datadog-agent/conf.d/aws_diagnostics.d' do
  recursive true
  action :delete
  only_if { node['aws_diagnostics']['manage_configuration'] }
  notifies :restart, 'service[datadog-agent]'
end
