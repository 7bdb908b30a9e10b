/* SPDX-License-Identifier: ISC */
#include "tests/support/state_change.h"

#include "common/mem.h"
#include "common/seal.h"
#include "daemon/state_rows.h"
#include "tests/support/install_rig.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_HEAD = 8 };

static uint32_t
word_at(const unsigned char *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* How many bytes a field takes that begins here. */
static size_t
length_of(enum psd_kind kind, const unsigned char *at)
{
	uint16_t len;

	if (kind == PSD_KIND_wide)
		return sizeof(uint64_t);
	if (kind == PSD_KIND_bytes)
		return sizeof(uint32_t) + word_at(at);
	if (kind != PSD_KIND_name && kind != PSD_KIND_text)
		return sizeof(uint32_t);
	memcpy(&len, at, sizeof(len));
	return sizeof(len) + len + 1;
}

/* Little-endian machines are all that there are here. */
static bool
change_record(const struct psd_op_row *row, unsigned char *at,
    const struct state_change *change)
{
	for (const struct psd_field *f = row->req; f->kind != PSD_KIND_end;
	     f++) {
		const size_t len = length_of(f->kind, at);

		if (strcmp(f->name, change->field) == 0) {
			memcpy(at, &change->value, len);
			return true;
		}
		at += len;
	}
	return false;
}

static bool
change_head(unsigned char *at, const struct state_change *change)
{
	const bool is_size = strcmp(change->field, STATE_CHANGE_SIZE) == 0;

	if (!is_size && strcmp(change->field, STATE_CHANGE_NUMBER) != 0)
		return false;
	memcpy(at + (is_size ? sizeof(uint32_t) : 0), &change->value,
	    sizeof(uint32_t));
	return true;
}

static bool
change_state(unsigned char *bytes, size_t size,
    const struct state_change *change)
{
	const struct psd_state_head *head = (const void *)bytes;
	unsigned char *at =
	    bytes + sizeof(*head) + head->n_fds * sizeof(uint32_t);
	unsigned nth = 0;
	bool is_changed = false;

	while (at < bytes + size) {
		const struct psd_op_row *row = psd_state_row(word_at(at));

		if (row == NULL)
			return false;
		if (strcmp(row->name, change->record) == 0 &&
		    (nth++ == change->nth || change->nth == STATE_CHANGE_ALL)) {
			/* From there on nothing is where it was. */
			if (change_head(at, change))
				return true;
			is_changed =
			    change_record(row, at + RECORD_HEAD, change);
		}
		at += RECORD_HEAD + word_at(at + sizeof(uint32_t));
	}
	return is_changed;
}

/* DIR/change: record, nth, field, value and the program to go on with. */
static int
rehearse(char **argv, int state_fd)
{
	char place[PATH_MAX], record[64], field[64], ours[PATH_MAX];
	struct state_change change = { .record = record, .field = field };
	size_t size;
	_cleanup_free_ unsigned char *bytes = psd_seal_read(state_fd,
	    sizeof(struct psd_state_head), PSD_STATE_MAX, &size);
	FILE *file;
	int fd;

	(void)snprintf(place, sizeof(place), "%.*s/change",
	    (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
	file = fopen(place, "re");
	if (bytes == NULL || file == NULL ||
	    fscanf(file, "%63s %u %63s %" SCNu64 " %4095s", record, &change.nth,
		field, &change.value, ours) != 5)
		return 99;
	(void)fclose(file);
	if (!change_state(bytes, size, &change)) {
		(void)fprintf(stderr, "there is no %s.%s\n", record, field);
		return 98;
	}
	fd = psd_seal_write("state", bytes, size);
	if (fd < 0 || dup2(fd, state_fd) < 0)
		return 97;
	(void)close(fd);
	(void)execv(ours, argv);
	return 96;
}

void
state_change_rehearse(int argc, char **argv)
{
	static const char *const options[] = { "--rehearse=", "--resume=" };

	for (size_t i = 0; argc > 1 && i < PSD_ELEMENTS(options); i++) {
		const size_t len = strlen(options[i]);

		if (strncmp(argv[1], options[i], len) == 0)
			exit(rehearse(argv, atoi(argv[1] + len)));
	}
}

static void
want(const struct daemon_rig *rig, const struct state_change *change)
{
	char text[PATH_MAX + 256];

	(void)snprintf(text, sizeof(text), "%s %u %s %" PRIu64 " %s\n",
	    change->record, change->nth, change->field, change->value,
	    install_rig_ours());
	daemon_rig_write(rig, "change", text);
}

int
state_change_try(const struct daemon_rig *rig,
    const struct state_change *change, const char **ret_text)
{
	want(rig, change);
	return daemon_rig_ctl(rig, ret_text, "reexec", "--dry-run", NULL);
}

int
state_change_make(const struct daemon_rig *rig,
    const struct state_change *change, const char **ret_text)
{
	want(rig, change);
	return daemon_rig_ctl(rig, ret_text, "reexec", NULL);
}
