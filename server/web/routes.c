/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every path of the server.
 */
#include "web/routes.h"

#include "base/memory.h"
#include "loop/flow.h"
#include "web/assets.h"
#include "web/cas/proxy.h"
#include "web/cas/rest.h"
#include "web/cas/validate.h"
#include "web/pages/code.h"
#include "web/pages/dashboard.h"
#include "web/pages/help.h"
#include "web/pages/login.h"
#include "web/pages/logout.h"
#include "web/pages/offer.h"
#include "web/pages/set_up.h"
#include "web/status.h"

/* clang-format off */
static const struct route routes[] = {
	{ ON_GET | ON_HEAD, STR_INIT("/login"), login_show,
	    sizeof(struct login_show_state), ROUTE_GRANTS },
	{ ON_POST, STR_INIT("/login"), login_submit,
	    sizeof(struct login_submit_state), ROUTE_GRANTS | ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/enter"), login_enter_show, 0, 0 },
	{ ON_POST, STR_INIT("/enter"), login_enter,
	    sizeof(struct login_show_state), ROUTE_GRANTS | ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/mfa"), code_show,
	    sizeof(struct code_state), 0 },
	{ ON_POST, STR_INIT("/mfa"), code_submit,
	    sizeof(struct code_submit_state), ROUTE_GRANTS | ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/mfa/clock"), code_clock,
	    sizeof(struct code_state), 0 },
	{ ON_POST, STR_INIT("/mfa/send"), code_send,
	    sizeof(struct code_send_state), ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/mfa/offer"), offer_show,
	    sizeof(struct offer_state), 0 },
	{ ON_POST, STR_INIT("/mfa/offer"), offer_submit,
	    sizeof(struct offer_state), ROUTE_GRANTS | ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/mfa/set-up"), set_up_show,
	    sizeof(struct set_up_in_state), 0 },
	{ ON_POST, STR_INIT("/mfa/set-up"), set_up_submit,
	    sizeof(struct set_up_in_state), ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/mfa/codes"), codes_show,
	    sizeof(struct set_up_in_state), 0 },
	{ ON_POST, STR_INIT("/mfa/codes"), codes_leave,
	    sizeof(struct set_up_in_state), ROUTE_GRANTS | ROUTE_FORM },
	{ ON_GET | ON_POST, STR_INIT("/logout"), logout,
	    sizeof(struct logout_state), 0 },
	{ ON_GET | ON_POST, STR_INIT("/validate"), validate_1,
	    sizeof(struct validate_state), ROUTE_MACHINE | ROUTE_VALIDATES },
	{ ON_GET | ON_POST, STR_INIT("/serviceValidate"), validate_2,
	    sizeof(struct validate_state),
	    ROUTE_MACHINE | ROUTE_VALIDATES | ROUTE_PROXIES },
	{ ON_GET | ON_POST, STR_INIT("/p3/serviceValidate"), validate_2,
	    sizeof(struct validate_state),
	    ROUTE_MACHINE | ROUTE_VALIDATES | ROUTE_PROXIES },
	{ ON_GET | ON_POST, STR_INIT("/proxyValidate"), validate_proxy,
	    sizeof(struct validate_state),
	    ROUTE_MACHINE | ROUTE_VALIDATES | ROUTE_PROXIES },
	{ ON_GET | ON_POST, STR_INIT("/p3/proxyValidate"), validate_proxy,
	    sizeof(struct validate_state),
	    ROUTE_MACHINE | ROUTE_VALIDATES | ROUTE_PROXIES },
	{ ON_GET, STR_INIT("/proxy"), proxy_issue,
	    sizeof(struct proxy_state), ROUTE_MACHINE | ROUTE_PROXIES },
	{ ON_POST, STR_INIT("/samlValidate"), validate_saml,
	    sizeof(struct validate_state),
	    ROUTE_MACHINE | ROUTE_VALIDATES | ROUTE_BODY },
	{ ON_POST, STR_INIT("/v1/tickets"), rest_enter,
	    sizeof(struct rest_enter_state),
	    ROUTE_MACHINE | ROUTE_GRANTS | ROUTE_OURS },
	{ ON_POST, STR_INIT("/v1/tickets/"), rest_grant,
	    sizeof(struct rest_ticket_state),
	    ROUTE_MACHINE | ROUTE_GRANTS | ROUTE_SECRET },
	{ ON_GET | ON_HEAD, STR_INIT("/v1/tickets/"), rest_show,
	    sizeof(struct rest_ticket_state), ROUTE_MACHINE | ROUTE_SECRET },
	{ ON_DELETE, STR_INIT("/v1/tickets/"), rest_leave,
	    sizeof(struct rest_ticket_state), ROUTE_MACHINE | ROUTE_SECRET },
	{ ON_POST, STR_INIT("/v1/users"), rest_user,
	    sizeof(struct rest_enter_state), ROUTE_MACHINE | ROUTE_OURS },
	{ ON_GET | ON_HEAD, STR_INIT("/help"), help_index, 0, 0 },
	{ ON_GET | ON_HEAD, STR_INIT("/help/"), help_show, 0, 0 },
	{ ON_GET | ON_HEAD, STR_INIT("/static/"), asset_show, 0, ROUTE_MACHINE },
	{ ON_GET | ON_HEAD, STR_INIT("/"), dashboard_show,
	    sizeof(struct dashboard_state), 0 },
	{ ON_GET | ON_HEAD, STR_INIT("/activity"), activity_show,
	    sizeof(struct activity_state), 0 },
	{ ON_GET | ON_HEAD, STR_INIT("/generator"), generator_show,
	    sizeof(struct generator_state), 0 },
	{ ON_POST, STR_INIT("/generator"), generator_submit,
	    sizeof(struct generator_state), ROUTE_FORM },
	{ ON_POST, STR_INIT("/generator/remove"), generator_remove,
	    sizeof(struct generator_state), ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/generator/codes"), renew_codes_show,
	    sizeof(struct renew_codes_state), 0 },
	{ ON_POST, STR_INIT("/generator/codes"), renew_codes_submit,
	    sizeof(struct renew_codes_state), ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/lost-phone"), lost_phone_show,
	    sizeof(struct lost_phone_state), 0 },
	{ ON_POST, STR_INIT("/lost-phone"), lost_phone_submit,
	    sizeof(struct lost_phone_state), ROUTE_FORM },
	{ ON_POST, STR_INIT("/browsers/forget"), browser_forget,
	    sizeof(struct browser_forget_state), ROUTE_FORM },
	{ ON_POST, STR_INIT("/browsers/forget-all"), browsers_forget_all,
	    sizeof(struct browser_forget_state), ROUTE_FORM },
	{ ON_POST, STR_INIT("/browsers/name"), browser_name,
	    sizeof(struct browser_name_state), ROUTE_FORM },
	{ ON_POST, STR_INIT("/sessions/end"), session_end,
	    sizeof(struct session_end_state), ROUTE_FORM },
	{ ON_POST, STR_INIT("/sessions/end-others"), sessions_end_others,
	    sizeof(struct session_end_state), ROUTE_FORM },
	{ ON_GET | ON_HEAD, STR_INIT("/healthz"), health_show, 0,
	    ROUTE_MACHINE | ROUTE_PROBE },
};
/* clang-format on */

static bool
path_matches(const struct route *route, struct str path)
{
	bool takes_more =
	    route->path.len > 1 && str_ends(route->path, STR("/"));

	if (takes_more)
		return path.len > route->path.len &&
		       str_starts(path, route->path);
	return str_equal(path, route->path);
}

const struct route *
route_find(struct str path, enum route_method method, unsigned *methods)
{
	*methods = 0;
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		if (!path_matches(&routes[i], path))
			continue;
		if (routes[i].methods & method)
			return &routes[i];
		*methods |= routes[i].methods;
	}
	return NULL;
}

const struct route *
route_table(size_t *count)
{
	*count = COUNT_OF(routes);
	return routes;
}
