# frozen_string_literal: true

require 'json'
require 'yaml'

# Which values the attributes of this cookbook may have, and what several recipes make of them.
module AwsDiagnostics
  STAGING = '/var/lib/aws_diagnostics'
  SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
  OURS = "Managed by the rollout of aws_diagnostics, whose wheel is not in the repository of Datadog.\n"
  # What is asked need not be installed.
  OF_A_WHEEL = 'import datadog_checks as d, runpy, sys; d.__path__.insert(0, sys.argv.pop(1) + "/datadog_checks"); ' \
               'runpy.run_module("datadog_checks.aws_diagnostics.configuration", run_name="__main__")'
  METHODS = %w(checks.d wheel).freeze
  # The form of a package version that the Agent accepts.
  VERSION = /\A\d+\.\d+\.\d+([a-zA-Z]+\d*)?\z/.freeze

  # Raises ArgumentError, which names the first wrong attribute, its value and what is allowed.
  def self.check(settings)
    require_that(settings, 'version', 'a version such as 0.1.0') { |value| VERSION.match?(value.to_s) }
    require_that(settings, 'method', METHODS.join(' or ')) { |value| METHODS.include?(value) }
    require_that(settings, 'instances', 'a list of at least one hash') { |value| instances?(value) }
    require_that(settings, 'checks_d_directory', 'an absolute path') { |value| value.to_s.start_with?('/') }
    %w(manage_configuration manage_skip_file).each do |name|
      require_that(settings, name, 'true or false') { |value| [true, false].include?(value) }
    end
  end

  def self.instances?(value)
    value.is_a?(Array) && !value.empty? && value.all?(Hash)
  end

  # Where the version that is wanted lies before it is installed.
  def self.artifact(settings)
    version = settings['version']
    return "#{STAGING}/datadog_aws_diagnostics-#{version}-py3-none-any.whl" if settings['method'] == 'wheel'

    "#{STAGING}/aws_diagnostics-#{version}.py"
  end

  # The text of conf.yaml. By way of JSON: the attributes of a node are objects of Chef's own.
  def self.configuration(settings)
    instances = JSON.parse(JSON.generate(settings['instances']))
    init_config = settings['docs_url'].to_s.empty? ? {} : { 'docs_url' => settings['docs_url'] }
    configuration = { 'init_config' => init_config, 'instances' => instances }
    "# Written by Chef, cookbook aws_diagnostics. What is changed here is overwritten.\n#{YAML.dump(configuration)}"
  end

  # The command that says what the check refuses; the configuration comes after it.
  def self.validation(settings)
    file = artifact(settings)
    program = settings['method'] == 'wheel' ? "-c '#{OF_A_WHEEL}' #{file}" : "#{file} --validate"
    "runuser -u dd-agent -- /opt/datadog-agent/embedded/bin/python3 -IB #{program}"
  end

  def self.require_that(settings, name, allowed)
    value = settings[name]
    return if yield value

    raise ArgumentError, "node['aws_diagnostics']['#{name}'] is #{value.inspect}; it must be #{allowed}"
  end
end
