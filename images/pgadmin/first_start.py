"""Makes pgAdmin's database, registers the servers, and serves, in one process: loading pgAdmin takes three seconds of CPU
time.

first_start.py EMAIL SERVERS GUNICORN-ARGUMENT…, with the password on standard input.
"""

import os
import runpy
import sys

email, servers, *arguments = sys.argv[1:]
setup = {"PGADMIN_SETUP_EMAIL": email, "PGADMIN_SETUP_PASSWORD": sys.stdin.read().rstrip("\n")}
os.environ.update(setup)

import run_pgadmin  # noqa: E402
from gunicorn.app import wsgiapp  # noqa: E402
from pgadmin.model import db  # noqa: E402

for name in setup:
    del os.environ[name]
if os.path.exists(servers):
    sys.argv = ["setup.py", "load-servers", servers, "--user", email]
    try:
        runpy.run_path("setup.py", run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise
# A connection must not be shared with the worker, which is a fork of this process.
with run_pgadmin.app.app_context():
    db.engine.dispose()
sys.argv = ["gunicorn", *arguments]
wsgiapp.run()
