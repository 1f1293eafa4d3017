# What the Agent accepts as the version of a package.
type Aws_diagnostics::Version = Pattern[/\A\d+\.\d+\.\d+([a-zA-Z]+\d*)?\z/]
