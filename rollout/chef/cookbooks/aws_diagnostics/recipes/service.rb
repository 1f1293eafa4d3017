# Restarted once, at the end of the run, if something changed. The cookbook `datadog` declares the service as well.
find_resource(:service, 'datadog-agent') do
  action :nothing
end
