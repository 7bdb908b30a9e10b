/* SPDX-License-Identifier: ISC */
#include "tests/faults/place.h"

#include "tests/faults/places.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* Words of the stack that are looked at, and functions that make a place. */
enum { WORDS_MAX = 1024, DEPTH = 2 };

static uint64_t text, text_end;

void
place_forget(void)
{
	text = text_end = 0;
}

/* The first executable part of its memory that is of the program's file. */
static void
find_text(pid_t pid)
{
	char path[64], program[PATH_MAX], line[PATH_MAX + 128];
	unsigned long first, end;
	char mode[8];
	ssize_t len;
	FILE *maps;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	len = readlink(path, program, sizeof(program) - 1);
	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = len > 0 ? fopen(path, "re") : NULL;
	if (maps == NULL)
		return;
	program[len] = '\0';
	while (fgets(line, sizeof(line), maps) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%lx-%lx %7s", &first, &end, mode) != 3 ||
		    mode[2] != 'x' || strstr(line, program) == NULL)
			continue;
		text = first;
		text_end = end;
		break;
	}
	(void)fclose(maps);
}

/* How much can be read up to the stack's end. */
static size_t
read_stack(pid_t pid, uint64_t at, uint64_t words[WORDS_MAX])
{
	for (size_t n = WORDS_MAX; n > 0; n /= 2) {
		const struct iovec local = { words, n * sizeof(*words) };
		const struct iovec remote = { (void *)(uintptr_t)at,
			n * sizeof(*words) };
		const ssize_t r =
		    process_vm_readv(pid, &local, 1, &remote, 1, 0);

		if (r > 0)
			return (size_t)r / sizeof(*words);
	}
	return 0;
}

uint64_t
place_of(pid_t pid, int number, uint64_t stack_pointer)
{
	static uint64_t words[WORDS_MAX];
	uint64_t place = (uint64_t)number + 1;
	size_t n, depth = 0;

	if (text_end == 0)
		find_text(pid);
	n = read_stack(pid, stack_pointer, words);
	for (size_t i = 0; i < n && depth < DEPTH; i++) {
		if (words[i] < text || words[i] >= text_end)
			continue;
		place = places_add(place, words[i] - text);
		depth++;
	}
	return depth == 0 ? 0 : place;
}
