/* SPDX-License-Identifier: ISC */
/*
 * A helper that does whatever a test wishes: each record is a system call.
 * So a test can try, as the helper, what an attacker in it would.
 */
#include "tests/helpers/remote.h"
#include "tests/helpers/tiny.h"

static struct remote_call call;
static struct remote_result answer;

static void
copy(void *to, const void *from, size_t len)
{
	volatile unsigned char *at = to;
	const unsigned char *source = from;

	for (size_t i = 0; i < len; i++)
		at[i] = source[i];
}

static void
perform(const uintptr_t *stack)
{
	for (unsigned i = 0; i < 6; i++)
		if ((call.pointers & (UINT64_C(1) << i)) != 0)
			call.args[i] =
			    (uintptr_t)&call.bytes[call.args[i] % REMOTE_BYTES];
	if (call.number == REMOTE_STACK) {
		copy(answer.bytes, (const unsigned char *)stack + call.args[0],
		    REMOTE_BYTES);
		answer.result = (int64_t)(uintptr_t)stack;
		return;
	}
	answer.result = tiny_call(call.number, call.args);
	copy(answer.bytes, call.bytes, REMOTE_BYTES);
}

void
tiny_main(const uintptr_t *stack)
{
	for (;;) {
		const long n = tiny_read(TINY_PAIR, &call, sizeof(call));

		if (n != sizeof(call))
			tiny_exit(n == 0 ? 0 : 1);
		perform(stack);
		if (tiny_write(TINY_PAIR, &answer, sizeof(answer)) !=
		    sizeof(answer))
			tiny_exit(1);
	}
}
