"""Completes a first start that was cut, brings existing data up to date, then starts pgAdmin as the image does.

PGADMIN_DEFAULT_EMAIL, PGADMIN_DEFAULT_PASSWORD_FILE and PGPASS_FILE are those of the image, which reads them at its
first start only.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request

DATA = "/var/lib/pgadmin"
DATABASE = f"{DATA}/pgadmin4.db"
# There from before the database is created until pgAdmin answers for the first time: nobody has used it until then.
UNFINISHED = f"{DATA}/.first-start-unfinished"
# A digest of the password that the database has.
PASSWORD_DIGEST = f"{DATA}/.password-digest"
SERVERS = "/pgadmin4/servers.json"
QUERIES = "/pgadmin4/queries"
EMAIL = os.environ["PGADMIN_DEFAULT_EMAIL"]
# The user's files, as the Query Tool shows them.
STORAGE = f"{DATA}/storage/{EMAIL.replace('@', '_')}"
PORT = os.environ["PGADMIN_LISTEN_PORT"]

SET_PASSWORD = """
import builtins, os, sys
builtins.SERVER_MODE = True
sys.path.insert(0, "/pgadmin4")
import config
config.LOG_FILE = "/dev/null"
from pgadmin import create_app
app = create_app("pgadmin4-cli")
with app.test_request_context():
    from flask_security.utils import hash_password
    from pgadmin.model import User, db
    user = User.query.filter_by(username=os.environ["PGADMIN_DEFAULT_EMAIL"]).one()
    user.password = hash_password(sys.stdin.read())
    user.locked = False
    user.login_attempts = 0
    db.session.commit()
"""


def prepare():
    if not was_completed():
        print("start-pgadmin: the first start was not completed; it begins again", flush=True)
        for name in os.listdir(DATA):
            if name.startswith("pgadmin4.db"):
                os.remove(f"{DATA}/{name}")
    password = read(os.environ["PGADMIN_DEFAULT_PASSWORD_FILE"])
    if not os.path.exists(DATABASE):
        write(UNFINISHED, "")
        write(PASSWORD_DIGEST, digest(password))
        return
    update_password(password)
    update_servers()
    update_pgpass()
    save_queries()


def was_completed():
    """Whether somebody may have used the database, or there is none."""
    if not os.path.exists(DATABASE):
        return True
    return not os.path.exists(UNFINISHED) and has_users()


def has_users():
    try:
        with sqlite3.connect(DATABASE) as database:
            return database.execute('SELECT count(*) FROM "user"').fetchone()[0] > 0
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return False
        raise


def update_password(password):
    if os.path.exists(PASSWORD_DIGEST) and read(PASSWORD_DIGEST) == digest(password):
        return
    # In a process of its own: pgAdmin's modules take memory and change the process.
    subprocess.run([sys.executable, "-W", "ignore", "-c", SET_PASSWORD], input=password, text=True, check=True)
    write(PASSWORD_DIGEST, digest(password))


def update_servers():
    """Only the servers of the list: those that somebody has added, or removed, stay as they are."""
    with open(SERVERS, encoding="utf-8") as file:
        servers = json.load(file)["Servers"].values()
    with sqlite3.connect(DATABASE) as database:
        for server in servers:
            database.execute(
                """UPDATE server SET host = ?, port = ?, maintenance_db = ?, username = ?, connection_params = ?
                   WHERE name = ? AND user_id = (SELECT id FROM "user" WHERE username = ?)""",
                [
                    *(server[key] for key in ("Host", "Port", "MaintenanceDB", "Username")),
                    json.dumps(server["ConnectionParameters"]),
                    server["Name"],
                    EMAIL,
                ],
            )


def update_pgpass():
    """To where the connection parameter `passfile: /.pgpass` is looked up."""
    os.makedirs(STORAGE, exist_ok=True)
    shutil.copyfile(os.environ["PGPASS_FILE"], f"{STORAGE}/.pgpass")
    # libpq takes a password file only if nobody else can read it.
    os.chmod(f"{STORAGE}/.pgpass", 0o600)


def save_queries():
    if not os.path.isdir(QUERIES):
        return
    folder = f"{STORAGE}/Commerce pipeline"
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(QUERIES):
        shutil.copyfile(f"{QUERIES}/{name}", f"{folder}/{name}")


def finish_when_served():
    """In the background, as the image's entry point takes over this process."""
    if os.fork() > 0:
        return
    while not is_served():
        time.sleep(0.2)
    os.remove(UNFINISHED)
    save_queries()
    os._exit(0)


def is_served():
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/misc/ping", timeout=5):
            return True
    except OSError:
        return False


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)


def digest(password):
    return hashlib.sha256(password.encode()).hexdigest()


prepare()
if os.path.exists(UNFINISHED):
    finish_when_served()
os.execv("/entrypoint.sh", ["/entrypoint.sh"])
