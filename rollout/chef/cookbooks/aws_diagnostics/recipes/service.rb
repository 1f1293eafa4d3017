# Restarted when something changed, once, at the end of the run. The cookbook `datadog` declares the service as well.
find_resource(:service, 'datadog-agent') do
  action :nothing
end
