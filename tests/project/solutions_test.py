#!/usr/bin/env python3
"""Coding questions: the references and the code of the model answers solve the samples."""
import glob
import json
import os
import re
import subprocess
import sys
import unittest

import tap

FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.S | re.M)


def coding_questions():
    """Each coding question with the directory of its pack."""
    found = []
    for path in sorted(glob.glob(os.path.join(tap.TOP, "questions", "**", "*.json"), recursive=True)):
        with open(path, encoding="utf-8") as pack:
            for question in json.load(pack).get("questions", []):
                if question["kind"] == "coding":
                    found.append((question, os.path.dirname(path)))
    return found


def fenced(text, language):
    return [code for tag, code in FENCED.findall(text) if tag == language]


def printed(source, given):
    run = subprocess.run([sys.executable, "-c", source], input=given, capture_output=True,
                         text=True, timeout=60, check=False)
    return run.stdout if run.returncode == 0 else "failed: " + run.stderr


def same(got, wanted, compare):
    """The words are the same; for float:X a number may be off by X, absolute or relative."""
    if not compare.startswith("float:"):
        return got.split() == wanted.split()
    most = float(compare[len("float:"):])
    try:
        a, b = [float(word) for word in got.split()], [float(word) for word in wanted.split()]
    except ValueError:
        return False
    return len(a) == len(b) and all(abs(x - y) <= most * max(1, abs(y)) for x, y in zip(a, b))


class SolutionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.questions = coding_questions()

    def solves(self, question, source, what):
        for number, sample in enumerate(question["samples"], start=1):
            got = printed(source, sample["input"])
            self.assertTrue(same(got, sample["output"], question.get("compare", "tokens")),
                            "%s of %s, sample %d: %r" % (what, question["id"], number, got))

    def reference(self, question, where):
        with open(os.path.join(where, question["references"]["python"]), encoding="utf-8") as file:
            return file.read()

    def test_every_reference_prints_what_the_samples_say(self):
        self.assertTrue(self.questions)
        for question, where in self.questions:
            self.solves(question, self.reference(question, where), "reference")

    def test_the_code_that_members_read_prints_the_same(self):
        """A model answer leaves out reading and printing, which the reference's main() does."""
        for question, where in self.questions:
            code = fenced(question["model_answer"], "python")
            self.assertEqual(len(code), 1, question["id"])
            _, begin, ending = self.reference(question, where).partition("\ndef main():")
            self.solves(question, "import sys\n" + code[0] + begin + ending, "model answer")

    def test_the_example_of_a_prompt_is_one_of_the_samples(self):
        for question, _ in self.questions:
            inputs = [sample["input"] for sample in question["samples"]]
            self.assertIn(fenced(question["prompt"], "")[0], inputs, question["id"])


if __name__ == "__main__":
    tap.main()
