/* SPDX-License-Identifier: ISC */
/*
 * A walk through the rows of all catalogues, for whoever defined those macros
 * that are wanted (ops_rows.h).  No guard.
 */
#include "common/ops_rows.h"
#include "common/ops.def"
#include "common/control.def"
#include "common/service.def"
#include "common/resolver.def"
#include "common/relay.def"
#include "common/watcher.def"
#include "common/ops_clear.h"
