/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an application calls a person.
 */
#include "web/cas/user_name.h"

#include "base/log.h"
#include "cas/service_person.h"
#include "crypto/keys.h"
#include "loop/log_limit.h"
#include "model/service.h"
#include "model/service_settings.h"
#include "web/configuration.h"
#include "web/request.h"

bool
user_name_make(struct request *rq, const struct service *service,
    const struct service_person *person, struct str *name)
{
	const struct mac_key *key = keys_mac(rq->configuration->keys,
	    (unsigned)service->settings->user_key, MAC_OPAQUE_NAME);

	if (service_user_name(service, person, key, &rq->arena, name))
		return true;
	if (log_limit_allows(LOG_ERROR, "a person has no name"))
		log_event(LOG_ERROR, "a person has no name for a service",
		    LOG_TEXT("request", str_of(rq->id)),
		    LOG_NUMBER("service", service->id),
		    LOG_NUMBER("key", service->settings->user_key));
	return false;
}
