"""Code that is typed into the terminal room line by line keeps its indentation."""
import os
import subprocess
import tempfile
import unittest

import tap

SESSION = """\
ann: !start coding answer:5m vote:3m
bob: !join
ann> !begin
ann> def f(x):
ann>     if x:
ann>         return 1
ann> !end
/as bob
/dm !begin
/dm while True:
/dm     pass
/dm !end
"""


class Code(unittest.TestCase):
    def test_indentation_reaches_the_graders(self):
        with tempfile.TemporaryDirectory() as place:
            run = subprocess.run(
                [tap.HOTSEAT, "console", "--db", os.path.join(place, "x.db"), "--questions",
                 tap.PACK], input=SESSION, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("[to bob] >     if x:\n[to bob] >         return 1\n", run.stdout)
        self.assertIn("[to ann] > while True:\n[to ann] >     pass\n", run.stdout)


tap.main()
