# Where files come from: the Puppet server, an HTTP server or the host itself; without a trailing slash.
type Aws_diagnostics::Directory = Pattern[/\A(puppet:\/\/|https?:\/\/|\/).*[^\/]\z/]
