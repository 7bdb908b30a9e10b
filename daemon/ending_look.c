/* SPDX-License-Identifier: ISC */
/*
 * Who has ended.  All pidfds are in an epoll of their own, of which the loop
 * knows one descriptor.  So it costs nothing that there are many, each turn of
 * the loop is not told anew of all that have ended at once, and one that has
 * ended is found although the loop does not come to it.
 */
#include "common/fd.h"
#include "daemon/daemon.h"
#include "daemon/ending.h"
#include "daemon/service.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Of them in one turn: whoever waits for an answer comes first. */
enum { AT_ONCE = 8 };

static int
exits_of(const struct psd_instance *instance)
{
	return sd_event_source_get_io_fd(
	    instance->service->daemon->exits_source);
}

static bool
see_one(struct psd_daemon *daemon)
{
	struct epoll_event event;

	if (epoll_wait(sd_event_source_get_io_fd(daemon->exits_source), &event,
		1, 0) <= 0)
		return false;
	psd_ending_seen(event.data.ptr);
	return true;
}

static int
on_exits(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
	unsigned n = 0;

	(void)source;
	(void)fd;
	(void)events;
	while (
	    n++ < AT_ONCE && see_one(userdata) && !psd_turn_is_long(userdata))
		continue;
	return 0;
}

int
psd_ending_open(struct psd_daemon *daemon)
{
	_cleanup_fd_ int fd = epoll_create1(EPOLL_CLOEXEC);
	sd_event_source *source = NULL;
	int r;

	if (fd < 0)
		return -errno;
	r = sd_event_add_io(psd_loop(daemon), &source, fd, EPOLLIN, on_exits,
	    daemon);
	if (r < 0)
		return r;
	(void)sd_event_source_set_io_fd_own(source, true);
	(void)psd_fd_take(&fd);
	daemon->exits_source = source;
	/*
	 * Whoever waits for an answer comes first, and what it sent before it
	 * died.  While others ask without end, psd_ending_step() sees it.
	 */
	return sd_event_source_set_priority(source,
	    SD_EVENT_PRIORITY_NORMAL + 10);
}

int
psd_ending_watch(struct psd_instance *instance)
{
	struct epoll_event wanted = { EPOLLIN, { .ptr = instance } };

	if (epoll_ctl(exits_of(instance), EPOLL_CTL_ADD, instance->child.pidfd,
		&wanted) < 0)
		return -errno;
	instance->is_watched = instance->looks_for_exit = true;
	return 0;
}

/* It stays in the set, so that neither can fail. */
static void
look_for(struct psd_instance *instance, bool looks)
{
	struct epoll_event wanted = { looks ? EPOLLIN : 0,
		{ .ptr = instance } };

	if (!instance->is_watched)
		return;
	(void)epoll_ctl(exits_of(instance), EPOLL_CTL_MOD,
	    instance->child.pidfd, &wanted);
	instance->looks_for_exit = looks;
}

void
psd_ending_pause(struct psd_instance *instance)
{
	look_for(instance, false);
}

void
psd_ending_resume(struct psd_instance *instance)
{
	look_for(instance, true);
}

/* By name: a child of ours may hold a copy of the pidfd for a while. */
void
psd_ending_forget(struct psd_instance *instance)
{
	if (instance->is_watched)
		(void)epoll_ctl(exits_of(instance), EPOLL_CTL_DEL,
		    instance->child.pidfd, NULL);
	instance->is_watched = false;
}

/* One that was seen and is held by the relay is not watched any more. */
static bool
has_ended(const struct psd_instance *instance)
{
	struct pollfd look = { .fd = instance->child.pidfd, .events = POLLIN };

	return instance->looks_for_exit && poll(&look, 1, 0) > 0;
}

void
psd_ending_look(struct psd_service *service)
{
	struct psd_instance *instance, *next;

	for (instance = TAILQ_FIRST(&service->instances); instance != NULL;
	     instance = next) {
		next = TAILQ_NEXT(instance, of_service);
		if (has_ended(instance))
			psd_ending_seen(instance);
	}
}

void
psd_ending_step(struct psd_daemon *daemon)
{
	(void)see_one(daemon);
}

void
psd_ending_come_first(struct psd_daemon *daemon)
{
	(void)sd_event_source_set_priority(daemon->exits_source,
	    SD_EVENT_PRIORITY_NORMAL - 10);
}
