/* SPDX-License-Identifier: ISC */
#ifndef PSD_LIFELINE_H
#define PSD_LIFELINE_H

#include "daemon/daemon.h"

/*
 * The lifeline of a monitored server: a pipe of which the monitor has the
 * writing end, and the server the reading end, with O_ASYNC and SIGKILL as
 * its signal, so that the kernel kills the server when the monitor is gone.
 * A server that closes its end is killed by the monitor.  0 or -errno.
 */
int psd_lifeline_watch(struct psd_daemon *daemon);

#endif
