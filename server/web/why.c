/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reasons, for their words in templates/parts/why.html.
 */
#include "web/why.h"

#include "policy/zones.h"
#include "web/code_pages.h"
#include "web/page.h"
#include "web/protection.h"
#include "web/request.h"
#include "web/second_step.h"

static const int64_t day_us = INT64_C(86400) * 1000000;

static bool
has_words(enum reason_code code)
{
	size_t place = offsetof(struct why_item, is[0]) + code;

	for (const struct template_field *field = why_fields;
	     field->name != NULL; field++) {
		if (field->kind == TEMPLATE_FLAG && field->offset == place)
			return true;
	}
	return false;
}

static struct str
moment_words(struct request *rq, int64_t at)
{
	return at <= 0 || at == POLICY_NONE ? STR_NONE
					    : request_moment_words(rq, at);
}

/* From two on, so that no language needs a word for one. */
static struct str
days(struct request *rq, int64_t span)
{
	if (span < 2 * day_us || span == POLICY_NONE)
		return STR_NONE;
	return arena_format(&rq->arena, "%lld", (long long)(span / day_us));
}

/* People know a network by its label. */
static struct str
zone_label(
    const struct request *rq, const struct second_step *s, struct str key)
{
	const struct organisation *o = protection_of(rq->protection, s->tenant);
	const struct zone *zone = NULL;

	if (o->zones != NULL && key.len > 0)
		zone = zones_by_key(o->zones, key);
	return zone != NULL ? zone->label : STR_NONE;
}

struct template_list
why_reasons(struct request *rq, const struct second_step *s)
{
	const struct decision *decision = &s->decision;
	struct why_item *items =
	    arena_alloc(&rq->arena, DECISION_REASONS_MOST * sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < decision->reason_count; i++) {
		const struct reason *reason = &decision->reasons[i];

		if (!has_words(reason->code))
			continue;
		items[count] = (struct why_item){
			.zone = zone_label(rq, s, reason->text),
			.at = moment_words(rq, reason->at),
			.days = days(rq, reason->age),
			.limit = days(rq, reason->limit),
		};
		items[count++].is[reason->code] = true;
	}
	return (struct template_list){ items, count };
}
