/* SPDX-License-Identifier: ISC */
#include "common/codec.h"
#include "helper/exchange.h"
#include "helper/stub.h"

#include <errno.h>
#include <stdio.h>
#include <syslog.h>

/* Longer than the frame allows is cut, never refused: a log is for trouble. */
int
privsep_vlog(struct privsep *conversation, int priority, const char *format,
    va_list arguments)
{
	char text[PSD_TEXT_MAX + 1];
	struct psd_log_req req = { .priority = (uint32_t)priority };
	struct psd_log_rep rep;
	int r;

	if (priority < LOG_EMERG || priority > LOG_DEBUG)
		return -EINVAL;
	/* First, as long as errno is what %m means. */
	r = vsnprintf(text, sizeof(text), format, arguments);
	if (r < 0)
		return -errno;
	req.message = psd_str_of(text);
	psd_exchange_lock(conversation);
	r = psd_call_log(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}

int
privsep_log(struct privsep *conversation, int priority, const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = privsep_vlog(conversation, priority, format, arguments);
	va_end(arguments);
	return r;
}

int
privsep_log_fields(struct privsep *conversation, int priority,
    const char *message, const char *fields)
{
	struct psd_log_fields_req req = {
		.priority = (uint32_t)priority,
		.message = psd_str_of(message),
		.fields = psd_str_of(fields),
	};
	struct psd_log_fields_rep rep;
	int r;

	if (priority < LOG_EMERG || priority > LOG_DEBUG)
		return -EINVAL;
	psd_exchange_lock(conversation);
	r = psd_call_log_fields(conversation, &req, &rep);
	psd_exchange_unlock(conversation);
	return r;
}

/* The log has one place for a service, so the facility says nothing. */
void
privsep_vsyslog(struct privsep *conversation, int priority, const char *format,
    va_list arguments)
{
	const int error = errno;

	(void)privsep_vlog(conversation, LOG_PRI(priority), format, arguments);
	errno = error;
}

void
privsep_syslog(struct privsep *conversation, int priority, const char *format,
    ...)
{
	va_list arguments;

	va_start(arguments, format);
	privsep_vsyslog(conversation, priority, format, arguments);
	va_end(arguments);
}
