{%- from 'aws_diagnostics/map.jinja' import wanted with context %}
{%- from 'aws_diagnostics/problems.jinja' import problems with context %}
{%- for problem in problems %}
# In a dry run Salt replaces the comment, so the name says it too.
aws_diagnostics_pillar_{{ loop.index }}:
  test.fail_without_changes:
    - name: {{ problem | json }}
    - comment: {{ problem | json }}
{%- else %}
include:
  {%- if wanted.state == 'absent' %}
  - .removal
  {%- else %}
  - .{{ wanted.method }}
    {%- if wanted.manage_configuration %}
  - .configuration
    {%- endif %}
  - .service
  - .smoke_test
  {%- endif %}
{%- endfor %}
