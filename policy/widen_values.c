/* SPDX-License-Identifier: ISC */
#include "policy/widen_line.h"

#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What more of a value means for the helper's reach. */
enum sense {
	MORE_WIDENS, /* the value is a bound */
	NEITHER,
};

enum unit { UNIT_COUNT, UNIT_BYTES, UNIT_USEC };

/* A number of the policy. */
struct value {
	const char *key;
	size_t offset;
	size_t size; /* 4 or 8 */
	enum unit unit;
	uint64_t unlimited; /* the value that stands for no bound */
	enum sense sense;
};

#define VALUE(key, field, unit, unlimited, sense) \
	{ \
		key, offsetof(struct psd_policy, field), \
		    sizeof(((struct psd_policy *)NULL)->field), unit, \
		    unlimited, sense \
	}

/* No value of the key stands for no bound. */
#define ALWAYS_BOUND (UINT64_MAX - 1)

static const struct value values[] = {
	VALUE("Instances= at least", instances_min, UNIT_COUNT, ALWAYS_BOUND,
	    NEITHER),
	VALUE("Instances= at most", instances_max, UNIT_COUNT, ALWAYS_BOUND,
	    MORE_WIDENS),
	VALUE("MemoryMax=", memory_max, UNIT_BYTES, UINT64_MAX, MORE_WIDENS),
	VALUE("TasksMax=", tasks_max, UNIT_COUNT, UINT32_MAX, MORE_WIDENS),
	VALUE("RuntimeMaxSec=", runtime_max_usec, UNIT_USEC, 0, MORE_WIDENS),
	VALUE("TimeoutStartSec=", timeout_start_usec, UNIT_USEC, 0, NEITHER),
	VALUE("TimeoutStopSec=", timeout_stop_usec, UNIT_USEC, 0, MORE_WIDENS),
	VALUE("RestartSec=", restart_usec, UNIT_USEC, ALWAYS_BOUND, NEITHER),
	VALUE("StartLimitBurst=", start_limit_burst, UNIT_COUNT, 0, NEITHER),
	VALUE("StartLimitIntervalSec=", start_limit_usec, UNIT_USEC,
	    ALWAYS_BOUND, NEITHER),
	VALUE("RequestRate=", request_rate, UNIT_COUNT, 0, MORE_WIDENS),
	VALUE("RequestTimeoutSec=", request_timeout_usec, UNIT_USEC, 0,
	    MORE_WIDENS),
};

static const struct {
	int resource;
	const char *key;
} limits[] = {
	{ RLIMIT_AS, "LimitAS=" },
	{ RLIMIT_CORE, "LimitCORE=" },
	{ RLIMIT_CPU, "LimitCPU=" },
	{ RLIMIT_DATA, "LimitDATA=" },
	{ RLIMIT_FSIZE, "LimitFSIZE=" },
	{ RLIMIT_LOCKS, "LimitLOCKS=" },
	{ RLIMIT_MEMLOCK, "LimitMEMLOCK=" },
	{ RLIMIT_MSGQUEUE, "LimitMSGQUEUE=" },
	{ RLIMIT_NICE, "LimitNICE=" },
	{ RLIMIT_NOFILE, "LimitNOFILE=" },
	{ RLIMIT_NPROC, "LimitNPROC=" },
	{ RLIMIT_RSS, "LimitRSS=" },
	{ RLIMIT_RTPRIO, "LimitRTPRIO=" },
	{ RLIMIT_RTTIME, "LimitRTTIME=" },
	{ RLIMIT_SIGPENDING, "LimitSIGPENDING=" },
	{ RLIMIT_STACK, "LimitSTACK=" },
};

static const struct {
	enum psd_layer layer;
	const char *word;
} layers[] = {
	{ PSD_LAYER_UID, "uid" },
	{ PSD_LAYER_LANDLOCK, "landlock" },
	{ PSD_LAYER_NAMESPACES, "namespaces" },
	{ PSD_LAYER_ONE_EXEC, "one-exec" },
	{ PSD_LAYER_CGROUP, "cgroup" },
	{ PSD_LAYER_FILTER, "filter" },
	{ PSD_LAYER_LISTENER, "listener" },
};

static const char *const violations[] = { "kill", "errno", "log" };
static const char *const restarts[] = { "always", "on-failure", "no" };
static const char *const verdicts[] = { "refused", "all", "none" };

static uint64_t
value_of(const struct value *value, const struct psd_policy *policy)
{
	const unsigned char *at = (const unsigned char *)policy + value->offset;
	uint64_t wide;
	uint32_t narrow;

	if (value->size == sizeof(narrow)) {
		memcpy(&narrow, at, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, at, sizeof(wide));
	return wide;
}

static void
print_value(const struct value *value, uint64_t number, char *ret, size_t size)
{
	if (number == value->unlimited)
		snprintf(ret, size, "no limit");
	else if (value->unit == UNIT_USEC)
		snprintf(ret, size, "%gs", (double)number / 1e6);
	else if (value->unit == UNIT_BYTES && number % (1 << 20) == 0)
		snprintf(ret, size, "%" PRIu64 "M", number >> 20);
	else
		snprintf(ret, size, "%" PRIu64, number);
}

static char
sign_of(const struct value *value, uint64_t older, uint64_t newer)
{
	if (value->sense == NEITHER)
		return '~';
	if (newer == value->unlimited)
		return '+';
	if (older == value->unlimited)
		return '-';
	return newer > older ? '+' : '-';
}

static void
compare_value(const struct psd_widen *widen, const struct value *value,
    uint64_t older, uint64_t newer)
{
	char shown[2][32];

	if (older == newer)
		return;
	print_value(value, older, shown[0], sizeof(shown[0]));
	print_value(value, newer, shown[1], sizeof(shown[1]));
	psd_widen_say(widen, sign_of(value, older, newer), "%s was %s, is %s",
	    value->key, shown[0], shown[1]);
}

/* Where a policy sets no limit, the daemon's own holds: no bound of ours. */
static uint64_t
limit_of(const struct psd_policy *policy, int resource)
{
	for (size_t i = 0; i < policy->n_limits; i++)
		if (policy->limits[i].resource == resource)
			return policy->limits[i].value.rlim_max;
	return RLIM_INFINITY;
}

static void
compare_limits(const struct psd_widen *widen)
{
	for (size_t i = 0; i < PSD_ELEMENTS(limits); i++) {
		const struct value value = {
			.key = limits[i].key,
			.unit = UNIT_COUNT,
			.unlimited = RLIM_INFINITY,
			.sense = MORE_WIDENS,
		};

		compare_value(widen, &value,
		    limit_of(widen->older, limits[i].resource),
		    limit_of(widen->newer, limits[i].resource));
	}
}

/* A layer that is no longer demanded may be missing without a word. */
static void
compare_layers(const struct psd_widen *widen)
{
	for (size_t i = 0; i < PSD_ELEMENTS(layers); i++) {
		const bool was = (widen->older->require & layers[i].layer);
		const bool is = (widen->newer->require & layers[i].layer);

		if (was && !is)
			psd_widen_say(widen, '+',
			    "Require= no longer demands %s", layers[i].word);
		if (!was && is)
			psd_widen_say(widen, '-', "Require= demands %s",
			    layers[i].word);
	}
}

static void
compare_choice(const struct psd_widen *widen, const char *key,
    const char *const *words, unsigned older, unsigned newer, enum sense sense)
{
	char sign = '~';

	if (older == newer)
		return;
	if (sense == MORE_WIDENS)
		sign = newer > older ? '+' : '-';
	psd_widen_say(widen, sign, "%s was %s, is %s", key, words[older],
	    words[newer]);
}

void
psd_widen_values(const struct psd_widen *widen)
{
	const struct psd_policy *older = widen->older;
	const struct psd_policy *newer = widen->newer;

	for (size_t i = 0; i < PSD_ELEMENTS(values); i++)
		compare_value(widen, &values[i], value_of(&values[i], older),
		    value_of(&values[i], newer));
	compare_limits(widen);
	compare_layers(widen);
	compare_choice(widen, "OnViolation=", violations, older->on_violation,
	    newer->on_violation, MORE_WIDENS);
	compare_choice(widen, "Restart=", restarts, older->restart,
	    newer->restart, NEITHER);
	compare_choice(widen, "LogVerdicts=", verdicts, older->log_verdicts,
	    newer->log_verdicts, NEITHER);
	if (older->log_stderr != newer->log_stderr)
		psd_widen_say(widen, '~', "StandardError= is %s",
		    newer->log_stderr ? "log" : "null");
}
