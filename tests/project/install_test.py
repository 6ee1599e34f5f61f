#!/usr/bin/env python3
"""`make install` into a directory of its own: the program finds its things, a plugin builds there."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import tap

PREFIX = "/opt/practice"


def tree_build(where):
    """A copy of the checkout with its objects, so that nothing here is built or written."""
    tree = os.path.join(where, "tree")
    skipped = shutil.ignore_patterns("build", ".git", "__pycache__", "hotseat.db*")
    shutil.copytree(tap.TOP, tree, ignore=skipped)
    build = os.path.join(tree, "build")
    os.makedirs(os.path.join(build, "examples"))
    for name in ("hotseat", "plugins", "examples/hello.so"):
        source, target = os.path.join(tap.BUILD, name), os.path.join(build, name)
        if os.path.isdir(source):
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    return tree


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hotseat-install-")
        cls.where = cls.temporary.name
        cls.tree = tree_build(cls.where)
        cls.dest = os.path.join(cls.where, "dest")
        cls.installed = cls.make("install")
        cls.root = cls.dest + PREFIX

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def make(cls, target):
        # The copied program is as new as can be: make must have nothing to compile.
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        return subprocess.run(
            ["make", "-s", target, "-o", "all", "DESTDIR=" + cls.dest, "PREFIX=" + PREFIX,
             "BUILD=build"], cwd=cls.tree, env=clean, capture_output=True, text=True)

    def run_installed(self, *args, **more):
        return subprocess.run([os.path.join(self.root, "bin", "hotseat"), *args],
                              capture_output=True, text=True, cwd=self.where, **more)

    def test_installs_without_a_word(self):
        self.assertEqual(self.installed.returncode, 0, self.installed.stderr)
        self.assertEqual(self.installed.stdout + self.installed.stderr, "")
        self.assertEqual(os.listdir(self.dest), ["opt"], "something outside of the prefix")

    def test_everything_is_in_its_place(self):
        for name in ("bin/hotseat", "lib/hotseat/plugins/coding.so", "include/hotseat/plugin.h",
                     "include/hotseat/result.h", "lib/pkgconfig/hotseat.pc",
                     "share/man/man1/hotseat.1", "share/hotseat/questions/README.md",
                     "share/bash-completion/completions/hotseat", "share/doc/hotseat/LICENSE",
                     "share/doc/hotseat/README.md", "share/doc/hotseat/config.example"):
            self.assertTrue(os.path.isfile(os.path.join(self.root, name)), name)
        self.assertFalse(os.path.exists(os.path.join(self.root, "lib/hotseat/plugins/hello.so")))

    def test_the_installed_program_finds_plugins_and_questions(self):
        said = json.loads(self.run_installed("doctor", "--json").stdout)
        found = {check["check"]: check["found"] for check in said["checks"]}
        self.assertTrue(said["ok"], said)
        self.assertIn("lib/hotseat/plugins", found["plugins"])
        self.assertIn("share/hotseat/questions", found["questions"])
        self.assertNotIn(self.tree, json.dumps(said))
        played = self.run_installed("console", "--db", ":memory:", input="ann: !start coding\n")
        self.assertIn("Round 1", played.stdout)

    def pkg_config(self, *args):
        path = os.path.join(self.root, "lib", "pkgconfig")
        return subprocess.run(
            ["pkg-config", "--define-variable=prefix=" + self.root, *args, "hotseat"], text=True,
            env=dict(os.environ, PKG_CONFIG_PATH=path), capture_output=True, check=True).stdout

    def test_a_plugin_builds_out_of_the_tree(self):
        source = os.path.join(self.where, "hello.c")
        shutil.copy(os.path.join(self.root, "share/doc/hotseat/hello.c"), source)
        plugins = os.path.join(self.where, "plugins")
        os.makedirs(plugins)
        made = os.path.join(plugins, "hello.so")
        subprocess.run(["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
                        *self.pkg_config("--cflags").split(), "-o", made, source], check=True)
        self.assertEqual(self.pkg_config("--variable=plugindir").strip(),
                         self.root + "/lib/hotseat/plugins")
        said = json.loads(self.run_installed("doctor", "--plugins", plugins, "--json").stdout)
        found = {check["check"]: check["found"] for check in said["checks"]}
        self.assertTrue(found["plugins"].startswith("1 in "), said)

    def test_completion_offers_commands_and_options(self):
        script = os.path.join(self.root, "share/bash-completion/completions/hotseat")

        def offered(*words):
            run = "source '%s'; COMP_WORDS=(%s); COMP_CWORD=%d; _hotseat; echo ${COMPREPLY[*]}" % (
                script, " ".join("'%s'" % w for w in words), len(words) - 1)
            return subprocess.run(["bash", "-c", run], text=True, capture_output=True,
                                  check=True).stdout.split()
        self.assertEqual(offered("hotseat", "ba"), ["backup"])
        self.assertEqual(offered("hotseat", "board", "--pe"), ["--period"])
        self.assertEqual(offered("hotseat", "board", "--period", "w"), ["week"])
        commands = [line.split()[0] for line in
                    self.run_installed("--help").stdout.splitlines() if line.startswith("  ")]
        self.assertEqual(set(commands) | {"--help"}, set(offered("hotseat", "")))


class UninstallTest(unittest.TestCase):
    def test_uninstall_leaves_only_what_is_not_ours(self):
        with tempfile.TemporaryDirectory(prefix="hotseat-install-") as where:
            InstallTest.tree, InstallTest.dest = tree_build(where), os.path.join(where, "dest")
            self.assertEqual(InstallTest.make("install").returncode, 0)
            own = os.path.join(where, "dest" + PREFIX, "lib/hotseat/plugins/own.so")
            with open(own, "w"):
                pass
            done = InstallTest.make("uninstall")
            self.assertEqual(done.returncode, 0, done.stderr)
            left = [os.path.join(folder, name) for folder, _, names in
                    os.walk(os.path.join(where, "dest")) for name in names]
            self.assertEqual(left, [own])


if __name__ == "__main__":
    tap.main()
