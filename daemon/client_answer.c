/* SPDX-License-Identifier: ISC */
#include "daemon/client_answer.h"

#include "common/codec.h"
#include "common/log.h"
#include "common/mem.h"
#include "daemon/client_run.h"
#include "daemon/loaded.h"
#include "daemon/service.h"

#include <sys/socket.h>

enum {
	WHO_SIZE = 384,
	LINES_BURST = 20,
	LINES_INTERVAL_USEC = 10 * 1000000,
};

/* One thread, so one frame to refuse with is enough. */
static struct psd_frame refusal;

/* One who comes after all places are taken has the place of the first. */
static struct psd_rate *
lines_of(struct psd_clients *clients, uid_t uid)
{
	struct psd_client_lines *lines;

	for (uint32_t i = 0; i < PSD_CLIENT_LINES; i++)
		if (clients->lines[i].uid == uid &&
		    clients->lines[i].rate.burst != 0)
			return &clients->lines[i].rate;
	lines = &clients->lines[clients->next_lines];
	clients->next_lines = (clients->next_lines + 1) % PSD_CLIENT_LINES;
	lines->uid = uid;
	psd_rate_init(&lines->rate, LINES_BURST, LINES_INTERVAL_USEC);
	return &lines->rate;
}

/* False when too much was said of this user of late. */
static bool
may_say(struct psd_service *service, uid_t uid)
{
	struct psd_rate *lines = lines_of(&service->clients, uid);
	uint64_t suppressed;

	if (service->loaded->policy->log_verdicts == PSD_VERDICTS_NONE ||
	    !psd_rate_pass(lines, psd_now()))
		return false;
	suppressed = psd_rate_take_suppressed(lines);
	if (suppressed > 0)
		psd_log(LOG_WARNING,
		    "%s: %llu lines about clients of uid %u were suppressed",
		    service->name, (unsigned long long)suppressed, uid);
	return true;
}

/* A client whose buffer is full does not want to hear it. */
static void
answer(const struct psd_service *service, int fd, int status)
{
	if (service->loaded->policy->type == PSD_TYPE_FILTER) {
		psd_client_tell_not_run(fd, status);
	} else {
		psd_frame_init(&refusal);
		psd_encode_status(&refusal, PSD_OP_svc_hello, PSD_SVC_HELLO_ID,
		    status);
		(void)psd_frame_send(fd, 0, &refusal);
	}
	(void)shutdown(fd, SHUT_RDWR);
}

void
psd_client_note_refused(struct psd_service *service, const struct psd_peer *who,
    const char *why)
{
	char name[WHO_SIZE];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", service->name },
		{ "PRIVSEP_VERDICT", "refused" },
		{ "PRIVSEP_CLIENT", name },
		{ "PRIVSEP_REASON", why },
	};

	service->clients.refused++;
	psd_peer_print(name, sizeof(name), who);
	psd_service_note(service->last_refused, sizeof(service->last_refused),
	    "client: %s: %s", name, why);
	if (may_say(service, who->uid))
		psd_say(PSD_MESSAGE_client_refused, fields,
		    PSD_ELEMENTS(fields));
}

void
psd_client_tell_refused(struct psd_service *service, int fd,
    const struct psd_peer *who, int status, const char *why)
{
	answer(service, fd, status);
	psd_client_note_refused(service, who, why);
}

void
psd_client_tell_admitted(struct psd_service *service,
    const struct psd_peer *who, const struct psd_admission *word)
{
	char name[WHO_SIZE], rule[PSD_TEXT_MAX], reason[PSD_TEXT_MAX];
	const struct psd_log_field fields[] = {
		{ "PRIVSEP_SERVICE", service->name },
		{ "PRIVSEP_VERDICT", "allowed" },
		{ "PRIVSEP_CLIENT", name },
		{ "PRIVSEP_REASON", reason },
		{ "PRIVSEP_RULE", rule },
	};

	service->clients.admitted++;
	if (service->loaded->policy->log_verdicts != PSD_VERDICTS_ALL ||
	    !may_say(service, who->uid))
		return;
	psd_peer_print(name, sizeof(name), who);
	psd_service_note(rule, sizeof(rule), "%s:%u", word->where.file,
	    word->where.line);
	psd_service_note(reason, sizeof(reason), "%s: %s", rule, word->text);
	psd_say(PSD_MESSAGE_client_admitted, fields, PSD_ELEMENTS(fields));
}
