/* SPDX-License-Identifier: ISC */
#include "tests/support/fake_manager.h"

#include "common/fd.h"
#include "common/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STORED_MAX = 64, WORDS_MAX = 1024 };

static const char add[] = "FDSTORE=1\nFDPOLL=0\nFDNAME=";
static const char removal[] = "FDSTOREREMOVE=1\nFDNAME=";

static int ear = PSD_NO_FD;
static char *stored[STORED_MAX];
static size_t n_stored;

void
fake_manager_start(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *const name = address.sun_path;
	socklen_t len;

	if (ear >= 0)
		return;
	(void)snprintf(name, sizeof(address.sun_path), "@privsepd-test-%d",
	    (int)getpid());
	assert(setenv("NOTIFY_SOCKET", name, 1) == 0);
	ear = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert(ear >= 0);
	/* An abstract name is as long as it is said to be. */
	len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));

	name[0] = '\0';
	assert(bind(ear, (const struct sockaddr *)&address, len) == 0);
}

bool
fake_manager_widen(void)
{
	FILE *file = fopen("/proc/sys/net/unix/max_dgram_qlen", "we");
	const bool done = file != NULL && fputs("512", file) >= 0;

	return file != NULL && fclose(file) == 0 && done;
}

/* sd_notify(3) says which names there are. */
static bool
is_name(const char *name)
{
	for (const char *c = name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~' || *c == ':')
			return false;
	return *name != '\0' && strlen(name) <= 255;
}

void
fake_manager_put(const char *name)
{
	if (!is_name(name))
		return;
	assert(n_stored < STORED_MAX);
	stored[n_stored] = strdup(name);
	assert(stored[n_stored] != NULL);
	n_stored++;
}

static void
drop(const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < n_stored; i++)
		if (name == NULL || strcmp(stored[i], name) == 0)
			free(stored[i]);
		else
			stored[kept++] = stored[i];
	n_stored = kept;
}

size_t
fake_manager_count(const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < n_stored; i++)
		if (name == NULL || strcmp(stored[i], name) == 0)
			n++;
	return n;
}

/* About how it is, which concerns no store. */
static bool
is_report(const char *words)
{
	static const char *const reports[] = { "READY=", "STATUS=", "STOPPING=",
		"RELOADING=" };

	for (size_t i = 0; i < PSD_ELEMENTS(reports); i++)
		if (strncmp(words, reports[i], strlen(reports[i])) == 0)
			return true;
	return false;
}

/* Both end with the name, and nothing after it. */
static void
obey(const char *words)
{
	const char *name;

	if (is_report(words))
		return;
	if (strncmp(words, add, sizeof(add) - 1) == 0) {
		name = words + sizeof(add) - 1;
		if (fake_manager_count(name) == 0)
			fake_manager_put(name);
	} else {
		assert(strncmp(words, removal, sizeof(removal) - 1) == 0);
		name = words + sizeof(removal) - 1;
		drop(name);
	}
	assert(is_name(name));
}

static bool
hear_one(void)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int)) +
		    CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char words[WORDS_MAX];
	struct iovec vector = { words, sizeof(words) - 1 };
	struct msghdr header = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t n = recvmsg(ear, &header, MSG_CMSG_CLOEXEC);
	int fd;

	if (n < 0)
		return false;
	words[n] = '\0';
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL;
	     c = CMSG_NXTHDR(&header, c))
		if (c->cmsg_type == SCM_RIGHTS) {
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
			psd_fd_close(fd);
		}
	obey(words);
	return true;
}

void
fake_manager_hear(void)
{
	while (ear >= 0 && hear_one())
		continue;
}

void
fake_manager_forget(void)
{
	fake_manager_hear();
	drop(NULL);
}
