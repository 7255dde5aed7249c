/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May this person use this application?
 */
#include "web/admission.h"

#include "cas/service_person.h"
#include "model/account.h"
#include "model/service.h"
#include "model/service_settings.h"
#include "web/destination.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/second_step.h"
#include "web/way_pages.h"

bool
admission_matters(const struct destination *to)
{
	return to->service != NULL && service_is_choosy(to->service->settings);
}

/* As the organisation of the application knows them. */
static struct service_person
person_of(const struct second_step *second, const struct service *service)
{
	const struct membership *rows = second->memberships.items;
	struct service_person person = {
		.account_id = second->account_id,
		.login = second->row.login,
		.attributes = second->row.attributes,
	};

	for (size_t i = 0; i < second->memberships.count; i++) {
		if (str_equal(rows[i].tenant, service->tenant)) {
			person.type = rows[i].type;
			person.groups = rows[i].groups;
		}
	}
	return person;
}

bool
admission_granted(struct request *rq, const struct second_step *second,
    const struct destination *to)
{
	struct service_person person;

	(void)rq;
	if (!admission_matters(to))
		return true;
	person = person_of(second, to->service);
	return service_admits(to->service->settings, &person);
}

void
admission_note_refusal(struct request *rq, struct flow *f,
    const struct second_step *second, const struct destination *to)
{
	struct audit_origin origin = request_origin(rq);

	audit_append(rq->gate->store, f,
	    &(struct audit_row){
		.kind = STR("service refused"),
		.account_id = second->account_id,
		.service_id = to->service->id,
	    },
	    &origin);
}

enum flow_next
admission_refused_reply(struct request *rq, const struct destination *to)
{
	struct not_admitted_page page = {
		.service_name = to->service->name,
		.service_contact = to->service->settings->contact,
		.dashboard_url = request_own_url(rq, "/"),
	};

	rq->outcome = STR("Person refused.");
	rq->service = destination_for_log(to);
	request_fill_frame(rq, &page.frame);
	return reply_page(rq, PAGE_NOT_ADMITTED, 403, &page);
}
