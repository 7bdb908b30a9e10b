/* SPDX-License-Identifier: ISC */
#include "common/mem.h"
#include "policy/learn_seen.h"
#include "policy/value.h"

#include <string.h>

enum { PORT_PRIVILEGED = 1023, PORT_MAX = 65535 };

/*
 * What a helper would ask for, and what a program that makes its sockets
 * itself can have of it (policy/ports.h): ports, whatever the address.
 */
static const struct {
	const char *asked;
	const char *granted;
	uint64_t port_min;
} kinds[] = {
	{ "AllowConnect=tcp ", "AllowConnect=tcp *:", 1 },
	{ "AllowListen=tcp ", "AllowBind=tcp *:", PORT_PRIVILEGED + 1 },
};

static bool
take_port(const struct psd_learn_seen *seen, size_t kind, uint64_t *ret)
{
	const size_t len = strlen(kinds[kind].asked);
	const char *colon = strrchr(seen->text, ':');

	return strncmp(seen->text, kinds[kind].asked, len) == 0 &&
	    colon != NULL &&
	    psd_value_number(colon + 1, kinds[kind].port_min, PORT_MAX, ret) ==
	    0;
}

static void
put_port(struct psd_learn_page *page, size_t kind, uint64_t port)
{
	const struct psd_learn_table *sockets = &page->learn->sockets;
	struct psd_learn_count sum = { 0, 0 };
	uint64_t other = 0;
	char line[64];

	for (size_t i = 0; i < sockets->n; i++)
		if (take_port(&sockets->at[i], kind, &other) && other == port)
			psd_learn_sum(&sum, &sockets->at[i].count);
	(void)snprintf(line, sizeof(line), "%s%u", kinds[kind].granted,
	    (unsigned)port);
	psd_learn_put_word(page, PSD_LEARN_WEAK, line, &sum,
	    "the port is compared, and not the address");
	page->has_network = true;
	page->binds |= kind > 0;
}

/* The first line with its port is told for all of them. */
static bool
is_first(const struct psd_learn_table *sockets, size_t at, size_t kind,
    uint64_t port)
{
	uint64_t other = 0;

	for (size_t i = 0; i < at; i++)
		if (take_port(&sockets->at[i], kind, &other) && other == port)
			return false;
	return true;
}

void
psd_learn_put_sockets(struct psd_learn_page *page)
{
	const struct psd_learn_table *sockets = &page->learn->sockets;

	for (size_t i = 0; i < sockets->n; i++) {
		const struct psd_learn_seen *seen = &sockets->at[i];
		bool is_granted = false;

		for (size_t kind = 0; kind < PSD_ELEMENTS(kinds); kind++) {
			uint64_t port = 0;

			if (!take_port(seen, kind, &port))
				continue;
			is_granted = true;
			if (is_first(sockets, i, kind, port))
				put_port(page, kind, port);
		}
		if (!is_granted)
			psd_learn_withhold(page, seen->text, &seen->count,
			    PSD_LEARN_NO_NETWORK);
	}
}
