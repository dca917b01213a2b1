"""Unpacks Flink's lib, opt, plugins and bin out of its wheel: unpack.py WHEEL DESTINATION.

Left out: PyFlink itself, which takes 40 MB and serves Python jobs only, and the licences' texts.
"""

import sys
import zipfile
from pathlib import Path

# Unpacks the planner's jar at each start and gives it a class loader of its own, for a quarter more of a plan's CPU time.
LOADER = "flink-table-planner-loader-"
PLANNER = "flink-table-planner.jar"

FOLDERS = ("bin", "lib", "opt", "plugins")

wheel, destination = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        path = Path(entry.filename)
        if entry.is_dir() or path.parts[1] not in FOLDERS or path.name.startswith("flink-python-"):
            continue
        target = Path(destination, *path.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.name.startswith(LOADER):
            with zipfile.ZipFile(archive.open(entry)) as loader:
                target.with_name(PLANNER).write_bytes(loader.read(PLANNER))
        else:
            target.write_bytes(archive.read(entry))
