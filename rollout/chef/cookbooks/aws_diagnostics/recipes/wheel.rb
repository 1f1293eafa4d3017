# The check as a package in the Agent's Python.
settings = node['aws_diagnostics']
wheel = "datadog_aws_diagnostics-#{settings['version']}-py3-none-any.whl"
show = 'datadog-agent integration show -q datadog-aws-diagnostics'

# With this file, an Agent upgrade drops third-party packages. Without it, newer Agents look for the private wheel in
# Datadog's public repository, and fail to upgrade.
file '/etc/datadog-agent/.skip_install_python_third_party_deps' do
  content ''
  owner 'dd-agent'
  group 'dd-agent'
  mode '0644'
  only_if { settings['manage_skip_file'] }
end

directory '/var/lib/aws_diagnostics' do
  owner 'root'
  group 'root'
  mode '0755'
end

cookbook_file "/var/lib/aws_diagnostics/#{wheel}" do
  cookbook settings['files_cookbook']
  source wheel
  owner 'root'
  group 'root'
  mode '0644'
end

# The Agent refuses to change its packages as root, and Python must be able to read its working directory.
execute 'install the wheel of aws_diagnostics' do
  command "datadog-agent integration install -w /var/lib/aws_diagnostics/#{wheel}"
  user 'dd-agent'
  cwd '/'
  environment 'HOME' => '/opt/datadog-agent'
  not_if "test \"$(#{show})\" = '#{settings['version']}'", user: 'dd-agent', cwd: '/'
  notifies :restart, 'service[datadog-agent]'
end
