/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second step: facts gathered, decided.
 */
#include "web/second_step.h"
#include "web/code_pages.h"

#include "base/bytes.h"
#include "cas/registry.h"
#include "model/account.h"
#include "model/service.h"
#include "model/session.h"
#include "policy/zones.h"
#include "text/address.h"
#include "text/json_texts.h"
#include "web/configuration.h"
#include "web/destination.h"
#include "web/gate.h"
#include "web/protection.h"
#include "web/request.h"
#include "web/why.h"

static const int64_t second_us = 1000000;

static void
ask_facts(struct request *rq, struct flow *f,
    const struct browser_presented *presented, struct second_step *s)
{
	struct store *store = rq->gate->store;

	second_step_facts_read(store, f, s->account_id, presented, &s->row);
	memberships_list(store, f, s->account_id, &s->memberships);
	addresses_list(store, f, s->account_id, &s->addresses);
}

void
second_step_ask(struct request *rq, struct flow *f, int64_t account_id,
    struct second_step *s)
{
	struct browser_presented presented;

	s->account_id = account_id;
	browser_read(rq, &s->browser);
	presented = browser_presented(rq, &s->browser);
	ask_facts(rq, f, &presented, s);
}

void
second_step_ask_apart(struct request *rq, struct flow *f, int64_t account_id,
    struct str browser_id, struct second_step *s)
{
	const struct browser_presented presented = {
		.id = browser_id.len == BROWSER_ID_SIZE
			  ? (const uint8_t *)browser_id.at
			  : NULL,
		.now = rq->now,
	};

	s->account_id = account_id;
	ask_facts(rq, f, &presented, s);
}

void
second_step_know_browser(struct second_step *s)
{
	s->row.secret_matches = s->row.browser_known;
}

/* Where the service is of nobody in particular, any policy may count. */
bool
second_step_matters(const struct request *rq, const struct destination *to)
{
	if (to->service == NULL)
		return protection_has_any(rq->protection);
	return protection_of(rq->protection, to->service->tenant)->policy !=
	       NULL;
}

enum purpose
second_step_purpose(bool renew, const struct destination *to)
{
	return renew && to->url.len == 0 ? PURPOSE_CHANGE : PURPOSE_SERVICE;
}

enum factor
second_step_factor(struct str name)
{
	for (enum factor factor = 0; factor < FACTOR_COUNT; factor++) {
		if (str_equal(str_of(factor_name(factor)), name))
			return factor;
	}
	return FACTOR_NOTICE; /* proves nothing */
}

/* Would it have ended by now, had nobody asked to stay signed in? */
static bool
is_overdue(const struct request *rq, const struct session *session)
{
	const struct session_limits *limits =
	    &rq->configuration->settings.session;
	int64_t proved_at = session->verified_at > session->password_at
				? session->verified_at
				: session->password_at;

	return session->long_term &&
	       (rq->now - session->last_used_at >=
		       limits->idle_seconds * second_us ||
		   rq->now - proved_at >= limits->longest_seconds * second_us);
}

struct facts_session
second_step_session(const struct request *rq, const struct session *session)
{
	struct facts_session facts = { .password_at = session->password_at };

	facts.overdue = is_overdue(rq, session);
	if (facts.overdue)
		return facts;
	facts.verified_at = session->verified_at;
	if (session->verified_at > 0)
		facts.methods =
		    FACTOR_BIT(second_step_factor(session->verified_by));
	if (str_equal(session->skipped, STR("zone")))
		facts.skip = SESSION_SKIP_ZONE;
	else if (str_equal(session->skipped, STR("trust")))
		facts.skip = SESSION_SKIP_TRUSTED_BROWSER;
	else if (str_equal(session->skipped, STR("exempt")))
		facts.skip = SESSION_SKIP_EXEMPT;
	else if (str_equal(session->skipped, STR("off")))
		facts.skip = SESSION_SKIP_NOT_NEEDED;
	return facts;
}

static void
facts_add_browser(struct facts *facts, const struct second_step_facts *row)
{
	facts->browser = (struct facts_browser){
		.known = row->browser_known && row->known_at > 0,
		.secret_matches = row->secret_matches,
		.trusted_at = row->trusted_at,
		.verified_at = row->verifier_stays ? row->verified_at : 0,
		.verified_by = second_step_factor(row->verified_by),
		.last_login_at = row->last_sign_in_at,
		.revoked_at = row->revoked_at,
		.similar_trusted_at = row->similar_trusted_at,
	};
}

static void
facts_add_enrolments(struct facts *facts, const struct second_step_facts *row)
{
	if (row->generators > 0)
		facts->enrolments[facts->enrolment_count++] =
		    (struct facts_enrolment){
			    .factor = FACTOR_TOTP,
			    .voluntary = row->voluntary,
			    .last_used_at = row->generator_used_at,
		    };
	if (row->recovery_codes > 0)
		facts->enrolments[facts->enrolment_count++] =
		    (struct facts_enrolment){ .factor = FACTOR_RECOVERY };
}

static void
facts_add_addresses(struct facts *facts, const struct row_list *list)
{
	const struct address_row *rows = list->items;

	for (size_t i = 0; i < list->count && i < FACTS_ADDRESSES_MOST; i++)
		facts->addresses[facts->address_count++] =
		    (struct facts_address){
			    .kind = str_equal(rows[i].kind, STR("personal"))
					? ADDRESS_PERSONAL
					: ADDRESS_INSTITUTIONAL,
			    .source =
				str_equal(rows[i].source, STR("directory"))
				    ? SOURCE_DIRECTORY
				: str_equal(rows[i].source, STR("office"))
				    ? SOURCE_OFFICE
				    : SOURCE_SELF,
			    .verified_at = rows[i].verified_at,
			    .changed_at = rows[i].changed_at,
			    .bounced_at = rows[i].bounced_at,
		    };
}

static void
facts_add_zone(
    struct str place, const struct organisation *o, struct facts *facts)
{
	struct address client;
	const struct zone *zone;

	if (o->zones == NULL || !address_parse(place, &client))
		return;
	zone = zones_find(o->zones, &client);
	if (zone == NULL)
		return;
	facts->zone = (struct facts_zone){
		.key = zone->key,
		.skip_ok = zone->skip_ok,
		.shared_computers = zone->shared_computers,
		.enrol_ok = zone->enrol_ok,
		.blocked = zone->blocked,
	};
}

/* What they are in this organisation; nothing, if they do not belong to it. */
static void
facts_add_membership(struct request *rq, const struct second_step *s,
    struct str tenant, struct facts *facts)
{
	const struct membership *rows = s->memberships.items;
	struct texts groups = { NULL, 0 };

	for (size_t i = 0; i < s->memberships.count; i++) {
		if (!str_equal(rows[i].tenant, tenant))
			continue;
		facts->type = rows[i].type;
		if (json_texts(rows[i].groups, &rq->arena, &groups)) {
			facts->groups = groups.items;
			facts->group_count = groups.count;
		}
	}
}

static void
facts_gather(struct request *rq, const struct second_step_of *of,
    const struct second_step *s, struct str tenant, struct facts *facts)
{
	const struct organisation *o = protection_of(rq->protection, tenant);

	*facts = (struct facts){
		.purpose = of->purpose,
		.module_off = o->policy == NULL,
		.renew = of->renew,
		.trust_epoch = s->row.trust_epoch,
		.session = of->session,
		.first_offer_at = s->row.offered_at,
		.skips = (unsigned)s->row.skips,
		.encouraged_at = s->row.encouraged_at,
		.removed_at = s->row.removed_at,
		.reset_at = s->row.reset_at,
	};
	if (of->to != NULL && of->to->service != NULL)
		facts->service.id = of->to->service->id;
	facts_add_membership(rq, s, tenant, facts);
	facts_add_zone(
	    of->client.at != NULL ? of->client : str_of(rq->client), o, facts);
	facts_add_browser(facts, &s->row);
	facts_add_enrolments(facts, &s->row);
	facts_add_addresses(facts, &s->addresses);
}

static struct decision
decide_in(struct request *rq, const struct second_step_of *of,
    const struct second_step *s, struct str tenant, struct facts *facts)
{
	const struct organisation *o = protection_of(rq->protection, tenant);

	struct decision decision, elsewhere;
	struct facts_zone zone;

	facts_gather(rq, of, s, tenant, facts);
	zone = facts->zone;
	decision = policy_decide(o->policy, facts, rq->now);
	if (!of->relayed || facts->zone.key.len == 0)
		return decision;
	facts->zone = (struct facts_zone){ .key = STR_NONE };
	elsewhere = policy_decide(o->policy, facts, rq->now);
	if (decision_stricter(&decision, &elsewhere) == &elsewhere)
		return elsewhere;
	facts->zone = zone;
	return decision;
}

/* A sign-in without an application belongs to all organisations of the person:
 * the strictest counts. */
static void
decide_everywhere(
    struct request *rq, const struct second_step_of *of, struct second_step *s)
{
	const struct membership *rows = s->memberships.items;

	s->tenant = STR_NONE;
	s->policy_number = 0;
	s->decision = decide_in(rq, of, s, STR_NONE, &s->facts);
	s->may_stay = s->decision.settings.session_stay != 0;
	for (size_t i = 0; i < s->memberships.count; i++) {
		struct facts facts;
		struct decision other =
		    decide_in(rq, of, s, rows[i].tenant, &facts);

		s->may_stay = s->may_stay && other.settings.session_stay != 0;
		if (decision_stricter(&s->decision, &other) == &s->decision)
			continue;
		s->decision = other;
		s->facts = facts;
		s->tenant = rows[i].tenant;
		s->policy_number =
		    protection_of(rq->protection, s->tenant)->number;
	}
}

void
second_step_decide(
    struct request *rq, const struct second_step_of *of, struct second_step *s)
{
	if (of->to == NULL || of->to->service == NULL) {
		decide_everywhere(rq, of, s);
		return;
	}
	s->tenant = of->to->service->tenant;
	s->policy_number = protection_of(rq->protection, s->tenant)->number;
	s->decision = decide_in(rq, of, s, s->tenant, &s->facts);
	s->may_stay = s->decision.settings.session_stay != 0;
}

/* Only a generator can be set up on the way in. */
static enum sign_in_step
set_up_next(const struct decision *d)
{
	if ((d->set_up & FACTOR_BIT(FACTOR_TOTP)) == 0)
		return SIGN_IN_ENDED;
	if (d->proofs & (1u << PROOF_PASSWORD | 1u << PROOF_ON_SITE))
		return SIGN_IN_SET_UP;
	return d->proofs & 1u << PROOF_EMAIL_CODE ? SIGN_IN_PROOF
						  : SIGN_IN_ENDED;
}

static bool
has_passed(const struct decision *d)
{
	return d->outcome == OUTCOME_ALLOW ||
	       d->outcome == OUTCOME_ALLOW_AND_NOTIFY;
}

enum sign_in_step
second_step_set_up(const struct second_step *s)
{
	const struct decision *d = &s->decision;

	if (d->outcome == OUTCOME_FORCE_CHOICE ||
	    d->outcome == OUTCOME_FORCE_ENROL || d->outcome == OUTCOME_OFFER ||
	    (has_passed(d) && d->then == OUTCOME_OFFER))
		return set_up_next(d);
	return SIGN_IN_ENDED;
}

bool
second_step_may_set_up(const struct second_step *s)
{
	enum sign_in_step next = second_step_next(s);

	if (next == SIGN_IN_CODE || next == SIGN_IN_ENDED)
		return false;
	return s->row.generators == 0 || second_step_set_up(s) != SIGN_IN_ENDED;
}

/* An offer with an end is made at each sign-in: the end is near. */
static bool
is_time_to_offer(const struct request *rq, const struct second_step *s)
{
	const struct decision *d = &s->decision;
	int64_t last = s->facts.encouraged_at;

	return d->deadline > 0 || d->skips_left >= 0 || last == 0 ||
	       last > rq->now || rq->now - last > d->settings.encourage_every;
}

enum sign_in_step
second_step_next_or_offer(const struct request *rq, struct second_step *s)
{
	const struct facts *facts = &s->facts;
	enum sign_in_step next = second_step_next(s);

	if (next != SIGN_IN_RIGHT || !facts->session.password_given ||
	    facts->renew || facts->purpose != PURPOSE_SERVICE ||
	    second_step_set_up(s) == SIGN_IN_ENDED || !is_time_to_offer(rq, s))
		return next;
	s->decision.outcome = OUTCOME_OFFER;
	return SIGN_IN_OFFER;
}

enum sign_in_step
second_step_next(const struct second_step *s)
{
	switch (s->decision.outcome) {
	case OUTCOME_ALLOW:
	case OUTCOME_ALLOW_AND_NOTIFY:
	case OUTCOME_OFFER:
		return SIGN_IN_RIGHT;
	case OUTCOME_CHALLENGE:
		return SIGN_IN_CODE;
	case OUTCOME_FORCE_CHOICE:
	case OUTCOME_FORCE_ENROL:
		return set_up_next(&s->decision);
	case OUTCOME_REAUTH:
	case OUTCOME_DENY:
		break;
	}
	return SIGN_IN_ENDED;
}

struct str
second_step_skipped(const struct second_step *s)
{
	switch (s->decision.passed_by) {
	case PASSED_BY_VERIFICATION:
		return STR_NONE;
	case PASSED_BY_TRUSTED_BROWSER:
		return STR("trust");
	case PASSED_BY_ZONE:
		return STR("zone");
	case PASSED_BY_EXEMPTION:
		return STR("exempt");
	case PASSED_BY_NOTHING:
		break;
	}
	return STR("off");
}

const struct address_row *
second_step_address(const struct second_step *s)
{
	const struct address_row *rows = s->addresses.items;

	for (size_t i = 0; i < s->facts.address_count; i++) {
		if (s->decision.addresses & (1u << i))
			return &rows[i];
	}
	return NULL;
}

bool
second_step_takes(const struct second_step *s, enum factor factor)
{
	for (size_t i = 0; i < s->decision.factor_count; i++) {
		if (s->decision.factors[i] == factor)
			return true;
	}
	return false;
}

bool
second_step_has(const struct second_step *s, enum factor factor)
{
	return !s->facts.module_off &&
	       (s->decision.settings.solutions & FACTOR_BIT(factor)) != 0;
}

bool
second_step_browser_copied(const struct second_step *s)
{
	return s->browser.came && s->row.browser_known &&
	       !s->row.secret_matches && s->row.trusted_at > 0 &&
	       s->row.revoked_at == 0;
}

bool
second_step_renews_codes(const struct second_step *s)
{
	const struct policy_settings *settings = &s->decision.settings;

	return second_step_has(s, FACTOR_TOTP) &&
	       settings->recovery_count > 0 &&
	       settings->recovery_regenerate == REGENERATE_ALONE;
}

static bool
has_reason(const struct second_step *s, enum reason_code code)
{
	for (size_t i = 0; i < s->decision.reason_count; i++) {
		if (s->decision.reasons[i].code == code)
			return true;
	}
	return false;
}

enum flow_next
second_step_denied_reply(struct request *rq, const struct second_step *s)
{
	struct denied_page page = {
		.no_way = has_reason(s, REASON_NO_WAY_TO_ENROL) ||
			  has_reason(s, REASON_NO_USABLE_FACTOR) ||
			  s->decision.outcome == OUTCOME_FORCE_ENROL ||
			  s->decision.outcome == OUTCOME_FORCE_CHOICE,
		.blocked = has_reason(s, REASON_ZONE_BLOCKED),
	};

	page.other = !page.no_way && !page.blocked;
	page.reasons = why_reasons(rq, s);
	page.has_reasons = page.reasons.count > 0;
	request_fill_frame(rq, &page.frame);
	if (s->support_code.len > 0)
		page.frame.support_code = s->support_code;
	return reply_page(rq, PAGE_DENIED, 403, &page);
}
