"""What the tests install once: whole, by one of those who want it at once, and again if it broke."""
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import tap

SUPPORT = os.path.join(tap.TOP, "tests", "support")
WANT = """
import os, sys, time
import matrix_env
def install(folder):
    os.makedirs(folder)
    with open(os.path.join(folder, "half"), "x"):
        pass
    with open(sys.argv[1], "a") as log:
        log.write("installed\\n")
    with open(os.path.join(folder, "tool"), "w") as out:
        out.write("whole")
print(open(matrix_env.installed("thing1", install, "tool")).read())
"""


class Installing(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="hotseat-cache-")
        self.addCleanup(shutil.rmtree, self.home)
        self.log = os.path.join(self.home, "log")
        self.folder = os.path.join(self.home, "hotseat-tests", "thing1")

    def want(self, _=None):
        done = subprocess.run([sys.executable, "-c", WANT, self.log], capture_output=True, text=True,
                              env=dict(os.environ, XDG_CACHE_HOME=self.home, PYTHONPATH=SUPPORT))
        return done.stdout.strip() or done.stderr

    def installs(self):
        with open(self.log) as log:
            return len(log.readlines())

    def test_many_at_once_install_once(self):
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            self.assertEqual(set(pool.map(self.want, range(6))), {"whole"})
        self.assertEqual(self.installs(), 1)

    def test_one_that_was_cut_off_is_made_anew(self):
        os.makedirs(self.folder)
        with open(os.path.join(self.folder, "half"), "w"):
            pass
        self.assertEqual(self.want(), "whole")

    def test_one_that_lost_its_tool_is_made_anew(self):
        self.want()
        os.unlink(os.path.join(self.folder, "tool"))
        self.assertEqual(self.want(), "whole")
        self.assertEqual(self.installs(), 2)


tap.main()
