/* SPDX-License-Identifier: ISC */
#ifndef TEST_FOUND_H
#define TEST_FOUND_H

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

/*
 * What name service found as one line of text, so that what a helper was told
 * can be compared with what the C library says.
 */

/* "ok 1/6/2 192.0.2.1 80 canonical=x; ..." or "-2 errno 1" */
static inline void
found_print_hosts(char *ret, size_t size, int r, const struct addrinfo *list)
{
	size_t len;

	if (r != 0) {
		(void)snprintf(ret, size, "%d errno %d", r,
		    r == EAI_SYSTEM ? errno : 0);
		return;
	}
	len = (size_t)snprintf(ret, size, "ok");
	for (; list != NULL && len < size; list = list->ai_next) {
		char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";

		(void)getnameinfo(list->ai_addr, list->ai_addrlen, host,
		    sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
		len += (size_t)snprintf(ret + len, size - len,
		    " %d/%d/%d/%x %s %s%s%s;", list->ai_socktype,
		    list->ai_protocol, list->ai_family,
		    (unsigned)list->ai_flags, host, port,
		    list->ai_canonname != NULL ? " canonical=" : "",
		    list->ai_canonname != NULL ? list->ai_canonname : "");
	}
}

/* A number that is no result, "none", or the entry without its password. */
static inline void
found_print_user(char *ret, size_t size, int r, const struct passwd *entry)
{
	if (r != 0)
		(void)snprintf(ret, size, "error %d", r);
	else if (entry == NULL)
		(void)snprintf(ret, size, "none");
	else
		(void)snprintf(ret, size, "%s:%u:%u:%s:%s:%s", entry->pw_name,
		    entry->pw_uid, entry->pw_gid, entry->pw_gecos,
		    entry->pw_dir, entry->pw_shell);
}

static inline void
found_print_names(char *ret, size_t size, char *const *names)
{
	size_t len = strlen(ret);

	for (; *names != NULL && len < size; names++)
		len += (size_t)snprintf(ret + len, size - len, ",%s", *names);
}

static inline void
found_print_group(char *ret, size_t size, int r, const struct group *entry)
{
	if (r != 0)
		(void)snprintf(ret, size, "error %d", r);
	else if (entry == NULL)
		(void)snprintf(ret, size, "none");
	else
		(void)snprintf(ret, size, "%s:%u:", entry->gr_name,
		    entry->gr_gid);
	if (r == 0 && entry != NULL)
		found_print_names(ret, size, entry->gr_mem);
}

static inline void
found_print_service(char *ret, size_t size, int r, const struct servent *entry)
{
	if (r != 0)
		(void)snprintf(ret, size, "error %d", r);
	else if (entry == NULL)
		(void)snprintf(ret, size, "none");
	else
		(void)snprintf(ret, size, "%s:%d/%s:", entry->s_name,
		    entry->s_port, entry->s_proto);
	if (r == 0 && entry != NULL)
		found_print_names(ret, size, entry->s_aliases);
}

static inline void
found_print_protocol(char *ret, size_t size, int r,
    const struct protoent *entry)
{
	if (r != 0)
		(void)snprintf(ret, size, "error %d", r);
	else if (entry == NULL)
		(void)snprintf(ret, size, "none");
	else
		(void)snprintf(ret, size, "%s:%d:", entry->p_name,
		    entry->p_proto);
	if (r == 0 && entry != NULL)
		found_print_names(ret, size, entry->p_aliases);
}

/* n is what getgrouplist() returned. */
static inline void
found_print_groups(char *ret, size_t size, int n, const gid_t *groups)
{
	size_t len = (size_t)snprintf(ret, size, "%d", n);

	for (int i = 0; i < n && len < size; i++)
		len +=
		    (size_t)snprintf(ret + len, size - len, " %u", groups[i]);
}

static inline void
found_print_name(char *ret, size_t size, int r, const char *host,
    const char *service)
{
	(void)snprintf(ret, size, "%d %s %s", r, r == 0 ? host : "",
	    r == 0 ? service : "");
}

#endif
