# frozen_string_literal: true

# The check as a package in the Agent's Python. validation.rb has put the wheel where it is installed from.
settings = node['aws_diagnostics']
show = 'datadog-agent integration show -q datadog-aws-diagnostics'

# The Agent only asks whether the file exists. With it, an Agent upgrade drops third-party packages. Without it, newer
# Agents look for the private wheel in Datadog's public repository, and fail to upgrade.
file AwsDiagnostics::SKIP_FILE do
  content AwsDiagnostics::OURS
  owner 'root'
  group 'root'
  mode '0644'
  action :create_if_missing
  only_if { settings['manage_skip_file'] }
end

# The Agent refuses to change its packages as root, and Python must be able to read its working directory.
execute 'install the wheel of aws_diagnostics' do
  command "datadog-agent integration install -w #{AwsDiagnostics.artifact(settings)}"
  user 'dd-agent'
  cwd '/'
  environment 'HOME' => '/opt/datadog-agent'
  not_if "test \"$(#{show})\" = '#{settings['version']}'", user: 'dd-agent', cwd: '/'
  notifies :run, 'execute[restart the Agent for aws_diagnostics]'
end
