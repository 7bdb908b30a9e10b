/* SPDX-License-Identifier: ISC */
#ifndef PSD_ARCH_H
#define PSD_ARCH_H

/* Whatever depends on the architecture, but for common/clone3.S. */

#include <linux/audit.h>
#include <stdint.h>

#if defined(__x86_64__)
#define PSD_AUDIT_ARCH AUDIT_ARCH_X86_64
#define PSD_MULTIARCH "x86_64-linux-gnu"
/* Calls of the x32 ABI carry this bit under the same audit architecture. */
#define PSD_FOREIGN_CALL_BIT 0x40000000u
#elif defined(__aarch64__)
#define PSD_AUDIT_ARCH AUDIT_ARCH_AARCH64
#define PSD_MULTIARCH "aarch64-linux-gnu"
#define PSD_FOREIGN_CALL_BIT 0u
#else
#error "privsepd knows x86-64 and arm64; teach common/arch.h and clone3.S"
#endif

#endif
