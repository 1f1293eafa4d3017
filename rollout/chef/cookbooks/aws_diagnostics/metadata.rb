# frozen_string_literal: true

name 'aws_diagnostics'
version '0.1.0'
description 'Rolls out the AWS Diagnostics check of the Datadog Agent'
maintainer 'AWS Diagnostics contributors'
maintainer_email 'maintainers@example.com'
license 'BSD-3-Clause'
chef_version '>= 16.0'
%w(amazon centos debian redhat ubuntu).each { |platform| supports platform }
