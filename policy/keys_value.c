/* SPDX-License-Identifier: ISC */
#include "policy/keys.h"
#include "policy/value.h"

#include <string.h>

/* The field of the policy that the key sets. */
static void *
field(struct psd_build *build, const struct psd_key *key)
{
	return (unsigned char *)build->policy + key->at;
}

_Static_assert(sizeof(enum psd_restart) == sizeof(uint32_t) &&
	sizeof(enum psd_violation) == sizeof(uint32_t) &&
	sizeof(enum psd_verdicts) == sizeof(uint32_t),
    "a choice sets an enum as a number of 4 bytes");

/* Numbers of 4 bytes: enums and uint32_t. */
static void
set_u32(struct psd_build *build, const struct psd_key *key, uint64_t value)
{
	const uint32_t number = (uint32_t)value;

	memcpy(field(build, key), &number, sizeof(number));
}

static void
set_u64(struct psd_build *build, const struct psd_key *key, uint64_t value)
{
	memcpy(field(build, key), &value, sizeof(value));
}

static bool
is_reset(const struct psd_setting *setting)
{
	return setting->value[0] == '\0';
}

void
psd_key_span(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	uint64_t usec = key->normal;

	if (!is_reset(setting) &&
	    (psd_value_span(setting->value, &usec) < 0 || usec < key->min ||
		usec > key->max)) {
		psd_key_refuse(build, key, setting);
		return;
	}
	/* In the policy no deadline is 0. */
	set_u64(build, key, usec == PSD_VALUE_INFINITY ? 0 : usec);
}

void
psd_key_size(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	uint64_t bytes = key->normal;

	if (!is_reset(setting) &&
	    (psd_value_size(setting->value, &bytes) < 0 || bytes < key->min ||
		bytes > key->max))
		psd_key_refuse(build, key, setting);
	else
		set_u64(build, key, bytes);
}

/* "infinity" is UINT32_MAX, where that is within the bounds. */
void
psd_key_count(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	uint64_t n = key->normal;

	if (!is_reset(setting) &&
	    psd_value_number_or_infinity(setting->value, key->min, key->max,
		&n) < 0) {
		psd_key_refuse(build, key, setting);
		return;
	}
	if (n == PSD_VALUE_INFINITY)
		n = UINT32_MAX;
	if (n > key->max)
		psd_key_refuse(build, key, setting);
	else
		set_u32(build, key, n);
}

/* The place of value among the key's words, or -1. */
static int
find_word(const struct psd_key *key, const char *value)
{
	for (int i = 0; key->words[i] != NULL; i++)
		if (strcmp(key->words[i], value) == 0)
			return i;
	return -1;
}

void
psd_key_choice(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const int i = is_reset(setting) ? (int)key->normal
					: find_word(key, setting->value);

	if (i < 0)
		psd_key_refuse(build, key, setting);
	else
		set_u32(build, key, (uint64_t)i);
}

/* A choice of two that sets a bool. */
void
psd_key_flag(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	const int i = is_reset(setting) ? (int)key->normal
					: find_word(key, setting->value);
	const bool flag = i == 1;

	if (i < 0)
		psd_key_refuse(build, key, setting);
	else
		memcpy(field(build, key), &flag, sizeof(flag));
}

void
psd_key_range(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	uint32_t from = (uint32_t)key->normal, to = (uint32_t)key->normal;

	if (!is_reset(setting) &&
	    psd_value_range(setting->value, (uint32_t)key->min,
		(uint32_t)key->max, &from, &to) < 0) {
		psd_key_refuse(build, key, setting);
		return;
	}
	build->policy->instances_min = from;
	build->policy->instances_max = to;
}

void
psd_key_rate(struct psd_build *build, const struct psd_key *key,
    const struct psd_setting *setting)
{
	uint32_t rate = (uint32_t)key->normal;

	if (!is_reset(setting) && psd_value_rate(setting->value, &rate) < 0)
		psd_key_refuse(build, key, setting);
	else
		set_u32(build, key, rate);
}
