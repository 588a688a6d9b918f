"""What the processes of a run have: memory and descriptors, all of them together."""

import datetime
import os
import pathlib
import re
import resource
import signal
import subprocess
import time


def timestamp(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def run_time(command):
    """Returns (seconds, seconds of CPU time) of one run, whatever it returns."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def tree(pid):
    found = [pid]
    try:
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += tree(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def memory(pid):
    """Of a process and its children in MB; `pss` counts once what they share."""
    total = {"rss": 0, "pss": 0}
    for process in tree(pid):
        try:
            text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for key in total:
            if match := re.search(rf"^{key}:\s+(\d+) kB", text, re.M | re.I):
                total[key] += int(match[1]) / 1024
    return total


def descriptors(pid):
    count = 0
    for process in tree(pid):
        try:
            count += len(os.listdir(f"/proc/{process}/fd"))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return count


def peak_memory(process):
    """Waits for the end."""
    peak = {"rss": 0, "pss": 0}
    while process.poll() is None:
        now = memory(process.pid)
        peak = {key: max(peak[key], now[key]) for key in peak}
        time.sleep(0.1)
    return peak


def follow_agent(command, checks, steps=6):
    """Lets the agent make as many checks, and prints what it has on the way."""
    agent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    started, seen = time.monotonic(), []
    try:
        for count in range(1, checks + 1):
            if not agent.stdout.readline():
                raise RuntimeError(f"the agent ended after {count} checks")
            if count % (checks // steps) == 0:
                now = memory(agent.pid)
                seen.append(now["pss"])
                print(f"  {count:>6} checks, {time.monotonic() - started:>4.0f} s: {now['pss']:.1f} MB, "
                      f"{descriptors(agent.pid)} descriptors, {len(tree(agent.pid))} processes")
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.communicate(timeout=60)
    print(f"  memory from the first of these to the last: {(seen[-1] / seen[0] - 1) * 100:+.1f} %")
