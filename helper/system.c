/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/libc.h"
#include "helper/stub.h"

#include <errno.h>
#include <string.h>

/* The host's names, settings and clock, and its service manager's gifts. */

/* Copies a text out of the frame; ret has room for size bytes with the NUL. */
static int
copy(const struct psd_str *text, char *ret, size_t size)
{
	if (text->len >= size)
		return -ERANGE;
	memcpy(ret, text->at, text->len);
	ret[text->len] = '\0';
	return 0;
}

/* A name that does not fit the frame is told as a path would be. */
static int
name_error(int r)
{
	return r == -EMSGSIZE ? -ENAMETOOLONG : r;
}

int
privsep_read_sysctl(struct privsep *conversation, const char *setting,
    char *ret_value, size_t size)
{
	struct psd_read_sysctl_req req = { .setting = psd_str_of(setting) };
	struct psd_read_sysctl_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_read_sysctl(conversation, &req, &rep);
	if (r == 0)
		r = copy(&rep.value, ret_value, size);
	psd_exchange_unlock(conversation);
	return r < 0 ? name_error(r) : (int)strlen(ret_value);
}

int
privsep_write_sysctl(struct privsep *conversation, const char *setting,
    const char *value)
{
	struct psd_write_sysctl_req req = {
		.setting = psd_str_of(setting),
		.value = psd_str_of(value),
	};
	struct psd_write_sysctl_rep rep;
	int r;

	if (req.value.len > PSD_TEXT_MAX)
		return -EFBIG;
	psd_exchange_lock(conversation);
	r = psd_call_write_sysctl(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return name_error(r);
}

int
privsep_credential(struct privsep *conversation, const char *name)
{
	struct psd_credential_req req = { .credential = psd_str_of(name) };
	struct psd_credential_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_credential(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r < 0 ? name_error(r) : rep.file;
}

int
privsep_get_hostname(struct privsep *conversation, struct privsep_hostname *ret)
{
	struct psd_get_hostname_req req = { .end = 0 };
	struct psd_get_hostname_rep rep;
	struct privsep_hostname names;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_get_hostname(conversation, &req, &rep);
	if (r == 0)
		r = copy(&rep.hostname, names.name, sizeof(names.name));
	if (r == 0)
		r = copy(&rep.domain, names.domain, sizeof(names.domain));
	psd_exchange_unlock(conversation);
	if (r == 0)
		*ret = names;
	return r;
}

int
privsep_set_hostname(struct privsep *conversation, const char *name)
{
	struct psd_set_hostname_req req = { .hostname = psd_str_of(name) };
	struct psd_set_hostname_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_set_hostname(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return name_error(r);
}

int
privsep_adjust_clock(struct privsep *conversation, int64_t offset_nsec)
{
	struct psd_adjust_clock_req req = { .offset = offset_nsec };
	struct psd_adjust_clock_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_adjust_clock(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}

int
privsep_set_clock(struct privsep *conversation, int64_t time_nsec)
{
	struct psd_set_clock_req req = { .time = time_nsec };
	struct psd_set_clock_rep rep;
	int r;

	psd_exchange_lock(conversation);
	r = psd_call_set_clock(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}

int
privsep_gethostname(struct privsep *conversation, char *name, size_t size)
{
	struct privsep_hostname names;
	int r;

	r = privsep_get_hostname(conversation, &names);
	if (r == 0)
		r = copy(&(struct psd_str){ names.name,
			     (uint32_t)strlen(names.name) },
		    name, size);
	return psd_libc_result(r == -ERANGE ? -ENAMETOOLONG : r);
}

int
privsep_sethostname(struct privsep *conversation, const char *name, size_t len)
{
	char text[PSD_NAME_MAX + 1];

	if (len > PSD_NAME_MAX || memchr(name, '\0', len) != NULL)
		return psd_libc_result(-EINVAL);
	memcpy(text, name, len);
	text[len] = '\0';
	return psd_libc_result(privsep_set_hostname(conversation, text));
}
