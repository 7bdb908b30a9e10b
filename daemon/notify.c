/* SPDX-License-Identifier: ISC */
#include "daemon/notify.h"

#include "daemon/service.h"

#include <systemd/sd-daemon.h>

void
psd_notify_ready(const struct psd_daemon *daemon)
{
	const struct psd_service *service;
	unsigned services = 0;

	TAILQ_FOREACH(service, &daemon->services, of_daemon)
		services++;
	(void)sd_notifyf(0, "READY=1\nSTATUS=%u services, %u helpers", services,
	    daemon->n_instances);
}

void
psd_notify_reloading(void)
{
	/* Both in one datagram, for service managers that compare them. */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)psd_now());
}

void
psd_notify_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}
