"""What processes there are. The test process adopts orphans, so that whatever a dead server left behind shows as its child."""

import ctypes
import os
import pathlib
import select
import signal
import time

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """From now on a process whose parent dies becomes a child of this one."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def _read_stat(pid):
    """(name, the fields from the state on) of proc(5)'s stat, or None for a process that is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    end = text.rindex(")")
    return text[text.index("(") + 1 : end], text[end + 2 :].split()


def stat(pid):
    """(name, state, ppid), or None for a process that is gone."""
    if not (known := _read_stat(pid)):
        return None
    name, (state, ppid, *_) = known
    return name, state, int(ppid)


def _runs(known):
    """Of what `stat` gives: it is neither gone nor dead and unreaped."""
    return known is not None and known[1] != "Z"


def children(pid):
    """The running (not the dead, unreaped) children of a process."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and _runs(known := stat(int(entry))) and known[2] == pid:
            found.append(int(entry))
    return found


def family(pid):
    """The children of its parent that have its process group: a zygote, and its copy. The oldest first."""
    parent = stat(pid)[2]
    return sorted((p for p in children(parent) if os.getpgid(p) == os.getpgid(pid)), key=lambda p: int(_read_stat(p)[1][19]))


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def orphans():
    """Worker and zygote processes that have outlived their server; dead ones are reaped on the way."""
    found = []
    for entry in os.listdir("/proc"):
        known = stat(int(entry)) if entry.isdigit() else None
        if not known or known[2] != os.getpid() or not known[0].startswith("mayfly-"):
            continue
        if known[1] == "Z":
            os.waitpid(int(entry), 0)
        else:
            found.append(int(entry))
    return found


def wait_until_dead(pids, seconds):
    """Waits until each process has ended; returns those that have not."""
    deadline = time.monotonic() + seconds
    alive = []
    for pid in pids:
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([fd], [], [], max(0, deadline - time.monotonic()))[0]:
                alive.append(pid)
        finally:
            os.close(fd)
    return alive


def end(pids):
    """Ends processes that a test has found where none should be, so that they can't disturb the next."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def proc_number(pid, file, field):
    """The number behind `field` and a colon in one of a process's files (proc(5)), or None."""
    for line in pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1])
    return None


def resident_kib(pid):
    return proc_number(pid, "status", "VmRSS") or 0


def peak_resident_kib(pid):
    return proc_number(pid, "status", "VmHWM") or 0


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def holds_the_dead(pid):
    """Whether a process still holds a pidfd of one that has ended: proc(5)'s fdinfo names it, or -1 once it is reaped."""
    for entry in os.listdir(f"/proc/{pid}/fdinfo"):
        try:
            target = proc_number(pid, f"fdinfo/{entry}", "Pid")
        except FileNotFoundError:
            continue
        if target is not None and not _runs(stat(target)):
            return True
    return False


def cpu_ticks(pid):
    """User and system time so far, in the kernel's ticks; 0 for a process that is gone."""
    if not (known := _read_stat(pid)):
        return 0
    return int(known[1][11]) + int(known[1][12])
