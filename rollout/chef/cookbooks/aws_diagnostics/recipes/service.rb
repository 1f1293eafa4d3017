# frozen_string_literal: true

# Both run once, at the end, if something changed. Not service[datadog-agent], which the cookbook `datadog` declares too
# and whose action :restart starts an Agent that is stopped.
execute 'restart the Agent for aws_diagnostics' do
  command 'systemctl try-restart datadog-agent' # cookstyle:disable Chef/Correctness/ServiceResource
  action :nothing
  notifies :run, 'execute[run aws_diagnostics once]', :immediately
end

# After a restart, an Agent needs some seconds until it can run a check by hand.
execute 'run aws_diagnostics once' do
  command 'said=$(datadog-agent check aws_diagnostics 2>&1) || { echo "$said"; exit 1; }; ' \
          'case $said in *"[ERROR]"*) echo "$said"; exit 1 ;; esac'
  user 'dd-agent'
  cwd '/'
  environment 'HOME' => '/opt/datadog-agent'
  retries 6
  retry_delay 5
  action :nothing
  only_if 'systemctl is-active --quiet datadog-agent'
  # Not after a removal.
  only_if { ::File.exist?('/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml') }
end
