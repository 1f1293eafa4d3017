"""The AWS API, read-only: the only part that uses boto3 and botocore, and that inside functions.

The host scope must not pay for them in memory, nor fail where an Agent comes without them.
"""
