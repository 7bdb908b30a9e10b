/* SPDX-License-Identifier: ISC */
#include "policy/widen_line.h"

#include "common/mem.h"
#include "policy/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Keys whose value bounds the helper, so that more of it, or a later word of
 * the choice, widens.  Limits do, too.  Of all others a change is told as
 * neither, so that a new key is at least seen.
 */
static const char *const bounds[] = {
	"MemoryMax",
	"TasksMax",
	"RuntimeMaxSec",
	"TimeoutStopSec",
	"RequestRate",
	"RequestTimeoutSec",
	"OnViolation",
	"MaxConnections",
	"MaxConnectionsPerUser",
	"ConnectTimeoutSec",
	"IdleTimeoutSec",
	"AcceptFileDescriptors",
	"ReuseInstances",
	"Pass",
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

/* How a key's number is read: what stands for no bound, and its unit. */
struct measure {
	uint64_t unlimited;
	bool is_usec;
	bool is_bytes;
	const char *unit;
};

static bool
is_limit(const struct psd_key *key)
{
	return key->parse == psd_key_limit_size ||
	    key->parse == psd_key_limit_count ||
	    key->parse == psd_key_limit_time;
}

static bool
is_bound(const struct psd_key *key)
{
	for (size_t i = 0; i < PSD_ELEMENTS(bounds); i++)
		if (strcmp(bounds[i], key->name) == 0)
			return true;
	return is_limit(key);
}

static struct measure
measure_of(const struct psd_key *key)
{
	struct measure measure = { .unlimited = UINT64_MAX, .unit = "" };

	if (key->parse == psd_key_span) {
		measure.unlimited = 0;
		measure.is_usec = true;
		measure.unit = "s";
	} else if (key->parse == psd_key_rate) {
		measure.unlimited = 0;
		measure.unit = "/s";
	} else if (key->parse == psd_key_count) {
		measure.unlimited = UINT32_MAX;
	} else if (key->parse == psd_key_limit_time) {
		measure.unit = "s";
	} else {
		measure.is_bytes = key->parse == psd_key_size ||
		    key->parse == psd_key_limit_size;
	}
	return measure;
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

/* False for a key that is no single number. */
static bool
value_of(const struct psd_key *key, const struct psd_policy *policy,
    uint64_t *ret)
{
	const unsigned char *at = (const unsigned char *)policy + key->at;
	uint32_t narrow;
	bool flag;

	if (is_limit(key)) {
		*ret = limit_of(policy, key->resource);
	} else if (key->parse == psd_key_span || key->parse == psd_key_size) {
		memcpy(ret, at, sizeof(*ret));
	} else if (key->parse == psd_key_flag) {
		memcpy(&flag, at, sizeof(flag));
		*ret = flag;
	} else if (key->parse == psd_key_count || key->parse == psd_key_rate ||
	    key->parse == psd_key_choice || key->parse == psd_key_violation) {
		memcpy(&narrow, at, sizeof(narrow));
		*ret = narrow;
	} else {
		return false;
	}
	return true;
}

static void
print_value(const struct psd_key *key, const struct measure *measure,
    uint64_t value, char *ret, size_t size)
{
	const uint64_t mib = UINT64_C(1) << 20;

	if (key->words != NULL)
		snprintf(ret, size, "%s", key->words[value]);
	else if (value == measure->unlimited)
		snprintf(ret, size, "without limit");
	else if (measure->is_usec)
		snprintf(ret, size, "%gs", (double)value / 1e6);
	else if (measure->is_bytes && value >= mib && value % mib == 0)
		snprintf(ret, size, "%" PRIu64 "M", value / mib);
	else
		snprintf(ret, size, "%" PRIu64 "%s", value, measure->unit);
}

static char
sign_of(const struct psd_key *key, const struct measure *measure,
    uint64_t older, uint64_t newer)
{
	if (!is_bound(key))
		return '~';
	if (key->words == NULL && newer == measure->unlimited)
		return '+';
	if (key->words == NULL && older == measure->unlimited)
		return '-';
	return newer > older ? '+' : '-';
}

static void
compare_key(const struct psd_widen *widen, const struct psd_key *key)
{
	const struct measure measure = measure_of(key);
	char shown[2][64];
	uint64_t older;
	uint64_t newer;

	if (!value_of(key, widen->older, &older) ||
	    !value_of(key, widen->newer, &newer) || older == newer)
		return;
	print_value(key, &measure, older, shown[0], sizeof(shown[0]));
	print_value(key, &measure, newer, shown[1], sizeof(shown[1]));
	psd_widen_say(widen, sign_of(key, &measure, older, newer),
	    "%s= was %s, is %s", key->name, shown[0], shown[1]);
}

static void
compare_instances(const struct psd_widen *widen)
{
	const struct psd_policy *older = widen->older;
	const struct psd_policy *newer = widen->newer;
	char sign = '~';

	if (older->instances_min == newer->instances_min &&
	    older->instances_max == newer->instances_max)
		return;
	if (newer->instances_max != older->instances_max)
		sign = newer->instances_max > older->instances_max ? '+' : '-';
	psd_widen_say(widen, sign, "Instances= was %u..%u, is %u..%u",
	    older->instances_min, older->instances_max, newer->instances_min,
	    newer->instances_max);
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
compare_processors(const struct psd_widen *widen)
{
	char older[PSD_PROCESSORS_TEXT], newer[PSD_PROCESSORS_TEXT];

	psd_processors_print(widen->older->processors, older, sizeof(older));
	psd_processors_print(widen->newer->processors, newer, sizeof(newer));
	if (strcmp(older, newer) != 0)
		psd_widen_say(widen, '~', "CPUAffinity= was %s, is %s", older,
		    newer);
}

void
psd_widen_values(const struct psd_widen *widen)
{
	compare_instances(widen);
	compare_processors(widen);
	for (const struct psd_key *key = psd_keys; key->section != NULL; key++)
		compare_key(widen, key);
	compare_layers(widen);
}
