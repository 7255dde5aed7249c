/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service as files have it: the JSON object that `service export` writes.
 */
#ifndef CTL_SERVICE_RECORD_H
#define CTL_SERVICE_RECORD_H

#include <jansson.h>

#include "base/memory.h"
#include "base/str.h"

struct buf;
struct service;

/* What an operator said of the whole import. */
struct service_import_rules {
	bool allow_http;
	bool any_host;
	struct str tenant; /* of services that name none */
	int64_t ticket_life; /* of all tickets, in seconds */
};

json_t *service_json(const struct service *);

/*
 * Brings a record into the form that the database takes: pattern canonical,
 * nothing missing, no number, opaque names to be made with whatever key the
 * service has or gets.  False and "FIELD: sentence" if it is not a service, or
 * has a member that is not known.
 */
bool service_record_settle(json_t *record, const struct service_import_rules *,
    struct buf *why) MUST_CHECK;

#endif
