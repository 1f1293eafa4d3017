"""An EC2 instance metadata service as AWS documents it, and the things that are found in its place."""

from tests.simulator.imds.behaviour import Behaviour, Persona, Request

__all__ = ['Behaviour', 'Persona', 'Request']
