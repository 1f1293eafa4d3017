{%- from 'aws_diagnostics/map.jinja' import wanted with context %}
{#- Any, because a state that fails must not keep the Agent from running what was installed. #}
{%- set changing = ['cmd: aws_diagnostics_wheel_removed', 'file: aws_diagnostics_file_removed', 'file: aws_diagnostics_configuration_removed']
    if wanted.state == 'absent' else
    (['cmd: aws_diagnostics_wheel_installed', 'file: aws_diagnostics_file_removed'] if wanted.method == 'wheel' else
    ['file: aws_diagnostics_file', 'cmd: aws_diagnostics_wheel_removed']) +
    (['file: aws_diagnostics_configuration'] if wanted.manage_configuration else []) %}
{%- if wanted.datadog_formula %}
include:
  - datadog

extend:
  datadog-agent-service:
    service:
      - watch_any:
        {%- for state in changing %}
        - {{ state }}
        {%- endfor %}
{%- else %}
# Not service.running: a stopped Agent stays stopped.
aws_diagnostics_agent:
  cmd.run:
    - name: systemctl try-restart datadog-agent
    - onchanges_any:
      {%- for state in changing %}
      - {{ state }}
      {%- endfor %}
{%- endif %}
