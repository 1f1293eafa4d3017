# Prints, as JSON, which resources a recipe of a cookbook declares for a node with the given attributes.
#
#   ruby declared.rb COOKBOOK RECIPE ATTRIBUTES
#
# This is not Chef: nothing is carried out here. The recipes are run as the Ruby programs that they are; a resource or a
# property that Chef does not document is an error.
require 'json'
require 'yaml'

# https://docs.chef.io/resources/NAME, "The full syntax for all of the properties", November 2026.
FILE = %w(atomic_update backup checksum content force_unlink group inherits manage_symlink_source mode owner path rights
          verify).freeze
# https://docs.chef.io/resource_common, "Properties".
COMMON = %w(retries retry_delay sensitive).freeze
DOCUMENTED = {
  'cookbook_file' => FILE - %w(content) + %w(cookbook source),
  'directory' => %w(group inherits mode owner path recursive rights),
  'execute' => %w(command creates cwd default_env domain elevated environment group input live_stream login password
                  returns timeout umask user),
  'file' => FILE,
  'service' => %w(init_command options parameters pattern priority reload_command restart_command run_levels
                  service_name start_command status_command stop_command supports timeout user),
}.freeze

# The attributes of a node: default['a']['b'] = 1 in a file of attributes, node['a']['b'] in a recipe.
class Attributes
  attr_reader :node

  def initialize(file)
    @node = Hash.new { |hash, key| hash[key] = {} }
    instance_eval(File.read(file), file)
  end

  def default = node
end

# One block of a recipe.
class Resource
  attr_reader :node, :told

  def initialize(type, name, node, &block)
    @node = node
    @told = { 'type' => type, 'name' => name, 'properties' => {}, 'guards' => [], 'notifies' => [] }
    instance_eval(&block) if block
  end

  def action(action) = told['action'] = action
  def notifies(action, resource, timing = :delayed) = told['notifies'] << [action, resource, timing]
  def not_if(command = nil, **options, &block) = guard(false, command, options, block)
  def only_if(command = nil, **options, &block) = guard(true, command, options, block)

  def method_missing(property, *values)
    unless [*DOCUMENTED[told['type']], *COMMON].include?(property.to_s)
      raise NoMethodError, "#{told['type']} has no property `#{property}`"
    end

    told['properties'][property] = values.first
  end

  def respond_to_missing?(*) = true

  private

  def guard(wanted, command, options, block)
    command ||= catch(:asked) { block.call ? 'true' : 'false' }
    told['guards'] << { 'wanted' => wanted, 'command' => command, **options }
  end
end

# A recipe, with those that it includes.
class Recipe
  attr_reader :node, :resources

  def initialize(cookbook, node)
    @cookbook = cookbook
    @node = node
    @resources = []
  end

  def include_recipe(name)
    file = "#{@cookbook}/recipes/#{name.split('::').last}.rb"
    instance_eval(File.read(file), file)
  end

  def find_resource(type, name, &block)
    found = resources.find { |resource| resource.told.values_at('type', 'name') == [type.to_s, name] }
    found || public_send(type, name, &block)
  end

  DOCUMENTED.each_key do |type|
    define_method(type) { |name, &block| resources << Resource.new(type, name, node, &block) }
  end
end

cookbook, recipe, attributes = ARGV
Dir["#{cookbook}/libraries/*.rb"].each { |library| require File.expand_path(library) }
node = Attributes.new("#{cookbook}/attributes/default.rb").node
node['aws_diagnostics'].merge!(JSON.parse(attributes))
# A guard asks for a file on the host, and not before Chef comes to it.
File.singleton_class.prepend(Module.new { def exist?(path) = throw(:asked, "test -e #{path}") })
run = Recipe.new(cookbook, node)
run.include_recipe(recipe)
puts JSON.pretty_generate(run.resources.map(&:told))
