/* SPDX-License-Identifier: ISC */
/*
 * Each field of each request at the ends of what it can say, as it stands in a
 * frame: 0, 1, the most that its kind may have, one more, 2^31 and 2^32 - 1.
 * What its kind may not have is a broken protocol, whatever the policy grants;
 * all else has a reply.  Rows are found in the catalogue, and the kinds' bounds
 * are written down here once more.
 */
#include "tests/op/bounds_fixture.h"

static unsigned long n_sent;

static void
start_talk(struct op_rig *rig, struct talk *talk, const struct psd_op_row *row)
{
	open_talk(rig, talk);
	talk->instance->first.has_greeted = row->op != PSD_OP_hello;
}

/* Whoever is allowed to say so is answered, who is not is dropped. */
static void
send_changed(struct op_rig *rig, struct wire *wire, bool is_permitted,
    const char *what, uint64_t value)
{
	struct reply reply = { 0 };
	struct talk talk;
	bool is_answered;

	start_talk(rig, &talk, wire->row);
	assert_int_equal(psd_frame_send(talk.end, 0, &wire->frame), 0);
	op_rig_turn(rig);
	is_answered = !talk.instance->is_broken;
	if (is_answered != is_permitted)
		fail_msg("%s: %s of %#llx is %s", wire->row->name, what,
		    (unsigned long long)value,
		    is_answered ? "taken" : "a broken protocol");
	if (is_answered && wire->row->op != PSD_OP_accept &&
	    (!wire->row->asks_resolver ||
		test_poll(talk.end, POLLIN, 0) != 0)) {
		assert_true(wait_for_word(&talk));
		assert_int_equal(take_reply(&talk, &reply), PSD_HEARD_FRAME);
		assert_int_equal(reply.op, wire->row->op);
		assert_true(reply.status > -134);
	}
	close_talk(&talk);
	check_neighbour(rig);
	n_sent++;
}

/* Puts value where the field is, and what was there back. */
static void
try_number(struct op_rig *rig, struct wire *wire, size_t at, size_t n,
    uint64_t value, bool is_permitted, const char *what)
{
	const uint64_t was = get(wire->frame.bytes + at, n);

	put(wire->frame.bytes + at, value, n);
	send_changed(rig, wire, is_permitted, what, value);
	put(wire->frame.bytes + at, was, n);
}

static const uint64_t edges[] = { 0, 1, 3, 4, 6, 7, 8, 63, 64, 0777, 01000,
	UINT16_MAX, UINT16_MAX + 1, INT32_MAX, 1U << 31, UINT32_MAX - 1,
	UINT32_MAX };

static void
try_numbers(struct op_rig *rig, struct wire *wire, size_t place)
{
	const struct psd_field *field = &wire->row->req[place];
	const size_t at = find_place(wire, place);

	for (size_t i = 0; i < PSD_ELEMENTS(edges); i++)
		try_number(rig, wire, at, 4, edges[i],
		    is_permitted(field->kind, edges[i]), field->name);
	for (uint64_t n = 50; field->kind == PSD_KIND_operation && n < 66; n++)
		try_number(rig, wire, at, 4, n, is_permitted(field->kind, n),
		    field->name);
}

/* No kind of 8 bytes has a value that it may not have. */
static void
try_wide(struct op_rig *rig, struct wire *wire, size_t place)
{
	static const uint64_t wides[] = { 0, 1, 1U << 31, UINT32_MAX, INT64_MAX,
		1ULL << 63, UINT64_MAX };

	for (size_t i = 0; i < PSD_ELEMENTS(wides); i++)
		try_number(rig, wire, find_place(wire, place), 8, wides[i],
		    true, wire->row->req[place].name);
}

static void
try_endpoint(struct op_rig *rig, struct wire *wire, size_t place)
{
	const size_t at = find_place(wire, place);

	for (size_t i = 0; i < PSD_ELEMENTS(edges); i++) {
		if (edges[i] <= UINT16_MAX) {
			try_number(rig, wire, at, 2, edges[i],
			    edges[i] == 4 || edges[i] == 6, "family");
			try_number(rig, wire, at + 2, 2, edges[i], true,
			    "port");
		}
		try_number(rig, wire, at + 20, 4, edges[i], edges[i] == 0,
		    "scope of an address of IPv4");
		try_number(rig, wire, at + 8, 4, edges[i], edges[i] == 0,
		    "address longer than one of IPv4");
	}
}

/* A length that is not what follows it. */
static void
try_claims(struct op_rig *rig, struct wire *wire, size_t at, size_t n)
{
	const uint64_t is = get(wire->frame.bytes + at, n);
	const uint64_t claims[] = { 0, 1, is - 1, is + 1,
		most_of(PSD_KIND_text), most_of(PSD_KIND_bytes),
		most_of(PSD_KIND_bytes) + 1, INT16_MAX, UINT16_MAX, 1U << 31,
		(1U << 31) + is, UINT32_MAX, UINT32_MAX - 3 };

	for (size_t i = 0; i < PSD_ELEMENTS(claims); i++)
		if (claims[i] != is && claims[i] >> (8 * n) == 0)
			try_number(rig, wire, at, n, claims[i], false,
			    "a length");
}

/* As many bytes as it says, in the place of what the sample has. */
static void
try_length(struct op_rig *rig, const struct wire *sample, size_t place,
    size_t len)
{
	static struct wire wire;
	const struct psd_field *field = &sample->row->req[place];
	const size_t at = find_place(sample, place);
	const size_t head = count_head(field->kind);
	const size_t behind = at + count_whole(field, sample->frame.bytes + at);
	size_t end = at + head + len;

	wire = *sample;
	memset(wire.frame.bytes + at + head, 'a', len);
	put(wire.frame.bytes + at, len, head);
	if (is_string(field))
		wire.frame.bytes[end++] = '\0';
	memcpy(wire.frame.bytes + end, sample->frame.bytes + behind,
	    sample->frame.len - behind);
	wire.frame.len = (uint32_t)(end + sample->frame.len - behind);
	send_changed(rig, &wire, len <= most_of(field->kind), field->name, len);
}

static void
try_lengths(struct op_rig *rig, struct wire *wire, size_t place)
{
	const struct psd_field *field = &wire->row->req[place];
	const size_t most = most_of(field->kind);
	const size_t lens[] = { 0, 1, most - 1, most, most + 1, most + 2 };

	for (size_t i = 0; i < PSD_ELEMENTS(lens); i++)
		try_length(rig, wire, place, lens[i]);
	try_claims(rig, wire, find_place(wire, place), count_head(field->kind));
}

/* NUL in the midst of a string, and none at its end. */
static void
try_nul(struct op_rig *rig, struct wire *wire, size_t place)
{
	const size_t at = find_place(wire, place);
	const size_t end = at + 2 + get(wire->frame.bytes + at, 2);

	try_number(rig, wire, at + 2, 1, 0, end == at + 2, "a NUL in a string");
	try_number(rig, wire, end - 1, 1, 0, end == at + 2,
	    "a NUL as the last byte");
	try_number(rig, wire, end, 1, 'a', false, "no NUL behind a string");
}

static void
try_descriptors(struct op_rig *rig, struct wire *wire)
{
	const uint32_t n = wire->frame.n_fds;

	for (uint32_t with = 0; with <= PSD_FDS_MAX; with++) {
		while (wire->frame.n_fds > with)
			psd_fd_cleanup(&wire->frame.fds[--wire->frame.n_fds]);
		while (wire->frame.n_fds < with)
			wire->frame.fds[wire->frame.n_fds++] =
			    dup(STDIN_FILENO);
		send_changed(rig, wire, with == n, "descriptors", with);
	}
}

/* Type, operation, id and status, of which an id may be anything. */
static void
try_header(struct op_rig *rig, struct wire *wire)
{
	for (size_t i = 0; i < PSD_ELEMENTS(edges); i++) {
		const uint64_t value = edges[i];

		if (value <= UINT16_MAX && value != 1)
			try_number(rig, wire, 0, 2, value, false, "type");
		if (value != 0)
			try_number(rig, wire, 8, 4, value, false, "status");
		try_number(rig, wire, 4, 4, value, true, "id");
	}
	try_number(rig, wire, 2, 2, 0, false, "operation");
	try_number(rig, wire, 2, 2, PSD_OPS_END - 1, false, "operation");
	try_number(rig, wire, 2, 2, UINT16_MAX, false, "operation");
}

static void
try_field(struct op_rig *rig, struct wire *wire, size_t place)
{
	const struct psd_field *field = &wire->row->req[place];

	if (is_string(field) || is_bytes(field))
		try_lengths(rig, wire, place);
	if (is_string(field))
		try_nul(rig, wire, place);
	if (field->kind == PSD_KIND_endpoint)
		try_endpoint(rig, wire, place);
	else if (count_head(field->kind) == 8)
		try_wide(rig, wire, place);
	else if (count_head(field->kind) == 4 && !is_bytes(field))
		try_numbers(rig, wire, place);
}

static void
check_row(const struct psd_op_row *row)
{
	static struct wire wire;
	char line[SAMPLE_LINE_MAX] = "";
	struct op_rig rig;

	if (!row->is_free)
		sample_line(row, "Allow", SAMPLE_COVERING, "", line);
	sample_start(&rig, row, line);
	encode(&rig, row, &wire);
	for (size_t k = 0; row->req[k].kind != PSD_KIND_end; k++)
		try_field(&rig, &wire, k);
	try_header(&rig, &wire);
	try_descriptors(&rig, &wire);
	psd_frame_clear(&wire.frame);
	op_rig_stop(&rig);
}

/* What is opened once and kept is not opened again. */
static void
check_row_and_descriptors(const struct psd_op_row *row)
{
	const size_t before = test_fds_count();
	size_t after;

	check_row(row);
	after = test_fds_count();
	if (after == before)
		return;
	check_row(row);
	if (test_fds_count() != after)
		fail_msg("%s: %zu descriptors, then %zu", row->name, after,
		    test_fds_count());
}

static void
nothing_beyond_the_bounds_of_its_kind_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < psd_op_count; i++)
		check_row_and_descriptors(&psd_op_rows[i]);
	print_message("# %lu frames\n", n_sent);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    nothing_beyond_the_bounds_of_its_kind_is_taken),
	};
	const int r = sample_keep_host();

	if (r < 0) {
		print_message("SKIP: no namespaces of our own: %s\n",
		    strerror(-r));
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
