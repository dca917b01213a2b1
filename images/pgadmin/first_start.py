"""Makes pgAdmin's database and registers the servers in one process: loading pgAdmin takes three seconds of CPU time.

first_start.py SERVERS, with PGADMIN_SETUP_EMAIL and PGADMIN_SETUP_PASSWORD in the environment
"""

import os
import runpy
import sys

import run_pgadmin  # noqa: F401

servers = sys.argv[1]
if os.path.exists(servers):
    sys.argv = ["setup.py", "load-servers", servers, "--user", os.environ["PGADMIN_SETUP_EMAIL"]]
    runpy.run_path("setup.py", run_name="__main__")
