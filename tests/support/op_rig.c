/* SPDX-License-Identifier: ISC */
#include "tests/support/op_rig.h"

#include "common/fd.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/pair.h"
#include "common/sys.h"
#include "daemon/beneath.h"
#include "daemon/ending.h"
#include "daemon/proc_fd.h"
#include "daemon/sysctl.h"
#include "daemon/talk.h"
#include "policy/load.h"
#include "tests/support/child.h"
#include "tests/support/dir.h"
#include "tests/support/fds.h"

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { TURNS_MAX = 64, TEXT_MAX = 16384 };

static struct psd_frame frame;

static int
sleep_on(void *argument)
{
	(void)argument;
	(void)pause();
	return 0;
}

/* By hand: the format is the test's. */
void
op_rig_fill_in(char *ret, size_t size, const char *lines, const char *dir)
{
	size_t used = 0;

	for (const char *c = lines; *c != '\0'; c++) {
		int n;

		if (c[0] == '%' && c[1] == 's') {
			n = snprintf(ret + used, size - used, "%s", dir);
			c++;
		} else {
			n = snprintf(ret + used, size - used, "%c", *c);
		}
		used += (size_t)n;
		assert_true(used < size);
	}
	ret[used] = '\0';
}

static struct psd_policy *
load_policy(struct op_rig *rig, const char *helper_lines,
    const char *policy_lines)
{
	_cleanup_free_ char *text = calloc(1, TEXT_MAX);
	_cleanup_free_ char *filled = calloc(1, TEXT_MAX);
	char path[PATH_MAX];
	struct psd_policy *policy;
	struct psd_diag diag;

	assert_non_null(text);
	assert_non_null(filled);
	(void)snprintf(text, TEXT_MAX,
	    "[Helper]\nExecStart=/bin/true\n%s\n[Policy]\n"
	    "SystemCallFilter=@helper\n%s\n",
	    helper_lines != NULL ? helper_lines : "", policy_lines);
	op_rig_fill_in(filled, TEXT_MAX, text, rig->dir);
	assert_int_equal(test_dir_write(rig->dir, "rig.policy", filled), 0);
	(void)snprintf(path, sizeof(path), "%s/rig.policy", rig->dir);
	psd_diag_init(&diag);
	policy =
	    psd_policy_load_file(path, PSD_LOAD_HOLD | PSD_LOAD_TRUST, &diag);
	if (policy == NULL)
		print_error("%s", diag.text != NULL ? diag.text : "?");
	assert_non_null(policy);
	psd_diag_free(&diag);
	return policy;
}

struct psd_instance *
op_rig_instance(struct psd_service *service, struct psd_loaded *loaded,
    pid_t child, int *ret_end)
{
	struct psd_instance *instance = calloc(1, sizeof(*instance));
	int ends[2];

	assert_non_null(instance);
	assert_int_equal(psd_pair(SOCK_SEQPACKET, ends), 0);
	instance->service = service;
	instance->loaded = psd_loaded_ref(loaded);
	instance->id = ++service->daemon->next_instance;
	instance->leaf = -1;
	instance->output = PSD_NO_FD;
	instance->waiting_end = PSD_NO_FD;
	instance->child.pid = child;
	instance->child.pidfd = psd_sys_pidfd_open(child);
	instance->child.listener = PSD_NO_FD;
	instance->child.report = PSD_NO_FD;
	psd_conversation_init(&instance->first, instance);
	TAILQ_INIT(&instance->clones);
	psd_conv_init(&instance->first.conv, ends[0]);
	TAILQ_INIT(&instance->clients);
	TAILQ_INIT(&instance->runs);
	psd_rate_init(&instance->lines, 1000000, 1000000);
	assert_int_equal(psd_rights_init(&instance->first.rights,
			     loaded->policy),
	    0);
	assert_true(psd_talk_start(&instance->first) >= 0);
	TAILQ_INSERT_TAIL(&service->instances, instance, of_service);
	*ret_end = ends[1];
	return instance;
}

void
op_rig_start(struct op_rig *rig, const char *helper_lines,
    const char *policy_lines)
{
	struct psd_listeners listeners = { .n = 0 };
	struct psd_diag diag;
	struct psd_hello_req hello = { .oldest = 1, .newest = PSD_PROTOCOL };
	struct psd_hello_rep rep;

	memset(rig, 0, sizeof(*rig));
	(void)umask(077);
	psd_log_set_level(LOG_CRIT);
	rig->dir = test_dir_make();
	assert_non_null(rig->dir);
	rig->child = test_child_start(sleep_on, NULL);
	assert_true(rig->child > 0);
	assert_int_equal(psd_proc_fd_init(), 0);
	psd_sysctl_init();
	TAILQ_INIT(&rig->daemon.services);
	rig->daemon.config.user_connections_max = UINT32_MAX;
	(void)snprintf(rig->daemon.config.runtime_dir,
	    sizeof(rig->daemon.config.runtime_dir), "%s", rig->dir);
	psd_lookups_init(&rig->daemon.lookups);
	rig->daemon.host.cgroup.base_fd = PSD_NO_FD;
	assert_true(sd_event_new(&rig->daemon.event) >= 0);
	assert_int_equal(psd_ending_open(&rig->daemon), 0);
	rig->loaded.references = 1;
	rig->loaded.policy = load_policy(rig, helper_lines, policy_lines);
	psd_diag_init(&diag);
	assert_int_equal(psd_listeners_bind(&rig->daemon, rig->loaded.policy,
			     &listeners, &diag),
	    0);
	psd_diag_free(&diag);
	/* Stopped, so that no helper is started beside ours. */
	rig->daemon.is_stopping = true;
	assert_int_equal(psd_service_add(&rig->daemon,
			     psd_loaded_ref(&rig->loaded), &listeners,
			     &rig->service),
	    0);
	rig->instance = op_rig_instance(rig->service, &rig->loaded, rig->child,
	    &rig->helper);
	assert_int_equal(op_rig_ask(rig, PSD_OP_hello, &hello, &rep), 0);
	assert_int_equal(rep.version, PSD_PROTOCOL);
}

void
op_rig_stop(struct op_rig *rig)
{
	if (rig->on_stop != NULL)
		rig->on_stop();
	TAILQ_REMOVE(&rig->service->instances, rig->instance, of_service);
	psd_instance_free(rig->instance);
	psd_service_remove(rig->service);
	assert_int_equal(rig->loaded.references, 1);
	psd_policy_free(rig->loaded.policy);
	sd_event_source_disable_unref(rig->daemon.exits_source);
	sd_event_unref(rig->daemon.event);
	psd_fd_cleanup(&rig->helper);
	test_child_kill(rig->child);
	test_dir_remove(rig->dir);
}

void
op_rig_turn(struct op_rig *rig)
{
	for (int i = 0; i < TURNS_MAX; i++)
		if (sd_event_run(rig->daemon.event, 0) <= 0)
			return;
}

static void
send_frame(struct op_rig *rig)
{
	assert_int_equal(psd_frame_send(rig->helper, 0, &frame), 0);
	psd_frame_clear(&frame);
	op_rig_turn(rig);
}

uint32_t
op_rig_send(struct op_rig *rig, enum psd_op op, void *req)
{
	const uint32_t id = ++rig->next_id;

	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, psd_op_find((uint32_t)op),
			     id, req),
	    0);
	send_frame(rig);
	return id;
}

int
op_rig_take(struct op_rig *rig, enum psd_op op, uint32_t id, void *ret_rep)
{
	const struct psd_op_row *row = psd_op_find((uint32_t)op);
	int status;

	op_rig_turn(rig);
	psd_frame_init(&frame);
	assert_int_equal(psd_frame_recv(rig->helper, 0, &frame),
	    PSD_HEARD_FRAME);
	assert_int_equal(frame.type, PSD_FRAME_REPLY);
	assert_int_equal(frame.op, op);
	assert_int_equal(frame.id, id);
	status = frame.status;
	if (status == 0)
		assert_int_equal(psd_decode(&frame, row->rep, row->rep_size,
				     ret_rep),
		    0);
	psd_frame_clear(&frame);
	return status;
}

int
op_rig_ask(struct op_rig *rig, enum psd_op op, void *req, void *ret_rep)
{
	return op_rig_take(rig, op, op_rig_send(rig, op, req), ret_rep);
}

bool
op_rig_is_silent(struct op_rig *rig)
{
	op_rig_turn(rig);
	return test_poll(rig->helper, POLLIN, 0) == 0;
}

void
op_rig_send_raw(struct op_rig *rig, const void *bytes, size_t len)
{
	assert_int_equal(send(rig->helper, bytes, len, MSG_NOSIGNAL), len);
	op_rig_turn(rig);
}

bool
op_rig_is_broken(struct op_rig *rig)
{
	op_rig_turn(rig);
	return rig->instance->is_broken;
}

/* Sends len bytes of an encoded request, and as many descriptors. */
static void
check_dropped(const char *policy_lines, const struct psd_frame *whole,
    uint32_t len, uint32_t n_fds)
{
	struct op_rig rig;

	op_rig_start(&rig, NULL, policy_lines);
	psd_frame_init(&frame);
	memcpy(frame.bytes, whole->bytes, len);
	frame.len = len;
	while (frame.n_fds < n_fds)
		frame.fds[frame.n_fds++] = dup(STDIN_FILENO);
	/* Where the kernel refuses descriptors for us, nothing arrives. */
	if (psd_frame_send(rig.helper, 0, &frame) == 0) {
		psd_frame_clear(&frame);
		assert_true(op_rig_is_broken(&rig));
	}
	psd_frame_clear(&frame);
	op_rig_stop(&rig);
}

void
op_rig_check_malformed(const char *policy_lines, enum psd_op op, void *req)
{
	static struct psd_frame whole;
	const size_t before = test_fds_count();

	psd_frame_init(&whole);
	assert_int_equal(psd_encode_request(&whole, psd_op_find((uint32_t)op),
			     1, req),
	    0);
	for (uint32_t len = 1; len < whole.len; len++)
		check_dropped(policy_lines, &whole, len, whole.n_fds);
	check_dropped(policy_lines, &whole, whole.len, whole.n_fds + 1);
	if (whole.n_fds > 0)
		check_dropped(policy_lines, &whole, whole.len, whole.n_fds - 1);
	whole.bytes[whole.len] = 0;
	check_dropped(policy_lines, &whole, whole.len + 1, whole.n_fds);
	/* The request's own, which were there before. */
	assert_int_equal(test_fds_count(), before);
	psd_frame_clear(&whole);
}

struct psd_str
op_rig_path(const struct op_rig *rig, const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", rig->dir, name);
	return psd_str_of(path);
}
