"""System calls Node does not offer, for the body of a probe (probe.ts appends it).

A body reads its arguments from A (a list) and leaves its answer in R, which must fit JSON. An OSError it does not
catch becomes the answer's errno.
"""
import ctypes, errno, fcntl, json, mmap, os, select, signal, socket, stat, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
NOREPLACE, EXCHANGE = 1, 2
UTIME_NOW, UTIME_OMIT = (1 << 30) - 1, (1 << 30) - 2
PUNCH_HOLE, KEEP_SIZE = 2, 1
IN_MODIFY, IN_ATTRIB, IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE = 2, 4, 8, 64, 128, 256, 512


def check(value):
    if value < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return value


def renameat2(old, new, flags):
    return check(libc.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), ctypes.c_uint(flags)))


class Timespec(ctypes.Structure):
    _fields_ = [("sec", ctypes.c_long), ("nsec", ctypes.c_long)]


def utimensat(path, atime, mtime):
    """Each time is (seconds, nanoseconds); UTIME_NOW and UTIME_OMIT go where the nanoseconds go."""
    times = (Timespec * 2)(Timespec(*atime), Timespec(*mtime))
    return check(libc.utimensat(AT_FDCWD, os.fsencode(path), times, 0))


def fallocate(fd, mode, offset, length):
    return check(libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)))


def attempt(call, *args):
    """What a call answers, as a word: ok or the errno's name."""
    try:
        call(*args)
        return "ok"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))


def interrupt_every(seconds):
    """A signal timer as Go and the JVM have: no SA_RESTART, so a call that may be interrupted is."""
    signal.signal(signal.SIGALRM, lambda number, frame: None)
    signal.siginterrupt(signal.SIGALRM, True)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)


def watch(path, mask):
    fd = check(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    check(libc.inotify_add_watch(fd, os.fsencode(path), ctypes.c_uint(mask)))
    return fd


def watch_events(fd):
    """The events that are there now, as [mask, cookie, name]."""
    try:
        data = os.read(fd, 65536)
    except BlockingIOError:
        return []
    found, at = [], 0
    while at < len(data):
        _, mask, cookie, size = struct.unpack_from("iIII", data, at)
        name = data[at + 16 : at + 16 + size].rstrip(b"\0")
        found.append([mask, cookie, os.fsdecode(name)])
        at += 16 + size
    return found


def answer(run):
    try:
        out = {"value": run()}
    except OSError as error:
        out = {"errno": errno.errorcode.get(error.errno, str(error.errno))}
    sys.stdout.write(json.dumps(out) + "\n")
    sys.stdout.flush()
