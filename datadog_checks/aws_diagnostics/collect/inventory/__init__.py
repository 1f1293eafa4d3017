"""Datadog's host list, read page by page and reduced at once to what can be wrong."""

from .reading import HostList

__all__ = ['HostList']
