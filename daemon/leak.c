/* SPDX-License-Identifier: ISC */
#include "daemon/leak.h"

#include "common/fd.h"
#include "common/print.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

/* Descriptors and processes that one step looks at: some 100 µs. */
enum { LOOKS_PER_STEP = 128, NAME_SIZE = 32 };

struct psd_leak {
	char wanted[NAME_SIZE]; /* "socket:[4711]" */
	DIR *proc;
	DIR *fds; /* of the process that is being looked at, or NULL */
	pid_t pid;
	uid_t uid; /* its owner, as whom we look */
	gid_t gid;
};

struct psd_leak *
psd_leak_start(uint64_t inode)
{
	struct psd_leak *leak = calloc(1, sizeof(*leak));

	if (leak == NULL)
		return NULL;
	(void)snprintf(leak->wanted, sizeof(leak->wanted),
	    "socket:[%" PRIu64 "]", inode);
	leak->proc = opendir("/proc");
	if (leak->proc == NULL) {
		free(leak);
		return NULL;
	}
	return leak;
}

static void
close_fds(struct psd_leak *leak)
{
	if (leak->fds != NULL)
		(void)closedir(leak->fds);
	leak->fds = NULL;
}

void
psd_leak_free(struct psd_leak *leak)
{
	if (leak == NULL)
		return;
	close_fds(leak);
	(void)closedir(leak->proc);
	free(leak);
}

/*
 * A process's descriptors are seen by its owner.  As root without
 * CAP_SYS_PTRACE, which would let us do far more, we look as that owner; for
 * a helper, which has no capabilities, that is enough.  Only what concerns
 * files changes, for this step, and a rootless daemon is the owner anyway.
 */
static void
look_as(uid_t uid, gid_t gid)
{
	(void)setfsgid(gid);
	(void)setfsuid(uid);
}

/* 0 when there is another entry of /proc, -ENOENT after the last. */
static int
next_process(struct psd_leak *leak)
{
	const struct dirent *entry;
	char path[NAME_SIZE];
	struct stat status;
	long pid;
	int fd;

	/* With hidepid= others are shown to us, and not to who was last. */
	look_as(geteuid(), getegid());
	entry = readdir(leak->proc);
	if (entry == NULL)
		return -ENOENT;
	pid = strtol(entry->d_name, NULL, 10);
	if (pid <= 0 || pid == getpid() ||
	    fstatat(dirfd(leak->proc), entry->d_name, &status, 0) < 0)
		return 0;
	leak->uid = status.st_uid;
	leak->gid = status.st_gid;
	look_as(leak->uid, leak->gid);
	(void)snprintf(path, sizeof(path), "%ld/fd", pid);
	fd =
	    openat(dirfd(leak->proc), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	leak->pid = (pid_t)pid;
	leak->fds = fdopendir(fd);
	if (leak->fds == NULL)
		psd_fd_close(fd);
	return 0;
}

/* A process may be called anything, also what would forge a line. */
static void
read_comm(const struct psd_leak *leak, char *ret, size_t size)
{
	char path[NAME_SIZE], comm[NAME_SIZE];
	_cleanup_fd_ int fd = PSD_NO_FD;
	ssize_t n = 0;

	(void)snprintf(path, sizeof(path), "%d/comm", leak->pid);
	fd = openat(dirfd(leak->proc), path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, comm, sizeof(comm));
	if (n > 0 && comm[n - 1] == '\n')
		n--;
	(void)psd_print_escaped(ret, size, comm, n < 0 ? 0 : (size_t)n);
}

/* Whether the next descriptor of the process is the one. */
static bool
next_descriptor(struct psd_leak *leak, struct psd_leak_holder *ret_holder)
{
	const struct dirent *entry = readdir(leak->fds);
	char target[NAME_SIZE];
	ssize_t n;

	if (entry == NULL) {
		close_fds(leak);
		return false;
	}
	n = readlinkat(dirfd(leak->fds), entry->d_name, target,
	    sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	if (strcmp(target, leak->wanted) != 0)
		return false;
	ret_holder->pid = leak->pid;
	ret_holder->fd = (int)strtol(entry->d_name, NULL, 10);
	read_comm(leak, ret_holder->comm, sizeof(ret_holder->comm));
	return true;
}

static int
look_on(struct psd_leak *leak, struct psd_leak_holder *ret_holder)
{
	for (int i = 0; i < LOOKS_PER_STEP; i++) {
		if (leak->fds != NULL && next_descriptor(leak, ret_holder))
			return 1;
		if (leak->fds == NULL && next_process(leak) < 0)
			return -ENOENT;
	}
	return 0;
}

int
psd_leak_step(struct psd_leak *leak, struct psd_leak_holder *ret_holder)
{
	int r;

	if (leak->fds != NULL)
		look_as(leak->uid, leak->gid);
	r = look_on(leak, ret_holder);
	look_as(geteuid(), getegid());
	return r;
}
