"""Memory of the process: what a large answer took is kept for the next one."""

import ctypes

# Parameters of mallopt, as glibc's malloc.h numbers them.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
KEPT = 64 * 1024 * 1024  # bytes that are free and stay
LARGEST = 32 * 1024 * 1024  # bytes in one piece that are taken from what is kept; glibc allows no more


def keep_memory() -> None:
    """Give memory back to the system only when much of it is free.

    glibc gives back whatever a large answer took as soon as that is gone, and has the system clear it anew for the
    next: a third of the time of an answer of a megabyte. Other libraries of C are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(TRIM_THRESHOLD, KEPT)
        mallopt(MMAP_THRESHOLD, LARGEST)
