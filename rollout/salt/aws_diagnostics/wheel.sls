{%- from 'aws_diagnostics/map.jinja' import as_agent, checks_d, installed_version, skip_file, skip_file_content, staging, wanted, wheel with context %}
{#- Root owns it: nobody else can put another wheel there before it is installed. #}
{%- set copy = staging ~ '/' ~ wheel.split('/') | last %}
{%- set is_installed = 'test "$(' ~ installed_version ~ ')" = ' ~ wanted.version %}
{%- if wanted.manage_skip_file %}
aws_diagnostics_skip_file:
  file.managed:
    - name: {{ skip_file }}
    - contents: {{ skip_file_content }}
    - replace: False
    - user: root
    - group: root
    - mode: '0644'

{%- endif %}

aws_diagnostics_wheel_copied:
  file.managed:
    - name: {{ copy }}
    - source: {{ wheel }}
    - user: root
    - group: root
    - mode: '0644'
    - dir_mode: '0755'
    - makedirs: True
    - unless: {{ is_installed }}

aws_diagnostics_wheel_installed:
  cmd.run:
    - name: {{ as_agent }} datadog-agent integration install -w {{ copy }}
    - unless: {{ is_installed }}
    - require:
      - file: aws_diagnostics_wheel_copied

aws_diagnostics_copy_removed:
  file.absent:
    - name: {{ staging }}

aws_diagnostics_file_removed:
  file.absent:
    - name: {{ checks_d }}/aws_diagnostics.py
