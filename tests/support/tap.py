"""Runs the unittest classes of a test script and reports in TAP, as the C tests do.

A script ends with `tap.main()`. The environment names what is tested:
HOTSEAT (the program), HOTSEAT_BUILD (its build directory), HOTSEAT_TOP (the checkout).
"""
import os
import sys
import traceback
import unittest

TOP = os.environ.get("HOTSEAT_TOP") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("HOTSEAT_BUILD") or os.path.join(TOP, "build")
HOTSEAT = os.environ.get("HOTSEAT") or os.path.join(BUILD, "hotseat")
PACK = os.path.join(TOP, "tests", "data", "pack")


class _Tap(unittest.TestResult):
    def _line(self, good, test, error=None):
        name = test.id().replace("__main__.", "")
        print("%sok %d - %s" % ("" if good else "not ", self.testsRun, name))
        if error:
            for line in "".join(traceback.format_exception(*error)).splitlines():
                print("# " + line)
        sys.stdout.flush()

    def addSuccess(self, test):
        self._line(True, test)

    def addError(self, test, err):
        super().addError(test, err)
        self._line(False, test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line(False, test, err)

    def addSkip(self, test, reason):
        # A test that cannot run is a failure: nobody has seen that it works.
        super().addFailure(test, (AssertionError, AssertionError("skipped: " + reason), None))
        self._line(False, test)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    wanted = sys.argv[1:]
    tests = [t for s in suite for t in s if not wanted or any(w in t.id() for w in wanted)]
    result = _Tap()
    print("1..%d" % len(tests))
    unittest.TestSuite(tests).run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
