/* SPDX-License-Identifier: ISC */
#include "policy/keys.h"
#include "policy/value.h"

#include <stdio.h>
#include <string.h>

/* How one side of SOFT:HARD is read. */
typedef int read_limit(const struct psd_key *key, const char *text,
    uint64_t *ret);

static int
read_size(const struct psd_key *key, const char *text, uint64_t *ret)
{
	(void)key;
	return psd_value_size(text, ret);
}

static int
read_count(const struct psd_key *key, const char *text, uint64_t *ret)
{
	if (key->max == PSD_VALUE_INFINITY)
		return psd_value_number_or_infinity(text, key->min, key->max,
		    ret);
	return psd_value_number(text, key->min, key->max, ret);
}

/* The kernel counts whole seconds; a part of one is one more. */
static int
read_time(const struct psd_key *key, const char *text, uint64_t *ret)
{
	uint64_t usec;
	const int r = psd_value_span(text, &usec);

	(void)key;
	if (r < 0)
		return r;
	*ret = usec == PSD_VALUE_INFINITY
	    ? usec
	    : usec / 1000000 + (usec % 1000000 != 0);
	return 0;
}

/* "VALUE" or "SOFT:HARD". */
static int
read_both(const struct psd_key *key, const char *text, read_limit *read,
    struct rlimit *ret)
{
	const char *colon = strchr(text, ':');
	char soft_text[64];
	uint64_t soft, hard;

	if (colon == NULL) {
		if (read(key, text, &hard) < 0)
			return -1;
		soft = hard;
	} else {
		if ((size_t)(colon - text) >= sizeof(soft_text))
			return -1;
		(void)snprintf(soft_text, sizeof(soft_text), "%.*s",
		    (int)(colon - text), text);
		if (read(key, soft_text, &soft) < 0 ||
		    read(key, colon + 1, &hard) < 0 || soft > hard)
			return -1;
	}
	ret->rlim_cur = soft == PSD_VALUE_INFINITY ? RLIM_INFINITY : soft;
	ret->rlim_max = hard == PSD_VALUE_INFINITY ? RLIM_INFINITY : hard;
	return 0;
}

static void
take_limit(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting, read_limit *read)
{
	struct rlimit value = { 0, 0 };

	if (setting->value[0] == '\0')
		build->limits[key->resource].is_set = false;
	else if (read_both(key, setting->value, read, &value) < 0)
		psd_key_refuse(build, key, setting);
	else {
		build->limits[key->resource].is_set = true;
		build->limits[key->resource].value = value;
	}
}

void
psd_key_limit_size(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	take_limit(build, key, setting, read_size);
}

void
psd_key_limit_count(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	take_limit(build, key, setting, read_count);
}

void
psd_key_limit_time(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	take_limit(build, key, setting, read_time);
}
