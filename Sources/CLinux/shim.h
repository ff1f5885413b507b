// What Glibc's module map leaves out because it is variadic or a macro.
#pragma once
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
/// Sets a descriptor's close-on-exec flag. Returns 0, or -1 with errno set.
static inline int dbtools_set_close_on_exec(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC); }
/// Makes a file that exists in memory only, closed on exec. Returns its descriptor, or -1 with errno set.
static inline int dbtools_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1U /* MFD_CLOEXEC */); }
/// Names the process as `ps` and `top` show it: 15 characters at most. (A child started by way of /proc/self/exe is called "exe".)
static inline void dbtools_set_process_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
/// Where `needle` first stands in `haystack`; null: nowhere. glibc's own, which its header names only under _GNU_SOURCE.
extern void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);
