"""What run_autograder starts: the tests, and Gradescope's results beside them."""

import unittest

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover("tests")
    with open("results.json", "w") as stream:
        JSONTestRunner(visibility="visible", stream=stream).run(suite)
