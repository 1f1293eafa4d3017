{%- from 'aws_diagnostics/map.jinja' import checks_d, single_file with context %}
include:
  - .wheel_removal

aws_diagnostics_file:
  file.managed:
    - name: {{ checks_d }}/aws_diagnostics.py
    - source: {{ single_file }}
    - user: root
    - group: root
    - mode: '0644'
    # A new version differs in one long text.
    - show_changes: False
