"""Datadog's host list, read page by page; only what can be wrong is kept."""

from .host_list import HostList

__all__ = ['HostList']
