/* SPDX-License-Identifier: ISC */
#include "policy/seen.h"

#include "common/endpoint.h"
#include "common/escape.h"
#include "common/print.h"
#include "policy/explain_view.h"
#include "policy/filter.h"
#include "policy/ports.h"
#include "policy/view.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

/* Longer ones are no use in a log, where the line to write would be cut. */
enum { SUGGESTED_MAX = 1023, ARGUMENTS = 6 };

/* Without empty components, "." and "..", and not beyond size. */
static size_t
normalize(const struct psd_bytes *name, char *ret, size_t size)
{
	const char *text = (const char *)name->at;
	const size_t len = strnlen(text, name->len);
	size_t made = 0;

	for (size_t at = 0; at < len;) {
		const char *slash = memchr(text + at, '/', len - at);
		const size_t n =
		    slash == NULL ? len - at : (size_t)(slash - text) - at;
		const char *word = text + at;

		at += n + 1;
		if (n == 0 || (n == 1 && word[0] == '.'))
			continue;
		if (n == 2 && word[0] == '.' && word[1] == '.') {
			while (made > 0 && ret[--made] != '/')
				continue;
			continue;
		}
		if (size - made < n + 2)
			break;
		ret[made++] = '/';
		memcpy(ret + made, word, n);
		made += n;
	}
	if (made == 0)
		ret[made++] = '/';
	ret[made] = '\0';
	return made;
}

static void
print_path(char *ret, const struct psd_bytes *name, uint32_t flags)
{
	const char *text = (const char *)name->at;
	const size_t len = name->len == 0 ? 0 : strnlen(text, name->len);
	char shown[PSD_SEEN_TEXT_MAX + 1 - sizeof("\"\"...")];
	size_t used;

	(void)psd_escape(shown, sizeof(shown), text, len, true, &used);
	(void)snprintf(ret, PSD_SEEN_TEXT_MAX + 1, "\"%s\"%s", shown,
	    used < len || (flags & PSD_SEEN_CUT) != 0 ? "..." : "");
}

static void
take_path(struct psd_seen *seen, const struct psd_observe_rep *rep)
{
	const uint32_t unknown = PSD_SEEN_UNREADABLE | PSD_SEEN_CUT |
	    PSD_SEEN_RELATIVE | PSD_SEEN_NO_PATH;

	/* Then the pointer says more. */
	if ((rep->flags & PSD_SEEN_UNREADABLE) != 0 || rep->first.len == 0)
		return;
	print_path(seen->texts[0], &rep->first, rep->flags);
	if (rep->second.len > 0)
		print_path(seen->texts[1], &rep->second, rep->flags);
	if ((rep->flags & unknown) != 0 || rep->first.at[0] != '/')
		return;
	seen->has_path = true;
	seen->path_len =
	    (uint32_t)normalize(&rep->first, seen->path, sizeof(seen->path));
}

static void
take_unix(struct psd_seen *seen, const struct psd_observe_rep *rep)
{
	const size_t at = offsetof(struct sockaddr_un, sun_path);
	struct psd_observe_rep name = { .flags = rep->flags };

	if (rep->first.len <= at)
		return;
	name.first = (struct psd_bytes){ rep->first.at + at,
		rep->first.len - (uint32_t)at };
	if (name.first.at[0] != '\0') {
		take_path(seen, &name);
		return;
	}
	/* Of an abstract name the rest may be anything. */
	psd_print_escaped(seen->texts[0] + 1, PSD_SEEN_TEXT_MAX,
	    (const char *)name.first.at + 1, name.first.len - 1);
	seen->texts[0][0] = '@';
}

static void
take_address(struct psd_seen *seen, const struct psd_observe_rep *rep)
{
	struct sockaddr_storage address;

	if (rep->first.len < sizeof(sa_family_t) ||
	    rep->first.len > sizeof(address))
		return;
	memset(&address, 0, sizeof(address));
	memcpy(&address, rep->first.at, rep->first.len);
	if (address.ss_family == AF_UNIX) {
		take_unix(seen, rep);
		return;
	}
	if (psd_endpoint_from_sockaddr((struct sockaddr *)&address,
		rep->first.len, &seen->endpoint) < 0)
		return;
	seen->has_endpoint = true;
	psd_endpoint_print(seen->texts[0], sizeof(seen->texts[0]),
	    &seen->endpoint);
}

/* openat() has them behind the path. */
static int
open_flags(int number, const uint64_t args[6],
    const struct psd_observe_rep *rep)
{
	const char *letters = psd_call_args(number);
	const size_t at = strlen(letters);

	return letters[at - 1] == PSD_ARG_HOW ? (int)rep->how : (int)args[at];
}

static void
take_access(struct psd_seen *seen, int number, const uint64_t args[6],
    const struct psd_observe_rep *rep)
{
	int flags = O_CREAT | O_WRONLY | O_TRUNC;

	if (seen->act == PSD_ACT_OPEN)
		flags = open_flags(number, args, rep);
	else if (seen->act != PSD_ACT_CREATE)
		return;
	seen->act = PSD_ACT_OPEN;
	seen->access = psd_access_of(flags);
	/* O_TMPFILE has that in it, and makes a file there. */
	seen->is_dir = (flags & O_DIRECTORY) != 0;
	if ((flags & O_TMPFILE) == O_TMPFILE)
		seen->access |= PSD_ACCESS_CREATE;
}

void
psd_seen_read(struct psd_seen *ret, int number, const uint64_t args[6],
    const struct psd_observe_rep *rep)
{
	ret->act = psd_call_act(number);
	ret->access = 0;
	ret->has_path = false;
	ret->is_dir = false;
	ret->has_endpoint = false;
	ret->path_len = 0;
	for (size_t i = 0; i < PSD_SEEN_NAMES_MAX; i++)
		ret->texts[i][0] = '\0';
	take_access(ret, number, args, rep);
	if ((rep->flags & PSD_SEEN_ADDRESS) != 0)
		take_address(ret, rep);
	else
		take_path(ret, rep);
}

static bool
is_executable(const struct psd_seen *seen, const struct psd_policy *policy)
{
	for (size_t i = 0; i < policy->may_exec.n; i++)
		if (strcmp(policy->may_exec.at[i].text, seen->path) == 0)
			return true;
	return false;
}

bool
psd_seen_fits(const struct psd_seen *seen, const struct psd_policy *policy,
    const struct psd_words *view, uint32_t layers)
{
	const struct psd_str path = { seen->path, seen->path_len };
	const bool is_held =
	    (layers & (PSD_LAYER_NAMESPACES | PSD_LAYER_LANDLOCK)) != 0;

	if (seen->has_path && !is_held)
		return true;
	switch (seen->act) {
	case PSD_ACT_OPEN:
		return !seen->has_path ||
		    psd_view_find(view, &path, seen->access) != NULL;
	case PSD_ACT_EXEC:
		return !seen->has_path || is_executable(seen, policy);
	case PSD_ACT_CONNECT:
		if (seen->has_path)
			return psd_view_find(view, &path, PSD_ACCESS_READ) !=
			    NULL;
		/* Without such a line there is a network that is empty. */
		return !seen->has_endpoint ||
		    (layers & PSD_LAYER_NAMESPACES) == 0 ||
		    psd_ports_cover(policy, PSD_OP_connect, &seen->endpoint) !=
		    NULL;
	case PSD_ACT_CREATE:
	case PSD_ACT_OTHER:
		break;
	}
	return true;
}

static void
suggest_open(const struct psd_seen *seen, const struct psd_policy *policy,
    char *ret, size_t size)
{
	struct psd_open_req req = {
		.access = seen->access,
		.path = { seen->path, seen->path_len },
	};

	if (!psd_view_is_all(policy))
		psd_policy_suggest(ret, size, psd_op_find(PSD_OP_open), &req);
	else if (seen->is_dir)
		psd_explain_view_tree(&req, ret, size);
	else
		psd_explain_view_line(&req, policy, ret, size);
}

static void
suggest_connect(const struct psd_seen *seen, const struct psd_policy *policy,
    char *ret, size_t size)
{
	const struct psd_connect_req net = {
		.protocol = PSD_PROTOCOL_TCP,
		.endpoint = seen->endpoint,
	};
	const struct psd_connect_unix_req local = {
		.path = { seen->path, seen->path_len },
	};

	if (psd_view_is_all(policy) && seen->has_endpoint)
		(void)snprintf(ret, size, "AllowConnect=tcp *:%u",
		    seen->endpoint.port);
	else if (psd_view_is_all(policy))
		(void)snprintf(ret, size,
		    "# no line can allow it: a program has no local sockets");
	else if (seen->has_endpoint)
		psd_policy_suggest(ret, size, psd_op_find(PSD_OP_connect),
		    &net);
	else
		psd_policy_suggest(ret, size, psd_op_find(PSD_OP_connect_unix),
		    &local);
}

void
psd_seen_suggest(const struct psd_seen *seen, const struct psd_policy *policy,
    char *ret, size_t size)
{
	const struct psd_str path = { seen->path, seen->path_len };

	ret[0] = '\0';
	if (seen->path_len > SUGGESTED_MAX)
		(void)snprintf(ret, size, "# too long a path to be shown");
	else if (seen->act == PSD_ACT_CONNECT &&
	    (seen->has_endpoint || seen->has_path))
		suggest_connect(seen, policy, ret, size);
	else if (!seen->has_path)
		return;
	else if (seen->act == PSD_ACT_OPEN)
		suggest_open(seen, policy, ret, size);
	else if (seen->act == PSD_ACT_EXEC)
		psd_policy_suggest_path(ret, size, "AllowExec=", &path, "");
}

void
psd_seen_print(const struct psd_seen *seen, char *ret, size_t size,
    uint32_t arch, int number, const uint64_t args[6])
{
	const char *letters = psd_call_args(number);
	const char *names[ARGUMENTS] = { NULL };
	size_t n = 0;

	for (size_t i = 0; letters != NULL && i < strlen(letters); i++)
		if ((letters[i] == PSD_ARG_PATH ||
			letters[i] == PSD_ARG_ADDRESS) &&
		    n < PSD_SEEN_NAMES_MAX) {
			if (seen->texts[n][0] != '\0')
				names[i] = seen->texts[n];
			n++;
		}
	psd_filter_print_named(ret, size, arch, number, args, names);
}
