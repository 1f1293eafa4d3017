"""The pictures in docs/images/: code draws each from what it shows, so that none is out of date unnoticed."""
