#!/usr/bin/env python3
"""Each rule of the lint finds what it is there to find, and nothing in the tree as it is."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import tap

LINT = os.path.join(tap.TOP, "tests", "lint", "run")
SKIPPED = shutil.ignore_patterns("build", ".git", "__pycache__", "hotseat.db*")


class LintTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="hotseat-lint-")
        cls.root = os.path.join(cls.temporary.name, "tree")
        shutil.copytree(tap.TOP, cls.root, ignore=SKIPPED)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def lint(self, *rules):
        done = subprocess.run([sys.executable, LINT, "--root", self.root, "--no-build", *rules],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def finds(self, rule, path, text, words):
        """With `text` appended to (or making) `path`, `rule` says `words`; without it nothing."""
        full = os.path.join(self.root, path)
        before = None
        if os.path.exists(full):
            with open(full) as file:
                before = file.read()
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as file:
            file.write((before or "") + text)
        try:
            code, said = self.lint(rule)
        finally:
            if before is None:
                os.unlink(full)
            else:
                with open(full, "w") as file:
                    file.write(before)
        self.assertEqual(code, 1, said)
        self.assertIn(words, said)
        self.assertIn(path, said)

    def test_the_tree_is_clean(self):
        code, said = self.lint()
        self.assertEqual(code, 0, said)

    def test_layers(self):
        self.finds("includes", "bot/core/round.c", '#include "app/session.h"\n',
                   "includes app/session.h; this layer may not")
        self.finds("includes", "bot/util/buf.c", '#include "core/text.h"\n', "core/text.h")
        self.finds("includes", "bot/store/sqlite/sql.c", '#include "core/hall.h"\n', "core/hall.h")
        self.finds("includes", "bot/sys/daemon.c", '#include "app/session.h"\n', "app/session.h")
        self.finds("includes", "plugins/coding/coding.c", '#include "util/buf.h"\n', "util/buf.h")

    def test_libraries(self):
        self.finds("includes", "bot/core/hall.c", "#include <jansson.h>\n", "belongs to")
        self.finds("includes", "bot/core/hall.c", "#include <sys/socket.h>\n", "pure")
        self.finds("includes", "include/hotseat/plugin.h", "#include <unistd.h>\n", "pure")

    def test_banned_functions(self):
        self.finds("banned", "bot/util/buf.c", "void f(char *a) { strcpy(a, a); }\n", "strcpy()")
        self.finds("banned", "bot/core/hall.c", "long f(void) { return time(NULL); }\n", "time()")
        self.finds("banned", "bot/app/queue.c", "void f(void) { exit(1); }\n", "exit()")
        self.finds("banned", "bot/transport/irc/irc_line.c", "void f(int a) { assert(a); }\n",
                   "assertion")
        self.finds("banned", "bot/transport/irc/irc_line.c",
                   "void f(void) { irc_color_convert_from_mirc(0); }\n", "irc_color_convert")

    def test_names_in_comments_and_strings_are_free(self):
        full = os.path.join(self.root, "bot/util/free.c")
        with open(full, "w") as file:
            file.write('/* strcpy(a, b) is banned */\nconst char *f = "system(1)";\n')
        code, said = self.lint("banned")
        os.unlink(full)
        self.assertEqual(code, 0, said)

    def test_sizes(self):
        self.finds("sizes", "bot/util/long.c", "/* x */\n" * 501, "501 lines")
        self.finds("sizes", "bot/util/long.c", "int f(void)\n{\n" + "    f();\n" * 59 + "}\n",
                   "a function of 61 lines")
        self.finds("sizes", "tests/long.py", "def f():\n" + "    f()\n" * 60, "a function of 61")

    def test_leftovers(self):
        self.finds("leftovers", "bot/util/buf.c", "/* TO" "DO: more */\n", "TO" "DO")
        self.finds("leftovers", "bot/util/buf.c", "/* buf_init(&buf); */\n", "commented-out code")
        self.finds("leftovers", "bot/util/buf.c", "#if 0\n#endif\n", "commented-out code")
        self.finds("leftovers", "bot/util/buf.c", "// words\n", "/* so */")

    def test_opening_comments(self):
        self.finds("opening_comments", "bot/util/new.h", "int f(void);\n", "without a comment")
        self.finds("opening_comments", "tests/new.py", "import os\n", "without a docstring")

    def test_white_space(self):
        self.finds("white_space", "bot/util/buf.c", "int a; \n", "space at the end")

    def test_map(self):
        self.finds("file_map", "docs/ARCHITECTURE.md", "\n### `bot/util/`\n- `gone.c`: was here\n",
                   "the map names bot/util/gone.c, which is not there")
        full = os.path.join(self.root, "bot/util/new.c")
        with open(full, "w") as file:
            file.write("/* new */\n")
        code, said = self.lint("file_map")
        os.unlink(full)
        self.assertEqual(code, 1)
        self.assertIn("no line for bot/util/new.c", said)

    def test_top_level(self):
        self.finds("top_level", "scratch", "words\n", "top level")

    def test_links(self):
        self.finds("links", "docs/ARCHITECTURE.md", "\n[x](gone.md)\n", "links to gone.md")
        self.finds("links", "bot/util/buf.c", "/* see docs/" "GONE.md */\n",
                   "names docs/" "GONE.md")

    def test_scripts(self):
        self.finds("scripts", "tests/broken.sh", "#!/bin/sh\nif true; then\n", "broken.sh")

    def test_man_page(self):
        self.finds("man_page", "docs/broken.1", ".Dd $Mdocdate$\n.Zz\n", "broken.1")

    def test_spelling(self):
        wrong = "het"[::-1]  # backwards, so that this file is not wrong itself
        self.finds("spelling", "questions/bad.json", '{"prompt": "is %s"}\n' % wrong, wrong)


if __name__ == "__main__":
    tap.main()
