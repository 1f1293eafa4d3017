{%- from 'aws_diagnostics/map.jinja' import as_agent, conf_d, installed_version, skip_file, skip_file_content, wanted with context %}
aws_diagnostics_wheel_removed:
  cmd.run:
    - name: {{ as_agent }} datadog-agent integration remove datadog-aws-diagnostics
    - onlyif: test -n "$({{ installed_version }})"

# The wheel brought it.
aws_diagnostics_example_removed:
  file.absent:
    - name: {{ conf_d }}/conf.yaml.example
{%- if wanted.manage_skip_file %}

aws_diagnostics_skip_file_removed:
  file.absent:
    - name: {{ skip_file }}
    - onlyif: grep -qxF '{{ skip_file_content }}' {{ skip_file }}
{%- endif %}
