"""Every picture that there is."""

from tools.pictures import Picture, hop_limit, terminal

PICTURES: tuple[Picture, ...] = (
    Picture('hop-limit.svg', hop_limit.drawing),
    Picture('terminal-hop-limit-too-low.svg', terminal.hop_limit_too_low),
)
