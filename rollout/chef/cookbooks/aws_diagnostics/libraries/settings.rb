# Which values the attributes of this cookbook may have.
module AwsDiagnostics
  METHODS = %w(checks.d wheel).freeze
  # The form of a package version that the Agent accepts.
  VERSION = /\A\d+\.\d+\.\d+([a-zA-Z]+\d*)?\z/.freeze

  # Raises ArgumentError, which names the first wrong attribute, its value and what is allowed.
  def self.check(settings)
    require_that(settings, 'version', 'a version such as 0.1.0') { |value| VERSION.match?(value.to_s) }
    require_that(settings, 'method', METHODS.join(' or ')) { |value| METHODS.include?(value) }
    require_that(settings, 'instances', 'a list of at least one hash') do |value|
      value.is_a?(Array) && !value.empty? && value.all?(Hash)
    end
    require_that(settings, 'checks_d_directory', 'an absolute path') { |value| value.to_s.start_with?('/') }
    %w(manage_configuration manage_skip_file).each do |name|
      require_that(settings, name, 'true or false') { |value| [true, false].include?(value) }
    end
  end

  def self.require_that(settings, name, allowed)
    value = settings[name]
    return if yield value

    raise ArgumentError, "node['aws_diagnostics']['#{name}'] is #{value.inspect}; it must be #{allowed}"
  end
end
