/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment that the program was started in.
 */
#ifndef CTL_ENVIRONMENT_H
#define CTL_ENVIRONMENT_H

/*
 * Forgets the variables that would make libraries behave differently from
 * what the settings say: libpq's PG..., libevent's EVENT_..., proxies, and
 * SSLKEYLOGFILE, which gives TLS secrets away.  Before anything else runs.
 */
void environment_clean(void);

#endif
