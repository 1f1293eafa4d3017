{%- from 'aws_diagnostics/map.jinja' import as_agent, checks_d, conf_d, wanted with context %}
{%- import_text 'aws_diagnostics/files/validate_configuration.py' as validation %}
{%- set validate = as_agent ~ ' /opt/datadog-agent/embedded/bin/python3 -IB -c ' ~ validation | quote ~ ' ' ~ checks_d %}
aws_diagnostics_conf_d:
  file.directory:
    - name: {{ conf_d }}
    - user: dd-agent
    - group: dd-agent
    - mode: '0755'

# The installed check validates the options before they replace the old ones.
aws_diagnostics_configuration:
  file.serialize:
    - name: {{ conf_d }}/conf.yaml
    - dataset: {{ {'init_config': {}, 'instances': wanted.instances} | json }}
    - serializer: yaml
    - user: dd-agent
    - group: dd-agent
    - mode: '0640'
    - check_cmd: {{ validate | json }}
    # An account instance may contain keys and an external ID.
    - show_changes: {{ wanted.instances | selectattr('account', 'defined') | list | length == 0 }}
    - require:
      - file: aws_diagnostics_conf_d
