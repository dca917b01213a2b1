"""pgAdmin's application in server mode, as gunicorn loads it; importing it also makes its database."""

import builtins

builtins.SERVER_MODE = True

from pgAdmin4 import app  # noqa: E402,F401
