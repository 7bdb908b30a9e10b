/* SPDX-License-Identifier: ISC */
#include "policy/filter.h"

#include "common/text.h"
#include "policy/callname.h"
#include "policy/callshape.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ARGUMENTS = 6 };

/* The name of exactly this value, or the value in hex. */
static void
put_choice(struct psd_text *text, const struct psd_call_word *words,
    uint64_t value)
{
	for (; words->name != NULL; words++) {
		if (words->value == value) {
			psd_text_put(text, "%s", words->name);
			return;
		}
	}
	psd_text_put(text, "0x%" PRIx64, value);
}

/* The names of all bits that have one, and the rest in hex. */
static void
put_flags(struct psd_text *text, const struct psd_call_word *words,
    uint64_t value, bool is_begun)
{
	for (; words->name != NULL; words++) {
		if ((value & words->value) != words->value)
			continue;
		psd_text_put(text, "%s%s", is_begun ? "|" : "", words->name);
		value &= ~words->value;
		is_begun = true;
	}
	if (value != 0 || !is_begun)
		psd_text_put(text, is_begun ? "|0x%" PRIx64 : "0x%" PRIx64,
		    value);
}

static void
put_open_flags(struct psd_text *text, uint64_t value)
{
	static const char *const modes[] = { "O_RDONLY", "O_WRONLY", "O_RDWR",
		"O_ACCMODE" };

	psd_text_put(text, "%s", modes[value & O_ACCMODE]);
	value &= ~(uint64_t)O_ACCMODE;
	if (value != 0)
		put_flags(text, psd_call_words_open, value, true);
}

static void
put_socket_type(struct psd_text *text, uint64_t value)
{
	const uint64_t flags = value & ~UINT64_C(0xf);

	put_choice(text, psd_call_words_socket_type, value & 0xf);
	if (flags != 0)
		put_flags(text, psd_call_words_socket_flags, flags, true);
}

static void
put_clone_flags(struct psd_text *text, uint64_t value)
{
	const uint64_t flags = value & ~UINT64_C(0xff);

	put_flags(text, psd_call_words_clone, flags, false);
	if ((value & 0xff) != 0) {
		psd_text_put(text, "|");
		put_choice(text, psd_call_words_signal, value & 0xff);
	}
}

/* Of what the argument is one, or NULL. */
static const struct psd_call_word *
choices(char shape)
{
	switch (shape) {
	case PSD_SHAPE_FAMILY:
		return psd_call_words_family;
	case PSD_SHAPE_LEVEL:
		return psd_call_words_level;
	case PSD_SHAPE_PRCTL:
		return psd_call_words_prctl;
	case PSD_SHAPE_SIGNAL:
		return psd_call_words_signal;
	case PSD_SHAPE_FCNTL:
		return psd_call_words_fcntl;
	default:
		return NULL;
	}
}

static void
put_argument(struct psd_text *text, char shape, uint64_t value)
{
	const uint32_t lower = (uint32_t)value;

	switch (shape) {
	case PSD_SHAPE_INT:
		psd_text_put(text, "%" PRId32, (int32_t)lower);
		return;
	case PSD_SHAPE_SIZE:
		psd_text_put(text, "%" PRIu64, value);
		return;
	case PSD_SHAPE_DIR:
		if ((int32_t)lower == AT_FDCWD)
			psd_text_put(text, "AT_FDCWD");
		else
			psd_text_put(text, "%" PRId32, (int32_t)lower);
		return;
	case PSD_SHAPE_MODE:
		psd_text_put(text, "%#" PRIo32, lower);
		return;
	case PSD_SHAPE_OPEN:
		put_open_flags(text, lower);
		return;
	case PSD_SHAPE_SOCKET_TYPE:
		put_socket_type(text, lower);
		return;
	case PSD_SHAPE_CLONE:
		put_clone_flags(text, lower);
		return;
	case PSD_SHAPE_PROT:
		if (value == 0)
			psd_text_put(text, "PROT_NONE");
		else
			put_flags(text, psd_call_words_prot, value, false);
		return;
	case PSD_SHAPE_MAP:
		put_flags(text, psd_call_words_map, lower, false);
		return;
	case PSD_SHAPE_WORD:
		psd_text_put(text, "0x%" PRIx32, lower);
		return;
	default:
		if (choices(shape) != NULL)
			put_choice(text, choices(shape), lower);
		else
			psd_text_put(text, "0x%" PRIx64, value);
	}
}

void
psd_filter_print_call(char *ret, size_t size, uint32_t arch, int number,
    const uint64_t args[6])
{
	static const char *const none[ARGUMENTS];

	psd_filter_print_named(ret, size, arch, number, args, none);
}

void
psd_filter_print_named(char *ret, size_t size, uint32_t arch, int number,
    const uint64_t args[6], const char *const names[6])
{
	struct psd_text text = { .at = ret, .size = size };
	char name[PSD_CALL_NAME_MAX + 1];
	const char *shape;
	size_t i, n;

	if (size == 0)
		return;
	ret[0] = '\0';
	psd_filter_call_name(name, sizeof(name), arch, number);
	shape = psd_call_shape(name);
	n = shape != NULL ? strlen(shape) : ARGUMENTS;
	psd_text_put(&text, "%s(", name);
	for (i = 0; i < n; i++) {
		if (i > 0)
			psd_text_put(&text, ", ");
		if (names[i] != NULL)
			psd_text_put(&text, "%s", names[i]);
		else
			put_argument(&text,
			    shape != NULL ? shape[i] : PSD_SHAPE_HEX, args[i]);
	}
	psd_text_put(&text, ")");
}

void
psd_filter_call_name(char *ret, size_t size, uint32_t arch, int number)
{
	char name[PSD_CALL_NAME_MAX + 1];

	if (psd_call_name(arch, number, name) == 0)
		(void)snprintf(ret, size, "%s", name);
	else
		(void)snprintf(ret, size, "call %d", number);
}
