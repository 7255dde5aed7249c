/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registered service: an application that may receive tickets.
 */
#ifndef MODEL_SERVICE_H
#define MODEL_SERVICE_H

#include "base/str.h"

struct service {
	int64_t id;
	struct str tenant; /* slug */
	struct str name; /* shown to people */
	struct str pattern; /* canonical, see cas/service_url.h */
	struct str released; /* a JSON list of attribute names; "*" for all */
	bool enabled;
	int64_t order; /* of expressions: the lowest that matches counts */
	struct str logout_type; /* back, none */
	struct str logout_url; /* empty: where a ticket was redeemed */
};

#endif
