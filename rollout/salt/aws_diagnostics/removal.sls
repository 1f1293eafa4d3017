{%- from 'aws_diagnostics/map.jinja' import agent_service, checks_d, conf_d with context %}
include:
  - .wheel_removal
  - .service

aws_diagnostics_file_removed:
  file.absent:
    - name: {{ checks_d }}/aws_diagnostics.py

aws_diagnostics_compiled_removed:
  file.tidied:
    - name: {{ checks_d }}
    - matches: ['^aws_diagnostics\..*\.pyc$']

aws_diagnostics_configuration_removed:
  file.absent:
    - name: {{ conf_d }}

# Also remove what the check remembers between its runs.
aws_diagnostics_persistent_cache_removed:
  file.absent:
    - name: /opt/datadog-agent/run/aws_diagnostics
    - require:
      - {{ agent_service }}
