/* SPDX-License-Identifier: ISC */
/*
 * The journal's own protocol: one datagram a message, each field of it as its
 * name, the length of its value, and the value.  Since the length goes ahead,
 * nothing in a value can begin another field.  The protocol is the journal's
 * promise to those who do not use sd_journal_send(3), which waits until
 * journald has room, as a daemon that everybody waits for must not.
 */
#include "daemon/journal.h"

#include "common/fd.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { DATAGRAM_MAX = 65536, FACILITY_DAEMON = 3 };

/* One thread and one message at a time. */
static struct {
	size_t len;
	unsigned char bytes[DATAGRAM_MAX];
} datagram;

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int journal = PSD_NO_FD;

/* Enough room for one more field, whose value is its last part. */
static bool
fits(const char *name, size_t len)
{
	return sizeof(datagram.bytes) - datagram.len >=
	    strlen(name) + 1 + sizeof(uint64_t) + len + 1;
}

static void
put(const void *bytes, size_t len)
{
	memcpy(datagram.bytes + datagram.len, bytes, len);
	datagram.len += len;
}

static int
add(const char *name, const char *value)
{
	const size_t len = strlen(value);
	const uint64_t size = htole64(len);

	if (!fits(name, len))
		return -EMSGSIZE;
	put(name, strlen(name));
	put("\n", 1);
	put(&size, sizeof(size));
	put(value, len);
	put("\n", 1);
	return 0;
}

static int
add_number(const char *name, int number)
{
	char value[16];

	(void)snprintf(value, sizeof(value), "%d", number);
	return add(name, value);
}

int
psd_journal_send(int priority, const char *text,
    const struct psd_log_field *fields, size_t n_fields)
{
	int r;

	datagram.len = 0;
	r = add("MESSAGE", text);
	if (r == 0)
		r = add_number("PRIORITY", priority);
	if (r == 0)
		r = add_number("SYSLOG_FACILITY", FACILITY_DAEMON);
	if (r == 0)
		r = add("SYSLOG_IDENTIFIER", "privsepd");
	for (size_t i = 0; r == 0 && i < n_fields; i++)
		if (*fields[i].value != '\0')
			r = add(fields[i].name, fields[i].value);
	if (r < 0)
		return r;
	/* By its name each time: journald may have been started anew. */
	if (sendto(journal, datagram.bytes, datagram.len,
		MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&address,
		sizeof(address)) < 0)
		return -errno;
	return 0;
}

/* "DEVICE:INODE" of what the service manager gave us as standard error. */
static bool
is_stderr(const char *stream)
{
	char ours[64];
	struct stat status;

	if (stream == NULL || fstat(STDERR_FILENO, &status) < 0)
		return false;
	(void)snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)status.st_dev,
	    (uintmax_t)status.st_ino);
	return strcmp(ours, stream) == 0;
}

bool
psd_journal_open(const char *stream, const char *socket_path)
{
	if (!is_stderr(stream) ||
	    strlen(socket_path) >= sizeof(address.sun_path) ||
	    access(socket_path, F_OK) < 0)
		return false;
	memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
	psd_fd_cleanup(&journal);
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (journal < 0)
		return false;
	psd_log_to(psd_journal_send);
	return true;
}

void
psd_journal_close(void)
{
	psd_log_to(psd_log_stderr);
	psd_fd_cleanup(&journal);
}
