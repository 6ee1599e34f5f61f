"""Plugins through the real program: what plugins/README.md teaches, and plugins that fail."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import tap

README = os.path.join(tap.TOP, "plugins", "README.md")
HELLO = os.path.join(tap.TOP, "plugins", "hello", "hello.c")
ROUND = """enter ann bob
ann: !start good answer:2m vote:2m
bob: !join
%s
"""


def blocks(language):
    with open(README, encoding="utf-8") as readme:
        return re.findall(r"```%s\n(.*?)```" % language, readme.read(), re.S)


def code_lines(source):
    """Lines that are neither blank nor comment."""
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    return [line for line in source.split("\n") if line.strip()]


class Place(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.dir = self.holder.name
        os.mkdir(os.path.join(self.dir, "plugins"))
        os.mkdir(os.path.join(self.dir, "questions"))

    def tearDown(self):
        self.holder.cleanup()

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w", encoding="utf-8") as out:
            out.write(text)

    def sim(self, scenario):
        self.write("test.chat", scenario)
        return subprocess.run([tap.HOTSEAT, "sim", "--plugins", "plugins", "--questions", "questions",
                               "test.chat"], cwd=self.dir, capture_output=True, text=True, timeout=60)


class Hello(Place):
    """A reader who does what the README says, word for word."""

    def test_listing_is_the_file(self):
        with open(HELLO, encoding="utf-8") as source:
            self.assertEqual(blocks("c"), [source.read()])

    def test_is_a_round_in_60_lines(self):
        self.assertLessEqual(len(code_lines(blocks("c")[0])), 60)

    def follow(self, cflags_from):
        """Builds with the README's command, plays the README's scenario."""
        self.write("hello.c", blocks("c")[0])
        build, play = blocks("sh")
        environment = dict(os.environ, PATH=os.path.dirname(tap.HOTSEAT) + ":" + os.environ["PATH"])
        environment.update(cflags_from)
        done = subprocess.run(build.replace("-Wall", "-Wall -Werror"), shell=True, cwd=self.dir,
                              env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        os.rename(os.path.join(self.dir, "hello.so"), os.path.join(self.dir, "plugins", "hello.so"))
        self.write("questions/hello.json", blocks("json")[0])
        self.write("hello.chat", blocks("chat")[0])
        return subprocess.run(play, shell=True, cwd=self.dir, env=environment, capture_output=True,
                              text=True, timeout=60)

    def test_builds_and_plays_as_installed(self):
        root = os.path.join(self.dir, "root")
        made = subprocess.run(["make", "-s", "-C", tap.TOP, "BUILD=" + tap.BUILD, "DESTDIR=" + root,
                               "PREFIX=/usr", "install"], capture_output=True, text=True, timeout=300)
        self.assertEqual(made.returncode, 0, made.stderr)
        config = os.path.join(root, "usr", "lib", "pkgconfig")
        # pkg-config leaves out -I/usr/include, which is not where this test installs.
        done = self.follow({"PKG_CONFIG_PATH": config, "PKG_CONFIG_SYSROOT_DIR": root,
                            "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("Every warm hello earned a point more", done.stdout)

    def test_the_pack_is_good(self):
        self.write("questions/hello.json", blocks("json")[0])
        done = subprocess.run([tap.HOTSEAT, "questions", "check", os.path.join(self.dir, "questions")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "1 question in 1 file, 0 problems\n"))


class Failing(Place):
    """The bot goes on, and says what happened."""

    def install(self, plugin, name="plugin.so"):
        shutil.copy(os.path.join(tap.BUILD, "tests", "plugins", plugin + ".so"),
                    os.path.join(self.dir, "plugins", name))
        pack = blocks("json")[0].replace("hello", "good")
        for own, its in (("warmth", "first"), ("wit", "second"), ("brevity", "third")):
            pack = pack.replace('"%s"' % own, '"%s"' % its)
        self.write("questions/good.json", pack)

    def must(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def test_a_good_one(self):
        self.install("good")
        self.must(self.sim(ROUND % "ann> one answer\nbob> another answer\nann> !vote A 3 3 3\n"
                           "bob> !vote A 3 3 3\nexpect room Result of version 1."))

    def test_pose(self):
        for plugin in ("fails_pose", "odd_status", "says_invalid", "says_too_long", "keeps_too_much"):
            self.install(plugin)
            self.must(self.sim("enter ann bob\nann: !start good answer:2m vote:2m\nrefuse room half a\n"
                               "expect room its plugin could not pose the question\n"
                               "ann: !status\nexpect room No round is open"))

    def test_result(self):
        self.install("fails_result")
        done = self.must(self.sim(
            ROUND % "ann> one answer\nbob> another answer\nann> !vote A 3 3 3\nbob> !vote A 3 3 3\n"
            "expect room the Good plugin failed, so its advice is missing. The scores stand.\n"
            "refuse room half a result"))
        self.assertNotIn("luck", done.stdout)

    def test_answer(self):
        self.install("fails_answer")
        self.must(self.sim(ROUND % "ann> one answer\nexpect ann Stored: 1 line\nrefuse ann half a note"))

    def test_refused_ones_are_named_and_the_rest_plays(self):
        self.install("good")
        self.install("weight_zero", "bad.so")
        done = self.must(self.sim("enter ann\nann: !start good\nexpect room both arms full"))
        self.assertRegex(done.stderr, r"refused: plugin plugins/bad\.so: first: weight must be 1 to 10")


if __name__ == "__main__":
    tap.main()
