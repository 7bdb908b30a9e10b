/* SPDX-License-Identifier: ISC */
#ifndef TEST_LATENCY_H
#define TEST_LATENCY_H

/* Of a helper's pings, in microseconds, with the way to it and back. */
struct latency {
	double median, worst;
};

/* Fails the test when one is not answered. */
struct latency latency_of_pings(int puppet, const char *command);

/*
 * Prints how long they take now beside how long they took alone.  That they
 * come at all is what is asserted; their time is for the reader.
 */
void latency_compare(struct latency alone, int puppet, const char *command,
    const char *with);

#endif
