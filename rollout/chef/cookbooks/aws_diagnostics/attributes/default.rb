# frozen_string_literal: true

# The version to install. files/ must contain it: aws_diagnostics-VERSION.py, or
# datadog_aws_diagnostics-VERSION-py3-none-any.whl.
default['aws_diagnostics']['version'] = nil

# checks.d: one file, which Agent upgrades leave alone.
# wheel: a package in the Agent's Python. The run after an Agent upgrade installs it again.
default['aws_diagnostics']['method'] = 'checks.d'

# The instances of conf.yaml. The check itself refuses options that it does not know.
default['aws_diagnostics']['instances'] = [
  { 'identity_tags' => %w(account_id region), 'min_collection_interval' => 300 },
]

# The address of the documentation in your network, to which messages then link: docs_url of init_config.
default['aws_diagnostics']['docs_url'] = ''

# The cookbook with the files of `version`, if it is not this one.
default['aws_diagnostics']['files_cookbook'] = 'aws_diagnostics'

# Where the Agent looks for single files: the value of additional_checksd, if datadog.yaml sets it.
default['aws_diagnostics']['checks_d_directory'] = '/etc/datadog-agent/checks.d'

# false if `datadog_monitor 'aws_diagnostics'` already writes conf.yaml.
default['aws_diagnostics']['manage_configuration'] = true

# false if something else manages /etc/datadog-agent/.skip_install_python_third_party_deps.
default['aws_diagnostics']['manage_skip_file'] = true
