/* SPDX-License-Identifier: ISC */
#include "common/log.h"
#include "common/mem.h"
#include "daemon/service.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What every message of an instance says of it. */
enum { TAG_FIELDS = 3 };
struct tag {
	struct psd_log_field fields[PSD_MESSAGE_FIELDS_MAX];
	char id[24], pid[12];
};

static void
make_tag(struct tag *ret, const struct psd_instance *instance)
{
	(void)snprintf(ret->id, sizeof(ret->id), "%llu",
	    (unsigned long long)instance->id);
	(void)snprintf(ret->pid, sizeof(ret->pid), "%d", instance->child.pid);
	ret->fields[0] = (struct psd_log_field){ "PRIVSEP_SERVICE",
		instance->service->name };
	ret->fields[1] = (struct psd_log_field){ "PRIVSEP_INSTANCE", ret->id };
	ret->fields[2] = (struct psd_log_field){ "PRIVSEP_PID", ret->pid };
}

static void
tell_at(const struct psd_instance *instance, int level,
    enum psd_message message, const struct psd_log_field *fields, size_t n)
{
	struct tag tag;

	assert(n <= PSD_MESSAGE_FIELDS_MAX - TAG_FIELDS);
	make_tag(&tag, instance);
	if (n > 0)
		memcpy(tag.fields + TAG_FIELDS, fields, n * sizeof(*fields));
	psd_say_at(level, message, tag.fields, TAG_FIELDS + n);
}

void
psd_instance_tell(const struct psd_instance *instance, enum psd_message message,
    const struct psd_log_field *fields, size_t n_fields)
{
	tell_at(instance, psd_message_row(message)->level, message, fields,
	    n_fields);
}

/* False when it has said too much of late. */
static bool
may_say(struct psd_instance *instance)
{
	char suppressed[24];
	const struct psd_log_field count = { "PRIVSEP_SUPPRESSED", suppressed };
	uint64_t n;

	if (!psd_rate_pass(&instance->lines, psd_now()))
		return false;
	n = psd_rate_take_suppressed(&instance->lines);
	(void)snprintf(suppressed, sizeof(suppressed), "%llu",
	    (unsigned long long)n);
	if (n > 0)
		psd_instance_tell(instance, PSD_MESSAGE_lines_suppressed,
		    &count, 1);
	return true;
}

void
psd_instance_say(struct psd_instance *instance, enum psd_message message,
    const struct psd_log_field *fields, size_t n_fields)
{
	if (may_say(instance))
		psd_instance_tell(instance, message, fields, n_fields);
}

void
psd_instance_log(struct psd_instance *instance, int priority,
    const char *format, ...)
{
	char text[PSD_LOG_MAX];
	va_list arguments;
	struct tag tag;

	if (!may_say(instance))
		return;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	make_tag(&tag, instance);
	psd_log_with(priority, tag.fields, TAG_FIELDS, "%s[%d]: %s",
	    instance->service->name, instance->child.pid, text);
}

void
psd_instance_said_with(struct psd_instance *instance, int priority,
    const char *text, const struct psd_log_field *fields, size_t n_fields)
{
	struct psd_log_field all[PSD_MESSAGE_FIELDS_MAX - TAG_FIELDS] = {
		{ "PRIVSEP_TEXT", text },
	};

	assert(n_fields < PSD_ELEMENTS(all));
	if (n_fields > 0)
		memcpy(all + 1, fields, n_fields * sizeof(*fields));
	if (may_say(instance))
		tell_at(instance, priority, PSD_MESSAGE_helper_said, all,
		    n_fields + 1);
}

void
psd_instance_said(struct psd_instance *instance, int priority,
    const char *format, ...)
{
	char text[PSD_LOG_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	psd_instance_said_with(instance, priority, text, NULL, 0);
}
