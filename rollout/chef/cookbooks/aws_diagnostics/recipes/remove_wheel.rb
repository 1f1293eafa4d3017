# frozen_string_literal: true

skip_file = AwsDiagnostics::SKIP_FILE

execute 'remove the wheel of aws_diagnostics' do
  command 'datadog-agent integration remove datadog-aws-diagnostics'
  user 'dd-agent'
  cwd '/'
  environment 'HOME' => '/opt/datadog-agent'
  only_if 'test -n "$(datadog-agent integration show -q datadog-aws-diagnostics)"', user: 'dd-agent', cwd: '/'
  notifies :run, 'execute[restart the Agent for aws_diagnostics]'
end

# The wheel brought it.
file '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml.example' do
  action :delete
  backup false
end

# Only our own: others may rely on theirs.
file skip_file do
  action :delete
  backup false
  only_if { node['aws_diagnostics']['manage_skip_file'] }
  only_if "grep -qs 'the rollout of aws_diagnostics' #{skip_file}"
end
