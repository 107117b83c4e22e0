"""What every folder of tests may use: pytester runs pytest in a folder of its own."""

pytest_plugins = ["pytester"]
