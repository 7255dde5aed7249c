/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line about somebody who is turned away before there is a request.
 */
#include "http/complaint.h"

#include "loop/log_limit.h"
#include "text/address.h"

void
complain(const char *event, const struct address *client, const char *why)
{
	char text[ADDRESS_TEXT_SIZE] = "-";

	if (!log_limit_allows(LOG_WARNING, event))
		return;
	if (client != NULL)
		address_text(client, text);
	log_event(LOG_WARNING, event, LOG_TEXT("client", str_of(text)),
	    LOG_TEXT("why", str_of(why)));
}
