/* SPDX-License-Identifier: ISC */
#include "policy/widen.h"

#include "policy/widen_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
psd_widen_say(const struct psd_widen *widen, char sign, const char *format, ...)
{
	const struct psd_policy *named =
	    widen->newer != NULL ? widen->newer : widen->older;
	char text[PSD_TEXT_MAX + 1];
	size_t len;
	va_list ap;

	snprintf(text, sizeof(text), "%s: ", named->name);
	len = strlen(text);
	va_start(ap, format);
	vsnprintf(text + len, sizeof(text) - len, format, ap);
	va_end(ap);
	widen->line(widen->cookie, sign, text);
}

static bool
is_same_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

static void
compare_programs(const struct psd_widen *widen)
{
	char **a = widen->older->argv;
	char **b = widen->newer->argv;
	bool is_same =
	    is_same_text(widen->older->exec_path, widen->newer->exec_path);

	while (is_same && *a != NULL && *b != NULL)
		is_same = is_same_text(*a++, *b++);
	if (!is_same || *a != *b)
		psd_widen_say(widen, '~', "ExecStart= is another: %s",
		    widen->newer->exec_path);
}

/* A uid of its own for each instance is the stronger choice. */
static void
compare_users(const struct psd_widen *widen)
{
	const char *older = widen->older->user;
	const char *newer = widen->newer->user;

	if (is_same_text(older, newer))
		return;
	if (newer == NULL)
		psd_widen_say(widen, '-',
		    "User=%s is gone: a uid of its own for each instance",
		    older);
	else
		psd_widen_say(widen, older == NULL ? '+' : '~',
		    "User=%s is new: one uid for all instances", newer);
}

/* A new service has nothing to be compared with: what it may is told. */
static void
tell_new(const struct psd_widen *widen)
{
	const struct psd_words none = { .n = 0 };
	const struct psd_policy *policy = widen->newer;

	psd_widen_say(widen, '+', "is a new service: %s", policy->exec_path);
	for (size_t i = 0; i < policy->n_listens; i++)
		psd_widen_say(widen, '+', "ListenStream=%s",
		    policy->listens[i].text);
	for (size_t i = 0; i < policy->n_clients; i++)
		psd_widen_say(widen, '+', "Clients=%s",
		    policy->clients[i].text);
	psd_widen_words(widen, "Provides=", &none, &policy->provides);
	psd_widen_words(widen, "SystemCallFilter=", &none, &policy->calls);
	psd_widen_words(widen, "AllowExec=", &none, &policy->may_exec);
	psd_widen_words(widen, "AllowOpen=", &none, &policy->view);
	psd_widen_grants(widen);
}

void
psd_policy_compare(const struct psd_policy *older,
    const struct psd_policy *newer,
    void (*line)(void *cookie, char sign, const char *text), void *cookie)
{
	const struct psd_widen widen = {
		.older = older,
		.newer = newer,
		.line = line,
		.cookie = cookie,
	};

	if (newer == NULL) {
		if (older != NULL)
			psd_widen_say(&widen, '-', "is gone");
		return;
	}
	if (older == NULL) {
		tell_new(&widen);
		return;
	}
	compare_programs(&widen);
	compare_users(&widen);
	psd_widen_listens(&widen);
	psd_widen_clients(&widen);
	psd_widen_words(&widen, "Provides=", &older->provides,
	    &newer->provides);
	psd_widen_calls(&widen);
	psd_widen_words(&widen, "AllowExec=", &older->may_exec,
	    &newer->may_exec);
	psd_widen_view(&widen);
	psd_widen_grants(&widen);
	psd_widen_phases(&widen);
	psd_widen_environment(&widen);
	psd_widen_values(&widen);
}
