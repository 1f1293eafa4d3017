{%- from 'aws_diagnostics/map.jinja' import wanted with context %}
{#- Any, because a configuration that is refused must not keep the Agent from running what was installed. #}
{%- macro watched() %}
      - watch_any:
  {%- if wanted.state == 'absent' %}
        - cmd: aws_diagnostics_wheel_removed
        - file: aws_diagnostics_file_removed
        - file: aws_diagnostics_configuration_removed
  {%- else %}
    {%- if wanted.method == 'wheel' %}
        - cmd: aws_diagnostics_wheel_installed
        - file: aws_diagnostics_file_removed
    {%- else %}
        - file: aws_diagnostics_file
        - cmd: aws_diagnostics_wheel_removed
    {%- endif %}
    {%- if wanted.manage_configuration %}
        - file: aws_diagnostics_configuration
    {%- endif %}
  {%- endif %}
{%- endmacro %}
{%- if wanted.datadog_formula %}
include:
  - datadog

extend:
  datadog-agent-service:
    service:
{{- watched() }}
{%- else %}
aws_diagnostics_agent:
  service.running:
      - name: datadog-agent
{{- watched() }}
{%- endif %}
