/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ask.h"
#include "daemon/ctl/out.h"

#include "common/codec.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* "www" or "www/3"; no service's name has a slash. */
static bool
parse_target(const char *target, struct psd_ctl_stop_req *ret)
{
	const char *slash = strchr(target, '/');
	char *end;

	ret->service = psd_str_of(target);
	ret->instance = 0;
	if (slash == NULL)
		return target[0] != '\0';
	ret->service.len = (uint32_t)(slash - target);
	if (!isdigit((unsigned char)slash[1]))
		return false;
	errno = 0;
	ret->instance = strtoull(slash + 1, &end, 10);
	return slash != target && errno == 0 && *end == '\0' &&
	    ret->instance != 0;
}

static enum psd_ctl_exit
print_stopped(const struct psd_ctl *ctl, const char *target, uint32_t stopped)
{
	if (ctl->json)
		return psd_ctl_print_json(json_pack("{s:o, s:I}", "target",
		    psd_ctl_json_text(target, strlen(target)), "stopped",
		    (json_int_t)stopped));
	if (stopped == 0)
		printf("%s: nothing was running\n", target);
	else
		printf("%s: ending %u helper%s\n", target, stopped,
		    stopped == 1 ? "" : "s");
	return PSD_CTL_DONE;
}

enum psd_ctl_exit
psd_ctl_stop(struct psd_ctl *ctl)
{
	const char *target = ctl->args[0];
	char what[PSD_NAME_MAX + 32];
	struct psd_ctl_stop_req req = { .instance = 0 };
	struct psd_ctl_stop_rep rep;
	enum psd_ctl_exit status;

	if (!parse_target(target, &req)) {
		psd_ctl_complain("not a service, nor a service and the number "
				 "of an instance such as www/3: %s",
		    target);
		return PSD_CTL_USAGE;
	}
	snprintf(what, sizeof(what), "%s %s",
	    req.instance == 0 ? "service" : "instance", target);
	status = psd_ctl_ask(ctl, PSD_OP_ctl_stop, what, &req, &rep);
	return status != PSD_CTL_DONE ? status
				      : print_stopped(ctl, target, rep.stopped);
}
