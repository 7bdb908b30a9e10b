/* SPDX-License-Identifier: ISC */
#include "daemon/output.h"

#include "common/fd.h"
#include "daemon/loaded.h"
#include "daemon/program.h"
#include "daemon/service.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <syslog.h>
#include <unistd.h>

/* A line longer than this is told in pieces. */
enum { CHUNK = 1024, CHUNKS_AT_END = 64 };

/*
 * Of a filter it is meant for whoever runs it, which is who reads the log.
 */
static int
level(const struct psd_instance *instance)
{
	return psd_instance_is_program(instance) ? LOG_NOTICE : LOG_INFO;
}

static void
tell_lines(struct psd_instance *instance, const char *text, size_t len)
{
	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		const size_t n =
		    newline != NULL ? (size_t)(newline - text) : len;

		if (n > 0)
			psd_instance_said(instance, level(instance),
			    "stderr: %.*s", (int)n, text);
		if (newline == NULL)
			return;
		text += n + 1;
		len -= n + 1;
	}
}

/* Reads once.  False when there is nothing, now or ever. */
static bool
read_some(struct psd_instance *instance)
{
	char text[CHUNK];
	const ssize_t n = read(instance->output, text, sizeof(text));

	if (n <= 0)
		return false;
	tell_lines(instance, text, (size_t)n);
	return true;
}

static int
on_output(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	struct psd_instance *instance = userdata;

	(void)fd;
	(void)events;
	if (!read_some(instance))
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

int
psd_output_watch(struct psd_instance *instance)
{
	return instance->output < 0
	    ? 0
	    : sd_event_add_io(psd_loop(instance->service->daemon),
		  &instance->output_source, instance->output, EPOLLIN,
		  on_output, instance);
}

int
psd_output_open(struct psd_instance *instance)
{
	_cleanup_fd_ int writing = PSD_NO_FD;
	int ends[2], r;

	if (!instance->loaded->policy->log_stderr)
		return PSD_NO_FD;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	instance->output = ends[0];
	writing = ends[1];
	/* Only our end: the helper's may block, it has nothing else to do. */
	if (fcntl(instance->output, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	r = psd_output_watch(instance);
	return r < 0 ? r : psd_fd_take(&writing);
}

void
psd_output_close(struct psd_instance *instance)
{
	for (int i = 0; i < CHUNKS_AT_END && instance->output >= 0; i++)
		if (!read_some(instance))
			break;
	instance->output_source =
	    sd_event_source_disable_unref(instance->output_source);
	psd_fd_cleanup(&instance->output);
}
