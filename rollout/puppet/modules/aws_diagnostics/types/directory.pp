# Where files come from: the Puppet server, an HTTP server or the host itself; without a slash at the end.
type Aws_diagnostics::Directory = Pattern[/\A(puppet:\/\/|https?:\/\/|\/).*[^\/]\z/]
