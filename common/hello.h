/* SPDX-License-Identifier: ISC */
#ifndef PSD_HELLO_H
#define PSD_HELLO_H

#include "common/conv.h"

/*
 * For a helper that speaks the protocol without libprivsep: says hello with the
 * one version there is, and waits for the answer.  frame is what it is sent
 * and received by, and empty afterwards.  0, the daemon's -errno, -EPIPE: the
 * daemon has ended, or -EPROTO.
 */
int psd_hello_say(struct psd_conv *conv, struct psd_frame *frame);

#endif
