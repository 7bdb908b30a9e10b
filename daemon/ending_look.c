/* SPDX-License-Identifier: ISC */
/* Ends that the loop has not come to, or would not come to. */
#include "daemon/ending.h"
#include "daemon/service.h"

#include <limits.h>
#include <poll.h>
#include <sys/wait.h>

/* One that was seen and is held by the relay is not watched any more. */
static bool
has_ended(const struct psd_instance *instance)
{
	struct pollfd look = { .fd = instance->child.pidfd, .events = POLLIN };

	return instance->exit_source != NULL &&
	    sd_event_source_get_enabled(instance->exit_source, NULL) > 0 &&
	    poll(&look, 1, 0) > 0;
}

/* At most so many of a service; how many there were. */
static unsigned
see_ended(struct psd_service *service, unsigned most)
{
	struct psd_instance *instance, *next;
	unsigned n = 0;

	for (instance = TAILQ_FIRST(&service->instances);
	     instance != NULL && n < most; instance = next) {
		next = TAILQ_NEXT(instance, of_service);
		if (!has_ended(instance))
			continue;
		psd_ending_seen(instance);
		n++;
	}
	return n;
}

void
psd_ending_look(struct psd_service *service)
{
	(void)see_ended(service, UINT_MAX);
}

/* Nearly always nobody has, which one call tells. */
void
psd_ending_step(struct psd_daemon *daemon)
{
	struct psd_service *service;
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    info.si_pid == 0)
		return;
	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		if (see_ended(service, 1) > 0)
			return;
}
