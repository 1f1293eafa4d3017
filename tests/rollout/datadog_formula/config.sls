datadog_yaml_installed:
  file.managed:
    - name: /etc/datadog-agent/datadog.yaml
    - contents: {{ ('tags: ' ~ salt['pillar.get']('datadog:config:tags', []) | json) | json }}
    - user: dd-agent
    - group: dd-agent
    - mode: '0600'
