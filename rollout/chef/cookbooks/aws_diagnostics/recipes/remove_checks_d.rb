# frozen_string_literal: true

file "#{node['aws_diagnostics']['checks_d_directory']}/aws_diagnostics.py" do
  action :delete
  backup false
  notifies :run, 'execute[restart the Agent for aws_diagnostics]'
end
