# A path on the host, without a slash at the end.
type Aws_diagnostics::Absolute_path = Pattern[/\A\/.*[^\/]\z/]
