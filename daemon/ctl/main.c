/* SPDX-License-Identifier: ISC */
#include "daemon/ctl/ctl.h"

int
main(int argc, char **argv)
{
	return (int)psd_ctl_run(argc, argv);
}
