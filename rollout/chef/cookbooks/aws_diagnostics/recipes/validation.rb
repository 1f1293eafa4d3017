# frozen_string_literal: true

# Asks the version that is wanted what it says about the options, before anything else is changed.
settings = node['aws_diagnostics']
artifact = AwsDiagnostics.artifact(settings)

# Root owns it: nobody else can put another version there before it is installed.
directory AwsDiagnostics::STAGING do
  owner 'root'
  group 'root'
  mode '0755'
end

cookbook_file artifact do
  cookbook settings['files_cookbook']
  source File.basename(artifact)
  owner 'root'
  group 'root'
  mode '0644'
  backup false
end

file "#{AwsDiagnostics::STAGING}/conf.yaml" do
  content AwsDiagnostics.configuration(settings)
  owner 'root'
  group 'root'
  mode '0600'
  sensitive true
  backup false
  only_if { settings['manage_configuration'] }
end

# The answer is in the error. It never repeats a value that may be a secret.
execute 'validate the options of aws_diagnostics' do
  command "#{AwsDiagnostics.validation(settings)} - <#{AwsDiagnostics::STAGING}/conf.yaml"
  cwd '/'
  not_if "#{AwsDiagnostics.validation(settings)} - <#{AwsDiagnostics::STAGING}/conf.yaml", cwd: '/'
  only_if { settings['manage_configuration'] }
end
