# A path on the host, without a trailing slash.
type Aws_diagnostics::Absolute_path = Pattern[/\A\/.*[^\/]\z/]
