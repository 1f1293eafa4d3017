datadog-agent-service:
  service.running:
    - name: datadog-agent
    - enable: True
    - watch:
      - file: /etc/datadog-agent/datadog.yaml
