/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a sign-in leads.
 */
#include "web/destination.h"

#include "base/buf.h"
#include "cas/service_url.h"
#include "model/service.h"
#include "model/service_settings.h"
#include "web/request.h"
#include "web/snapshot.h"

/* Answers that go in the address are what the protocol does by itself. */
static struct str
method_read(struct str word)
{
	static const struct str others[] = { STR_INIT("POST"),
		STR_INIT("HEADER") };

	for (size_t i = 0; i < COUNT_OF(others); i++) {
		if (str_equal_nocase(word, others[i]))
			return others[i];
	}
	return STR_NONE;
}

bool
destination_read(struct request *rq, struct destination *to)
{
	struct str target, method;
	enum param_found service, saml;

	*to = (struct destination){ .url = STR_NONE };
	if (params_get(&rq->params, STR("method"), &method) == PARAM_TWICE)
		return false;
	to->method = method_read(method);
	service = params_get(&rq->params, STR("service"), &to->url);
	saml = params_get(&rq->params, STR("TARGET"), &target);
	if (saml == PARAM_ABSENT)
		return service != PARAM_TWICE;
	to->url = target;
	to->saml = true;
	return service == PARAM_ABSENT && saml == PARAM_ONCE;
}

/* No service has a URL that begins like this. */
#define KEPT_SAML STR("TARGET=")

struct str
destination_keep(struct request *rq, const struct destination *to)
{
	const struct str parts[] = { KEPT_SAML, to->url };

	if (!to->saml)
		return to->url;
	return arena_join(&rq->arena, parts, COUNT_OF(parts));
}

void
destination_recall(struct destination *to, struct str kept, struct str method)
{
	to->saml = str_starts(kept, KEPT_SAML);
	to->url = to->saml ? str_from(kept, KEPT_SAML.len) : kept;
	to->method = method_read(method);
}

void
destination_make_canonical(struct request *rq, struct destination *to)
{
	CLEANUP(buf_clear) struct buf canonical = BUF_INIT(SERVICE_URL_LONGEST);

	if (to->url.len > 0 && service_url_canonical(to->url, &canonical))
		to->canonical = arena_text(&rq->arena, buf_str(&canonical));
}

struct str
destination_for_log(const struct destination *to)
{
	return str_first(to->canonical, str_find(to->canonical, '?'));
}

void
destination_find(const struct request *rq, struct destination *to)
{
	to->service = snapshot_service(rq, to->canonical);
}

bool
destination_wants_fresh(const struct destination *to)
{
	return to->service != NULL && to->service->settings->fresh;
}

bool
parameter_is_set(const struct request *rq, struct str name)
{
	static const struct str words_for_no[] = { STR_INIT("false"),
		STR_INIT("0"), STR_INIT("no"), STR_INIT("off") };
	struct str value;

	if (!params_has(&rq->params, name))
		return false;
	(void)params_get(&rq->params, name, &value);
	for (size_t i = 0; i < COUNT_OF(words_for_no); i++) {
		if (str_equal_nocase(value, words_for_no[i]))
			return false;
	}
	return true;
}
