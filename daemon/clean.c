/* SPDX-License-Identifier: ISC */
#include "daemon/clean.h"

#include "common/log.h"
#include "daemon/monitor.h"
#include "daemon/oneshot.h"
#include "daemon/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#define HAS_SEQUENCES (__rseq_size > 0)
#define SEQUENCES ((char *)__builtin_thread_pointer() + __rseq_offset)
#define SEQUENCES_SIZE (__rseq_size < 32 ? 32 : __rseq_size)
#else
#define HAS_SEQUENCES false
#define SEQUENCES NULL
#define SEQUENCES_SIZE 0U
#define RSEQ_SIG 0
#endif

/*
 * Variables that would steer the C library (character sets, message
 * catalogues, the resolver) have no place in a privileged process, nor have
 * others' secrets.  What sd-daemon reads stays.
 */
int
psd_clean_environment(void)
{
	static const char *const kept[] = { "NOTIFY_SOCKET", "WATCHDOG_PID",
		"WATCHDOG_USEC", "JOURNAL_STREAM", "ASAN_OPTIONS",
		"UBSAN_OPTIONS" };
	char *values[sizeof(kept) / sizeof(kept[0])];
	int r = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = getenv(kept[i]);

		values[i] = value != NULL ? strdup(value) : NULL;
	}
	if (clearenv() != 0)
		r = -ENOMEM;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (values[i] != NULL && setenv(kept[i], values[i], 1) < 0)
			r = -errno;
		free(values[i]);
	}
	return r;
}

/*
 * A core would have what every helper was granted, and lies where whoever
 * starts us stood.  This holds before we are made non-dumpable, and over the
 * exec that makes us dumpable again.
 */
int
psd_clean_limits(void)
{
	const struct rlimit none = { 0, 0 };

	return setrlimit(RLIMIT_CORE, &none) < 0 ? -errno : 0;
}

/*
 * The kernel takes it from each child at its birth, and keeps the flag over an
 * exec.  Where a sandbox forbids to set it and has not done so itself, a
 * daemon without priority has none to lose.
 */
void
psd_clean_priority(void)
{
	const int policy = sched_getscheduler(0);
	struct sched_param param;
	int error;

	if (policy >= 0 && (policy & SCHED_RESET_ON_FORK) != 0)
		return;
	if (policy >= 0 && sched_getparam(0, &param) == 0 &&
	    sched_setscheduler(0, policy | SCHED_RESET_ON_FORK, &param) == 0)
		return;
	error = errno;
	if (policy == SCHED_FIFO || policy == SCHED_RR ||
	    getpriority(PRIO_PROCESS, 0) < 0)
		psd_log(LOG_WARNING,
		    "helpers have the priority of this daemon: %s",
		    strerror(error));
}

/*
 * The C library registers them for sched_getcpu(), which asks the kernel from
 * now on.  The kernel (6.18) writes there at each switch to a thread that has
 * them.  Where they stay nothing but that time is lost.
 */
void
psd_clean_sequences(void)
{
	enum { UNREGISTER = 1 };

	if (HAS_SEQUENCES)
		(void)syscall(SYS_rseq, SEQUENCES, SEQUENCES_SIZE, UNREGISTER,
		    RSEQ_SIG);
}

/* Or -errno. */
static int
first_of_others(const struct psd_config *config, struct psd_store *store)
{
	int n = 0;

	if (config->is_run)
		return PSD_ONESHOT_NUMBERS;
	if (config->is_monitor)
		return PSD_MONITOR_NUMBERS;
	/* What was passed before a re-exec is in the state. */
	if (config->state_fd < 0)
		n = psd_store_init(store);
	return n < 0 ? n : STDERR_FILENO + 1 + n;
}

/*
 * Whoever starts us decides which descriptors are open.  With one of the
 * first three closed, something of ours would become a helper's or our own
 * standard error; the others are nothing to us, but for those of a monitor, of
 * --run, of the service manager, and of what we were before a re-exec.
 */
int
psd_clean_descriptors(const struct psd_config *config, struct psd_store *store,
    struct psd_state_reader **ret_state)
{
	const int first = first_of_others(config, store);
	int fd;

	if (first < 0)
		return first;
	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return -errno;
	} while (fd <= STDERR_FILENO);
	if (config->state_fd >= 0) {
		*ret_state = psd_resume_read(config->state_fd, (unsigned)first);
		return 0;
	}
	return close_range((unsigned)first, ~0U, 0) < 0 ? -errno : 0;
}
