/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OpenSSL must deliver, or the process ends.
 *
 * Without memory or random bytes there is no safe way on; the master starts a
 * new process.  Never use it for something that a visitor can cause.
 */
#ifndef CRYPTO_DEMAND_H
#define CRYPTO_DEMAND_H

#include <stdlib.h>

#include "base/log.h"

static inline void
crypto_demand(bool delivered, const char *what)
{
	if (delivered)
		return;
	log_event(LOG_ERROR, "OpenSSL failed, process ends",
	    LOG_TEXT("what", str_of(what)));
	abort();
}

#endif
