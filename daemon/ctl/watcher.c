/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/watcher.h"

#include "common/codec.h"
#include "common/confine.h"
#include "common/fd.h"
#include "common/mem.h"
#include "common/pair.h"
#include "daemon/ctl/out.h"
#include "daemon/ctl/start.h"
#include "policy/filter.h"
#include "policy/load.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * As the daemon's watchers have it.  What they see of the file system does not
 * matter here: the program that is observed has all of the user's rights.
 */
static const char policy_text[] = "[Helper]\n"
				  "ExecStart=%s\n"
				  "LimitNOFILE=16\n"
				  "LimitFSIZE=0\n"
				  "LimitDATA=16M\n"
				  "[Policy]\n"
				  "SystemCallFilter=@helper @loader\n";

/* Where every helper finds its end of the pair; seconds for an answer. */
enum { PAIR = 3, PATIENCE = 10 };

/* At an address that nothing in it knows. */
static const char no_path[] = "";

/* What it takes to start one. */
struct birth {
	struct psd_policy *policy;
	struct psd_filter *filter;
	int program;
	int end;
};

/* NULL after saying why. */
static struct psd_policy *
load(const char *program)
{
	char text[sizeof(policy_text) + PATH_MAX];
	struct psd_policy *policy;
	struct psd_diag diag;

	(void)snprintf(text, sizeof(text), policy_text, program);
	psd_diag_init(&diag);
	policy = psd_policy_load_text("watcher", text, &diag);
	if (policy != NULL)
		policy->is_watcher = true;
	else if (diag.text != NULL)
		psd_ctl_put(stderr, diag.text);
	psd_diag_free(&diag);
	return policy;
}

static struct psd_filter *
compile(const struct psd_policy *policy)
{
	const struct psd_filter_numbers numbers = {
		.exec_fd = (int)policy->nofile,
		.report_fd = -1,
		.exec_path = no_path,
	};
	struct psd_filter *filter;
	struct psd_diag diag;

	psd_diag_init(&diag);
	filter = psd_filter_compile(policy, PSD_FILTER_PLAIN, &numbers, &diag);
	if (filter == NULL && diag.text != NULL)
		psd_ctl_put(stderr, diag.text);
	psd_diag_free(&diag);
	return filter;
}

static int
prepare(struct birth *birth)
{
	static const char *const places[] = { "helpers/watcher",
		"../libexec/privsepd/watcher" };
	char path[PATH_MAX];
	const int r = psd_start_find(places, PSD_ELEMENTS(places), path);

	if (r < 0)
		return r;
	birth->policy = load(path);
	if (birth->policy != NULL)
		birth->filter = compile(birth->policy);
	if (birth->filter == NULL)
		return -EINVAL;
	birth->program = open(path, O_RDONLY | O_CLOEXEC);
	return birth->program < 0 ? -errno : 0;
}

/* Its program and its end in their places, and nothing else. */
static int
place(const struct birth *birth)
{
	const int nofile = (int)birth->policy->nofile;
	const int end = fcntl(birth->end, F_DUPFD_CLOEXEC, nofile + 1);
	const int program = fcntl(birth->program, F_DUPFD_CLOEXEC, nofile + 1);
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	if (dup2(end, PAIR) < 0 || dup3(program, nofile, O_CLOEXEC) < 0 ||
	    close_range(PAIR + 1, (unsigned)nofile - 1, 0) < 0 ||
	    close_range((unsigned)nofile + 1, UINT_MAX, 0) < 0)
		return -errno;
	return 0;
}

static _Noreturn void
become_watcher(const struct birth *birth)
{
	char name[] = "watcher";
	char *const argv[] = { name, NULL };
	char *const environment[] = { NULL };
	struct psd_confine confine = {
		.limits = birth->policy->limits,
		.n_limits = birth->policy->n_limits,
		.landlock_fd = PSD_NO_FD,
		.filter = &birth->filter->program,
		.report_fd = PSD_NO_FD,
	};

	if (place(birth) == 0 && psd_confine_set_limits(&confine) == 0 &&
	    psd_confine_set_no_new_privs(&confine) == 0 &&
	    psd_confine_load_filter(&confine) == 0)
		(void)execveat((int)birth->policy->nofile, no_path, argv,
		    environment, AT_EMPTY_PATH);
	_exit(PSD_CTL_RUN_FAILED);
}

static int
give_birth(struct psd_ctl_watcher *watcher, struct birth *birth)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	int ends[2];
	int r = psd_pair(SOCK_SEQPACKET, ends);

	if (r < 0)
		return r;
	psd_conv_init(&watcher->conv, ends[0]);
	birth->end = ends[1];
	/* The program may have it wait for memory that never comes. */
	if (setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) < 0)
		return -errno;
	watcher->pid = fork();
	if (watcher->pid == 0)
		become_watcher(birth);
	return watcher->pid < 0 ? -errno : 0;
}

static int
hear(struct psd_ctl_watcher *watcher)
{
	psd_frame_clear(&watcher->frame);
	return psd_conv_recv(&watcher->conv, 1, &watcher->frame) ==
		PSD_HEARD_FRAME
	    ? 0
	    : -EPIPE;
}

static int
say(struct psd_ctl_watcher *watcher, int encoded)
{
	const int r = encoded < 0
	    ? encoded
	    : psd_conv_send(&watcher->conv, 1, &watcher->frame);

	psd_frame_clear(&watcher->frame);
	return r;
}

/* As a daemon answers its helpers. */
static int
greet(struct psd_ctl_watcher *watcher)
{
	const struct psd_op_row *row = psd_op_find(PSD_OP_hello);
	struct psd_hello_rep rep = {
		.version = PSD_PROTOCOL,
		.service = psd_str_of("watcher"),
	};
	const int r = hear(watcher);
	const uint32_t id = watcher->frame.id;

	if (r < 0 || watcher->frame.op != PSD_OP_hello)
		return r < 0 ? r : -EPROTO;
	psd_frame_clear(&watcher->frame);
	return say(watcher, psd_encode_reply(&watcher->frame, row, id, &rep));
}

int
psd_ctl_watcher_show(struct psd_ctl_watcher *watcher, int listener)
{
	struct psd_watch_req req = {
		.listener = fcntl(listener, F_DUPFD_CLOEXEC, 0),
		.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	const struct psd_op_row *row = psd_watcher_find(PSD_OP_watch);
	int r = req.listener < 0 || req.proc < 0 ? -errno : 0;

	if (r == 0)
		r = say(watcher,
		    psd_encode_request(&watcher->frame, row, ++watcher->last_id,
			&req));
	psd_fields_release(row->req, &req);
	return r;
}

int
psd_ctl_watcher_start(struct psd_ctl_watcher *watcher)
{
	struct birth birth = { .program = PSD_NO_FD, .end = PSD_NO_FD };
	int r;

	*watcher = (struct psd_ctl_watcher){ .pid = -1 };
	psd_frame_init(&watcher->frame);
	psd_conv_init(&watcher->conv, PSD_NO_FD);
	r = prepare(&birth);
	if (r == 0)
		r = give_birth(watcher, &birth);
	psd_fd_close(birth.program);
	psd_fd_close(birth.end);
	psd_filter_free(birth.filter);
	psd_policy_free(birth.policy);
	if (r == 0)
		r = greet(watcher);
	if (r < 0)
		psd_ctl_complain("cannot start the watcher: %s", strerror(-r));
	return r;
}

static int
take_answer(struct psd_ctl_watcher *watcher, struct psd_observe_rep *ret)
{
	const struct psd_op_row *row = psd_watcher_find(PSD_OP_observe);
	struct psd_frame *frame = &watcher->frame;

	if (frame->op != PSD_OP_observe || frame->id != watcher->last_id)
		return -EPROTO;
	if (frame->status != 0)
		return frame->status == -ENOENT ? -ENOENT : -EPROTO;
	return psd_decode(frame, row->rep, row->rep_size, ret);
}

int
psd_ctl_watcher_ask(struct psd_ctl_watcher *watcher,
    const struct seccomp_notif *request, struct psd_observe_rep *ret)
{
	const uint64_t *args = (const uint64_t *)request->data.args;
	struct psd_observe_req req = {
		.id = request->id,
		.pid = request->pid,
		.call = (uint32_t)request->data.nr,
		.arg0 = args[0],
		.arg1 = args[1],
		.arg2 = args[2],
		.arg3 = args[3],
		.arg4 = args[4],
		.arg5 = args[5],
	};
	int r;

	psd_frame_clear(&watcher->frame);
	r = say(watcher,
	    psd_encode_request(&watcher->frame,
		psd_watcher_find(PSD_OP_observe), ++watcher->last_id, &req));
	if (r == 0)
		r = hear(watcher);
	return r < 0 ? r : take_answer(watcher, ret);
}

void
psd_ctl_watcher_end(struct psd_ctl_watcher *watcher)
{
	psd_frame_clear(&watcher->frame);
	psd_conv_close(&watcher->conv);
	if (watcher->pid > 0)
		(void)kill(watcher->pid, SIGKILL);
	if (watcher->pid > 0)
		while (waitpid(watcher->pid, NULL, 0) < 0 && errno == EINTR)
			;
	watcher->pid = -1;
}
