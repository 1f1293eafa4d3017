# The form of a package version that the Agent accepts.
type Aws_diagnostics::Version = Pattern[/\A\d+\.\d+\.\d+([a-zA-Z]+\d*)?\z/]
