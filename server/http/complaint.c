/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines that visitors could cause as often as they like.
 */
#include "http/complaint.h"

#include "base/log.h"
#include "loop/clock.h"
#include "text/address.h"

enum {
	EVERY_US = 1000 * 1000
};

void
complain(struct complaint *complaint, const char *event,
    const struct address *client, const char *why)
{
	int64_t now = clock_monotonic();
	char text[ADDRESS_TEXT_SIZE] = "-";

	if (complaint->said_at_us != 0 &&
	    now - complaint->said_at_us < EVERY_US) {
		complaint->unsaid++;
		return;
	}
	if (client != NULL)
		address_text(client, text);
	log_event(LOG_WARNING, event, LOG_TEXT("client", str_of(text)),
	    LOG_TEXT("why", str_of(why)),
	    LOG_NUMBER("more", complaint->unsaid));
	complaint->said_at_us = now;
	complaint->unsaid = 0;
}
