# frozen_string_literal: true

# The check as one file, which Agent upgrades leave alone.
settings = node['aws_diagnostics']

cookbook_file "#{settings['checks_d_directory']}/aws_diagnostics.py" do
  cookbook settings['files_cookbook']
  source "aws_diagnostics-#{settings['version']}.py"
  owner 'root'
  group 'root'
  mode '0644'
  # A new version differs in one long text.
  sensitive true
  backup false
  notifies :run, 'execute[restart the Agent for aws_diagnostics]'
end
