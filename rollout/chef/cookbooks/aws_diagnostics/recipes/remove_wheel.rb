execute 'remove the wheel of aws_diagnostics' do
  command 'datadog-agent integration remove datadog-aws-diagnostics'
  user 'dd-agent'
  cwd '/'
  environment 'HOME' => '/opt/datadog-agent'
  only_if 'test -n "$(datadog-agent integration show -q datadog-aws-diagnostics)"', user: 'dd-agent', cwd: '/'
  notifies :restart, 'service[datadog-agent]'
end

directory '/var/lib/aws_diagnostics' do
  recursive true
  action :delete
end
