"""A pytest plugin: tests/server on a server that runs already, which the environment describes as its `env` file does,
with its directory in PRIVATE_DIRECTORY. Not for tests that stop or reconfigure a server."""

import os

from cluster import Cluster


def pytest_configure():
    running = Cluster(os.environ["PRIVATE_DIRECTORY"], dict(os.environ))
    Cluster.start = classmethod(lambda cls, *settings: running)
    Cluster.stop = lambda self: None
