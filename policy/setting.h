/* SPDX-License-Identifier: ISC */
#ifndef PSD_SETTING_H
#define PSD_SETTING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The kernel's settings, sysctl(8): files below /proc/sys, named by their
 * components.  Of "." and "/" the one that comes first joins them, and the
 * other stands for the first within them, so that net.ipv4.conf.eth0/1.mtu
 * and net/ipv4/conf/eth0.1/mtu are the same.  The spelling with slashes is
 * the one that is compared and opened.
 *
 * A pattern is a name in which the component * stands for any one, and a last
 * component ** for any number of them, none too.
 */

/*
 * Writes the one spelling of a name of len bytes into ret, which has room for
 * PSD_SETTING_MAX + 1.  False when it is no name of a setting: empty
 * components, "." and "..", characters but letters, digits and _ - : +.
 */
bool psd_setting_name(const char *text, size_t len, char *ret);

/* The same for a pattern.  Returns NULL, or what is wrong with it. */
const char *psd_setting_pattern(const char *text, char *ret);

/* Does a pattern cover a name?  Both in the one spelling. */
bool psd_setting_match(const char *pattern, const char *name);

/* Turns the one spelling into the one with dots, which people write. */
void psd_setting_dot(char *name);

#endif
