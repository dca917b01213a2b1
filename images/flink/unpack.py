"""Unpacks Flink's lib, opt, plugins and bin out of its wheel: unpack.py WHEEL DESTINATION.

Left out: PyFlink itself, which takes 40 MB and serves Python jobs only, and the licences' texts.
"""

import sys
import zipfile
from pathlib import Path

FOLDERS = ("bin", "lib", "opt", "plugins")

wheel, destination = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        path = Path(entry.filename)
        if entry.is_dir() or path.parts[1] not in FOLDERS or path.name.startswith("flink-python-"):
            continue
        target = Path(destination, *path.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(entry))
