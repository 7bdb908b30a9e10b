/* SPDX-License-Identifier: ISC */
#include "common/handover.h"

#include "common/record.h"

#include <sys/socket.h>

int
psd_handover_send(int fd, const struct psd_handover *handover, int end)
{
	return psd_record_send(fd, handover, sizeof(*handover), &end, end >= 0,
	    MSG_DONTWAIT);
}
