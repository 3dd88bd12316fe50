"""Where a run took place, in the words of bench/results."""

import os
import platform
import subprocess
from pathlib import Path


def machine(directory, top):
    return {
        "commit": _commit(top),
        "cpu": _field("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memoryBytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "kernel": f"{platform.system()} {platform.release()}",
        "filesystem": _filesystem(directory),
    }


def _commit(top):
    def git(*words):
        return subprocess.run(["git", *words], cwd=top, capture_output=True, text=True)
    head = git("rev-parse", "--short=7", "HEAD")
    if head.returncode != 0:
        return "unknown"
    dirty = git("status", "--porcelain", "--untracked-files=no").stdout.strip()
    return head.stdout.strip() + ("-dirty" if dirty else "")


def _field(file, name):
    for line in Path(file).read_text(errors="replace").splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def _filesystem(directory):
    """The type of the file system with the longest mount point that `directory` lies under."""
    path = str(Path(directory).resolve())
    best, kind = "", "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, point, type_, *_ = line.split()
        under = point == "/" or path == point or path.startswith(point + "/")
        if under and len(point) >= len(best):
            best, kind = point, type_
    return kind
