/* SPDX-License-Identifier: ISC */
#include "daemon/carry.h"
#include "daemon/control_client.h"

/* Whoever asks something has no part of it unread: frames are read whole. */
void
psd_carry_save_control(struct psd_state_writer *writer,
    const struct psd_control *control)
{
	const struct psd_record_control record = {
		.fd = psd_state_hold(writer, control->fd),
		.holder = control->holder,
	};
	const struct psd_control_client *client;

	psd_state_put(writer, PSD_RECORD_control, &record);
	TAILQ_FOREACH(client, &control->clients, of_control)
		psd_state_put(writer, PSD_RECORD_question,
		    &(struct psd_record_question){
			.fd = psd_state_hold(writer, client->conv.fd),
			.pid = (uint32_t)client->who.pid,
			.uid = client->who.uid,
			.gid = client->who.gid,
			.deadline_usec = psd_carry_due(client->deadline),
			.row =
			    client->waiting == NULL ? 0 : client->waiting->op,
			.id = client->id,
		    });
}

static bool
load_question(struct psd_state_reader *reader, struct psd_control *control)
{
	struct psd_record_question record;
	struct psd_control_client *client;
	struct ucred who;
	int fd;

	if (!psd_state_get(reader, PSD_RECORD_question, &record))
		return false;
	who = (struct ucred){ (pid_t)record.pid, record.uid, record.gid };
	fd = psd_state_take_fd(reader, record.fd);
	if (fd < 0)
		return false;
	client = psd_control_add(control, fd, &who,
	    psd_carry_left(record.deadline_usec));
	if (client == NULL)
		return psd_state_no_memory(reader);
	if (record.row == 0)
		return true;
	client->waiting = psd_ctl_find(record.row);
	client->id = record.id;
	return (client->waiting != NULL &&
		   sd_event_source_set_enabled(client->source, SD_EVENT_OFF) >=
		       0) ||
	    psd_state_bad(reader, "somebody waits for nothing");
}

bool
psd_carry_load_control(struct psd_state_reader *reader,
    struct psd_daemon *daemon)
{
	struct psd_record_control record;
	int fd;

	if (!psd_state_get(reader, PSD_RECORD_control, &record))
		return false;
	fd = psd_state_take_fd(reader, record.fd);
	if (fd < 0)
		return false;
	if (record.holder > PSD_HELD_BY_UNIT ||
	    psd_control_resume(daemon, fd) < 0)
		return psd_state_bad(reader, "control.sock cannot be watched");
	daemon->control->holder = (enum psd_holder)record.holder;
	while (psd_state_next_is(reader, PSD_RECORD_question))
		if (!load_question(reader, daemon->control))
			return false;
	return psd_state_error(reader) == 0;
}
