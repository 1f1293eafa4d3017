{%- from 'aws_diagnostics/map.jinja' import as_agent, checks_d, conf_d, configuration, python, wanted with context %}
aws_diagnostics_conf_d:
  file.directory:
    - name: {{ conf_d }}
    - user: dd-agent
    - group: dd-agent
    - mode: '0755'

# The version that is installed by now validates the options before they replace the old ones.
aws_diagnostics_configuration:
  file.serialize:
    - name: {{ conf_d }}/conf.yaml
    - dataset: {{ configuration | json }}
    - serializer: yaml
    - user: dd-agent
    - group: dd-agent
    - mode: '0640'
    {%- if wanted.method == 'wheel' %}
    - check_cmd: {{ as_agent }} {{ python }} -IBm datadog_checks.aws_diagnostics.configuration
    {%- else %}
    - check_cmd: {{ as_agent }} {{ python }} -IB {{ checks_d }}/aws_diagnostics.py --validate
    {%- endif %}
    # An account instance may contain keys and an external ID, and so may the one that it replaces.
    - show_changes: False
    - require:
      - file: aws_diagnostics_conf_d
