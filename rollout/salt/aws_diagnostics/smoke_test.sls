{%- from 'aws_diagnostics/map.jinja' import agent_service, as_agent with context %}
{#- It asks whether the check runs. What it finds out about the host is the business of the monitors. #}
{%- if not opts.test %}
aws_diagnostics_runs:
  cmd.run:
    - name: |
        printed=$({{ as_agent }} datadog-agent check aws_diagnostics 2>&1)
        status=$?
        case $printed in *'[ERROR]'*) status=1 ;; esac
        [ $status -eq 0 ] || echo "$printed"
        echo
        echo "changed=no comment='datadog-agent check aws_diagnostics: status $status'"
        exit $status
    - stateful: True
    - onlyif: systemctl is-active --quiet datadog-agent
    # After a restart, an Agent needs some seconds until it can run a check by hand.
    - retry:
        attempts: 6
        interval: 5
    - require:
      - {{ agent_service }}
{%- endif %}
