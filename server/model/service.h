/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registered service: an application that may receive tickets.
 */
#ifndef MODEL_SERVICE_H
#define MODEL_SERVICE_H

#include "base/str.h"

struct service_settings;

struct service {
	int64_t id;
	struct str tenant; /* slug */
	struct str name; /* shown to people */
	struct str pattern; /* canonical, see cas/service_url.h */
	struct str released; /* a JSON list of attribute names; "*" for all */
	bool enabled;
	struct str logout_type; /* back, front, none */
	bool rest; /* gets tickets by REST */
	struct str logout_url; /* empty: where a ticket was redeemed */
	bool proxy; /* may get proxy-granting tickets */
	struct str proxy_callback; /* pattern of where to; empty: `pattern` */
	bool proxy_lenient; /* goes on without one if that fails */
	struct str settings_text; /* a JSON object; empty: none is set */
	const struct service_settings *settings; /* NULL: not read from it */
};

#endif
