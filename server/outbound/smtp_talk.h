/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation with a mail server (inside outbound/ only): waits.
 */
#ifndef OUTBOUND_SMTP_TALK_H
#define OUTBOUND_SMTP_TALK_H

#include <stdatomic.h>

#include "outbound/smtp.h"

struct smtp_talk {
	const struct smtp_settings *settings;
	const char *from; /* NULL, and so are the next: only a NOOP */
	const char *to;
	struct str text;
	const atomic_bool *stopping; /* NULL: nobody stops it */
};

void smtp_talk(const struct smtp_talk *, struct smtp_result *into);

#endif
