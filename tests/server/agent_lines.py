"""What a running `conncheck agent` prints."""

import select
import time


def lines_of(process, count, seconds=30, stream="stdout"):
    """The first `count` lines that the agent prints."""
    pipe = getattr(process, stream)
    deadline = time.monotonic() + seconds
    text = b""
    while text.count(b"\n") < count:
        ready, _, _ = select.select([pipe], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"only this within {seconds} s: {text!r}"
        more = pipe.read1()
        assert more, f"the agent has ended: {text!r}"
        text += more
    return text.decode().splitlines()
