/* SPDX-License-Identifier: ISC */
#include "tests/support/lookup_rig.h"

#include "common/fd.h"
#include "daemon/ending.h"
#include "daemon/resolver.h"
#include "policy/load.h"
#include "tests/support/child.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct psd_frame frame;

static struct psd_policy *
resolver_policy(void)
{
	struct psd_policy *policy;
	struct psd_diag diag;

	psd_diag_init(&diag);
	policy = psd_policy_load_text(PSD_RESOLVER_NAME,
	    "[Helper]\nExecStart=/bin/true\nInstances=2\n[Policy]\n"
	    "SystemCallFilter=@helper\n",
	    &diag);
	psd_diag_free(&diag);
	assert_non_null(policy);
	policy->is_resolver = true;
	return policy;
}

/* It has said hello. */
static void
greet(struct psd_instance *instance)
{
	instance->first.has_greeted = true;
	instance->state = PSD_INSTANCE_READY;
}

void
lookup_rig_start(struct lookup_rig *rig, const char *policy_lines)
{
	struct psd_listeners none = { .n = 0 };
	struct psd_daemon *daemon = &rig->op.daemon;

	memset(rig, 0, sizeof(*rig));
	op_rig_start(&rig->op, NULL, policy_lines);
	rig->loaded.references = 1;
	rig->loaded.policy = resolver_policy();
	assert_int_equal(psd_service_add(daemon, psd_loaded_ref(&rig->loaded),
			     &none, &daemon->resolver),
	    0);
	for (size_t i = 0; i < LOOKUP_RIG_RESOLVERS; i++) {
		rig->resolvers[i] = op_rig_instance(daemon->resolver,
		    &rig->loaded, rig->op.child, &rig->ends[i]);
		greet(rig->resolvers[i]);
	}
}

static void
drop(struct psd_instance *instance, int *end)
{
	TAILQ_REMOVE(&instance->service->instances, instance, of_service);
	psd_instance_free(instance);
	psd_fd_cleanup(end);
}

void
lookup_rig_stop(struct lookup_rig *rig)
{
	struct psd_service *service = rig->resolvers[0]->service;

	for (size_t i = 0; i < LOOKUP_RIG_RESOLVERS; i++)
		drop(rig->resolvers[i], &rig->ends[i]);
	if (service->is_removed)
		psd_service_reap(service);
	else
		psd_service_remove(service);
	assert_null(rig->op.daemon.resolver);
	assert_int_equal(rig->loaded.references, 1);
	psd_policy_free(rig->loaded.policy);
	op_rig_stop(&rig->op);
}

bool
lookup_rig_is_asked(struct lookup_rig *rig)
{
	op_rig_turn(&rig->op);
	for (size_t i = 0; i < LOOKUP_RIG_RESOLVERS; i++)
		if (test_poll(rig->ends[i], POLLIN, 0) != 0)
			return true;
	return false;
}

uint32_t
lookup_rig_hear(struct lookup_rig *rig, size_t i, enum psd_op op, void *ret_req)
{
	const struct psd_op_row *row = psd_lookup_find((uint32_t)op);

	op_rig_turn(&rig->op);
	psd_frame_init(&frame);
	assert_int_equal(psd_frame_recv(rig->ends[i], 0, &frame),
	    PSD_HEARD_FRAME);
	assert_int_equal(frame.type, PSD_FRAME_REQUEST);
	assert_int_equal(frame.op, op);
	assert_int_equal(psd_decode(&frame, row->req, row->req_size, ret_req),
	    0);
	return frame.id;
}

void
lookup_rig_reply(struct lookup_rig *rig, size_t i, enum psd_op op, uint32_t id,
    int status, void *rep)
{
	psd_frame_init(&frame);
	if (status == 0)
		assert_int_equal(psd_encode_reply(&frame,
				     psd_lookup_find((uint32_t)op), id, rep),
		    0);
	else
		psd_encode_status(&frame, (uint16_t)op, id, status);
	assert_int_equal(psd_frame_send(rig->ends[i], 0, &frame), 0);
	op_rig_turn(&rig->op);
}

struct psd_instance *
lookup_rig_add(struct lookup_rig *rig, int *ret_end)
{
	struct psd_listeners none = { .n = 0 };
	struct psd_instance *instance;
	struct psd_service *service;

	assert_int_equal(psd_service_add(&rig->op.daemon,
			     psd_loaded_ref(&rig->op.loaded), &none, &service),
	    0);
	instance =
	    op_rig_instance(service, &rig->op.loaded, rig->op.child, ret_end);
	greet(instance);
	return instance;
}

void
lookup_rig_drop(struct psd_instance *instance, int *end)
{
	struct psd_service *service = instance->service;

	drop(instance, end);
	psd_service_remove(service);
}

void
lookup_rig_ask(struct lookup_rig *rig, int end, const char *host)
{
	struct psd_resolve_req req = {
		.host = psd_str_of(host),
		.service = psd_str_of(""),
	};

	psd_frame_init(&frame);
	assert_int_equal(psd_encode_request(&frame, psd_op_find(PSD_OP_resolve),
			     0, &req),
	    0);
	assert_int_equal(psd_frame_send(end, 0, &frame), 0);
	op_rig_turn(&rig->op);
}

int
lookup_rig_status(struct lookup_rig *rig, int end)
{
	op_rig_turn(&rig->op);
	psd_frame_init(&frame);
	assert_int_equal(psd_frame_recv(end, 0, &frame), PSD_HEARD_FRAME);
	return frame.status;
}

void
lookup_rig_check_refused(const char *policy_lines, enum psd_op op, void *req)
{
	struct lookup_rig rig;
	union psd_any_rep rep;

	lookup_rig_start(&rig, policy_lines);
	assert_int_equal(op_rig_ask(&rig.op, op, req, &rep), -EPERM);
	assert_false(lookup_rig_is_asked(&rig));
	lookup_rig_stop(&rig);
}

void
lookup_rig_check_failing(const char *policy_lines, enum psd_op op, void *req,
    enum psd_op question)
{
	struct lookup_rig rig;
	union psd_any_rep rep;
	union psd_any_req asked;
	uint32_t id, asked_id;

	lookup_rig_start(&rig, policy_lines);
	id = op_rig_send(&rig.op, op, req);
	asked_id = lookup_rig_hear(&rig, 0, question, &asked);
	lookup_rig_reply(&rig, 0, question, asked_id, -ENOENT, NULL);
	assert_int_equal(op_rig_take(&rig.op, op, id, &rep), -ENOENT);
	lookup_rig_stop(&rig);
}
