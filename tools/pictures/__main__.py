"""Writes the pictures in docs/images/.

With --check it writes nothing, names those that differ from what they show and exits with 1.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.pictures import IMAGES, NotHere, Picture
from tools.pictures.gallery import PICTURES


def stale(pictures: Sequence[Picture] = PICTURES, directory: Path = IMAGES) -> list[str]:
    """The names of pictures that are missing or differ. One that cannot be drawn here is not compared, and said so."""
    return [picture.name for picture in pictures if _differs(picture, directory / picture.name)]


def _differs(picture: Picture, path: Path) -> bool:
    try:
        drawn = picture.draw()
    except NotHere as e:
        print(f'docs/images/{picture.name} is not compared: {e}', file=sys.stderr)
        return not path.is_file()
    return not path.is_file() or path.read_text(encoding='utf-8') != drawn


def write(pictures: Sequence[Picture] = PICTURES, directory: Path = IMAGES) -> None:
    """One that cannot be drawn here stays as it is."""
    directory.mkdir(exist_ok=True)
    for picture in pictures:
        try:
            (directory / picture.name).write_text(picture.draw(), encoding='utf-8')
        except NotHere as e:
            print(f'docs/images/{picture.name} is not drawn: {e}', file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog='python -m tools.pictures')
    parser.add_argument('--check', action='store_true', help='write nothing, exit with 1 when something differs')
    if not parser.parse_args(arguments).check:
        write()
        return 0
    for name in (differing := stale()):
        print(f'docs/images/{name} is not what it shows: run `make assets`', file=sys.stderr)
    return 1 if differing else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
