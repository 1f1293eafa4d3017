"""Every picture that there is."""

from tools.pictures import Picture, dashboard, hop_limit, terminal

PICTURES: tuple[Picture, ...] = (
    Picture('dashboard-fleet.svg', dashboard.fleet),
    Picture('dashboard-integration.svg', dashboard.integration),
    Picture('hop-limit.svg', hop_limit.drawing),
    Picture('terminal-hop-limit-too-low.svg', terminal.hop_limit_too_low),
)
