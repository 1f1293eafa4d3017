# The check as one file, which Agent upgrades leave alone.
settings = node['aws_diagnostics']

cookbook_file "#{settings['checks_d_directory']}/aws_diagnostics.py" do
  cookbook settings['files_cookbook']
  source "aws_diagnostics-#{settings['version']}.py"
  owner 'dd-agent'
  group 'dd-agent'
  mode '0644'
  notifies :restart, 'service[datadog-agent]'
end
