/* SPDX-License-Identifier: ISC */
#include "policy/value.h"

#include "common/mem.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const uint64_t second = 1000000;

struct unit {
	const char *name;
	uint64_t factor;
};

/* The units of systemd.time(7), in microseconds; months and years vary. */
static const struct unit time_units[] = {
	{ "usec", 1 },
	{ "us", 1 },
	{ "msec", 1000 },
	{ "ms", 1000 },
	{ "seconds", 1000000 },
	{ "second", 1000000 },
	{ "sec", 1000000 },
	{ "s", 1000000 },
	{ "minutes", 60000000 },
	{ "minute", 60000000 },
	{ "min", 60000000 },
	{ "m", 60000000 },
	{ "hours", 3600000000 },
	{ "hour", 3600000000 },
	{ "hr", 3600000000 },
	{ "h", 3600000000 },
	{ "days", 86400000000 },
	{ "day", 86400000000 },
	{ "d", 86400000000 },
	{ "weeks", 604800000000 },
	{ "week", 604800000000 },
	{ "w", 604800000000 },
};

static const struct unit size_units[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "K", UINT64_C(1) << 10 },
	{ "M", UINT64_C(1) << 20 },
	{ "G", UINT64_C(1) << 30 },
	{ "T", UINT64_C(1) << 40 },
};

static const struct unit rate_units[] = {
	{ "s", 1 },
	{ "sec", 1 },
	{ "min", 60 },
	{ "h", 3600 },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_infinity(const char *text)
{
	return strcmp(text, "infinity") == 0;
}

/* The factor of the unit with this name, or 0. */
static uint64_t
find_unit(const struct unit *units, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(units[i].name) == len &&
		    memcmp(units[i].name, name, len) == 0)
			return units[i].factor;
	return 0;
}

/* Decimal digits at *at, which moves behind them. */
static int
take_digits(const char **at, uint64_t *ret)
{
	uint64_t value = 0;
	const char *c = *at;

	if (!is_digit(*c))
		return -EINVAL;
	for (; is_digit(*c); c++)
		if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value))
			return -ERANGE;
	*at = c;
	*ret = value;
	return 0;
}

int
psd_value_bool(const char *text, bool *ret)
{
	static const char *const yes[] = { "yes", "true", "on", "1" };
	static const char *const no[] = { "no", "false", "off", "0" };

	for (size_t i = 0; i < PSD_ELEMENTS(yes); i++) {
		if (strcasecmp(text, yes[i]) == 0) {
			*ret = true;
			return 0;
		}
		if (strcasecmp(text, no[i]) == 0) {
			*ret = false;
			return 0;
		}
	}
	return -EINVAL;
}

int
psd_value_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;
	const int r = take_digits(&text, &value);

	if (r == -EINVAL || (r == 0 && *text != '\0'))
		return -EINVAL;
	if (r < 0 || value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int
psd_value_number_or_infinity(const char *text, uint64_t min, uint64_t max,
    uint64_t *ret)
{
	if (!is_infinity(text))
		return psd_value_number(text, min, max, ret);
	*ret = PSD_VALUE_INFINITY;
	return 0;
}

/* "5s", "1.5 h", "30": one part of a span, and white space behind it. */
static int
take_span(const char **at, uint64_t *ret_usec)
{
	const char *c = *at;
	uint64_t whole, factor, fraction = 0, digit_worth;
	size_t len;
	const int r = take_digits(&c, &whole);
	const char *after_point = NULL;

	if (r < 0)
		return r;
	if (*c == '.' && is_digit(c[1])) {
		after_point = c + 1;
		c += 1 + strspn(c + 1, "0123456789");
	}
	c += strspn(c, " \t");
	len = strspn(c, "abcdefghijklmnopqrstuvwxyz");
	factor = len == 0
	    ? second
	    : find_unit(time_units, PSD_ELEMENTS(time_units), c, len);
	if (factor == 0)
		return -EINVAL;
	digit_worth = factor;
	for (; after_point != NULL && is_digit(*after_point); after_point++) {
		digit_worth /= 10;
		fraction += (uint64_t)(*after_point - '0') * digit_worth;
	}
	if (__builtin_mul_overflow(whole, factor, &whole) ||
	    __builtin_add_overflow(whole, fraction, &whole))
		return -ERANGE;
	c += len;
	*at = c + strspn(c, " \t");
	*ret_usec = whole;
	return 0;
}

int
psd_value_span(const char *text, uint64_t *ret_usec)
{
	uint64_t usec = 0, part;
	int r;

	if (is_infinity(text)) {
		*ret_usec = PSD_VALUE_INFINITY;
		return 0;
	}
	do {
		r = take_span(&text, &part);
		if (r < 0)
			return r;
		if (__builtin_add_overflow(usec, part, &usec) ||
		    usec == PSD_VALUE_INFINITY)
			return -ERANGE;
	} while (*text != '\0');
	*ret_usec = usec;
	return 0;
}

int
psd_value_size(const char *text, uint64_t *ret_bytes)
{
	uint64_t value, factor;
	int r;

	if (is_infinity(text)) {
		*ret_bytes = PSD_VALUE_INFINITY;
		return 0;
	}
	r = take_digits(&text, &value);
	if (r < 0)
		return r;
	factor =
	    find_unit(size_units, PSD_ELEMENTS(size_units), text, strlen(text));
	if (factor == 0)
		return -EINVAL;
	if (__builtin_mul_overflow(value, factor, &value) ||
	    value == PSD_VALUE_INFINITY)
		return -ERANGE;
	*ret_bytes = value;
	return 0;
}

int
psd_value_range(const char *text, uint32_t min, uint32_t max,
    uint32_t *ret_from, uint32_t *ret_to)
{
	uint64_t from, to;
	int r = take_digits(&text, &from);

	if (r < 0)
		return r;
	to = from;
	if (strncmp(text, "..", 2) == 0) {
		text += 2;
		r = take_digits(&text, &to);
		if (r < 0)
			return r;
	}
	if (*text != '\0')
		return -EINVAL;
	if (from < min || from > to || to > max)
		return -ERANGE;
	*ret_from = (uint32_t)from;
	*ret_to = (uint32_t)to;
	return 0;
}

int
psd_value_rate(const char *text, uint32_t *ret_per_second)
{
	uint64_t count, seconds;
	int r;

	if (is_infinity(text)) {
		*ret_per_second = 0;
		return 0;
	}
	r = take_digits(&text, &count);
	if (r < 0)
		return r;
	if (*text++ != '/')
		return -EINVAL;
	seconds =
	    find_unit(rate_units, PSD_ELEMENTS(rate_units), text, strlen(text));
	if (seconds == 0)
		return -EINVAL;
	if (count == 0 || count % seconds != 0 || count / seconds > UINT32_MAX)
		return -ERANGE;
	*ret_per_second = (uint32_t)(count / seconds);
	return 0;
}
