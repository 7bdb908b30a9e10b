/* SPDX-License-Identifier: ISC */
#include "daemon/manager.h"

#include "common/mem.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

/* With the unit's StartLimitBurst= tries, most of a minute. */
enum { PAUSE_MSEC = 200 };

static const struct {
	enum psd_manager_gift gift;
	const char *name;
	const char *without;
} gifts[] = {
	{ PSD_MANAGER_NOTIFY, "notify",
	    "NOTIFY_SOCKET is not set, so nobody is told when it can serve" },
	{ PSD_MANAGER_WATCHDOG, "watchdog",
	    "WATCHDOG_USEC is not set, so nobody notices if it hangs" },
	{ PSD_MANAGER_STORE, "store",
	    "FDSTORE is not set, so clients are refused while it is away" },
	{ PSD_MANAGER_JOURNAL, "journal",
	    "standard error is not the journal, so messages have no fields" },
};

uint32_t
psd_manager_look(bool has_store, bool has_journal)
{
	uint32_t there = 0;

	if (getenv("NOTIFY_SOCKET") != NULL)
		there |= PSD_MANAGER_NOTIFY;
	if (sd_watchdog_enabled(0, NULL) > 0)
		there |= PSD_MANAGER_WATCHDOG;
	if (has_store)
		there |= PSD_MANAGER_STORE;
	if (has_journal)
		there |= PSD_MANAGER_JOURNAL;
	return there;
}

void
psd_manager_pause(uint32_t there)
{
	if ((there & PSD_MANAGER_NOTIFY) != 0)
		(void)poll(NULL, 0, PAUSE_MSEC);
}

static void
add(char *ret, size_t size, const char *before, const char *text,
    const char *after)
{
	const size_t len = strlen(ret);

	(void)snprintf(ret + len, size - len, "%s%s%s", before, text, after);
}

void
psd_manager_print(uint32_t there, char *ret, size_t size)
{
	ret[0] = '\0';
	for (size_t i = 0; i < PSD_ELEMENTS(gifts); i++)
		if ((there & gifts[i].gift) != 0)
			add(ret, size, ret[0] == '\0' ? "" : " ", gifts[i].name,
			    "");
}

void
psd_manager_print_missing(uint32_t there, char *ret, size_t size)
{
	ret[0] = '\0';
	for (size_t i = 0; i < PSD_ELEMENTS(gifts); i++)
		if ((there & gifts[i].gift) == 0) {
			add(ret, size, "", gifts[i].name, ": ");
			add(ret, size, "", gifts[i].without, "\n");
		}
}
