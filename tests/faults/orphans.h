/* SPDX-License-Identifier: ISC */
#ifndef FAULTS_ORPHANS_H
#define FAULTS_ORPHANS_H

#include <stdbool.h>

/*
 * Whoever outlives its daemon becomes this process's child, once it has asked
 * for that.
 */
void orphans_adopt(void);

/*
 * With no child of our own left: have all of them ended, by the deadline?
 * Those that have not are told and killed.
 */
bool orphans_have_ended(void);

#endif
