/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where mails are handed over, as operators write it: smtp://HOST:PORT, or
 * smtps:// where TLS begins with the first byte.
 */
#ifndef TEXT_MAIL_SERVER_H
#define TEXT_MAIL_SERVER_H

#include "base/memory.h"
#include "base/str.h"

struct mail_server {
	bool tls; /* from the first byte */
	struct str host; /* a name or an address; IPv6 without brackets */
	uint16_t port; /* 25, or 465 for smtps, where none is written */
};

/* Views into the text; false for anything else. */
bool mail_server_parse(struct str text, struct mail_server *) MUST_CHECK;

/* Is it this machine, which needs no network: a loopback address? */
bool mail_server_is_local(const struct mail_server *);

#endif
