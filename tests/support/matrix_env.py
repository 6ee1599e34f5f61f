#!/usr/bin/env python3
"""Synapse, matrix-nio and matrix-js-sdk, installed once for all checkouts and test runs.

    matrix_env.python()    a Python that has Synapse and matrix-nio
    matrix_env.js_sdk()    the file to import matrix-js-sdk from

They live in ${XDG_CACHE_HOME:-~/.cache}/hotseat-tests, in a folder named after their versions;
whoever needs them first installs them, under a lock. Run as a program it installs both.
"""
import contextlib
import fcntl
import os
import platform
import shutil
import subprocess
import sys

SYNAPSE, NIO = "1.163.2", "0.26.0"
JS_SDK = "32.4.0"  # the last one for node 18, as Debian 12 has it; it works with later ones
INSTALL_SECONDS = 900


def cache():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = os.path.join(home, "hotseat-tests")
    os.makedirs(path, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(path):
    with open(path + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def installed(name, install, inside):
    """A file in the folder of this name; `install(folder)` fills the folder if it is not there."""
    folder = os.path.join(cache(), name)
    mark, wanted = os.path.join(folder, "complete"), os.path.join(folder, inside)

    def whole():  # the Python that an environment was made with may have gone away
        return os.path.exists(mark) and os.path.exists(wanted)
    if whole():
        return wanted
    with locked(folder):
        if not whole():
            shutil.rmtree(folder, ignore_errors=True)  # one that was cut off
            print("Installing %s (once)" % name, file=sys.stderr)
            install(folder)
            with open(mark, "w"):
                pass
    return wanted


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=INSTALL_SECONDS, **options)
    if done.returncode:
        raise AssertionError("%s:\n%s" % (" ".join(command), done.stdout[-4000:]))


def _install_python(folder):
    run(sys.executable, "-m", "venv", folder)
    run(os.path.join(folder, "bin", "python"), "-m", "pip", "install", "-q",
        "matrix-synapse==" + SYNAPSE, "matrix-nio==" + NIO)


def _install_js(folder):
    os.makedirs(folder)
    with open(os.path.join(folder, "package.json"), "w") as out:
        out.write('{"private": true}\n')
    run("npm", "install", "--no-audit", "--no-fund", "--silent", "matrix-js-sdk@" + JS_SDK,
        cwd=folder)


def python():
    name = "python%s-synapse%s-nio%s" % (platform.python_version(), SYNAPSE, NIO)
    return installed(name, _install_python, "bin/python")


def js_sdk():
    return installed("js-sdk" + JS_SDK, _install_js, "node_modules/matrix-js-sdk/lib/index.js")


if __name__ == "__main__":
    python()
    js_sdk()
