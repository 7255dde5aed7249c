/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping what was decided.
 */
#include "web/decided.h"

#include "base/buf.h"
#include "crypto/random.h"
#include "policy/explain.h"
#include "store/decisions.h"
#include "text/support_code.h"
#include "text/user_agent.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/second_step.h"

static struct str
new_code(struct request *rq)
{
	uint8_t random[SUPPORT_CODE_LETTERS];
	char code[SUPPORT_CODE_LENGTH];

	random_bytes(random, sizeof(random));
	support_code_write(random, code);
	return arena_text(&rq->arena, (struct str){ code, sizeof(code) });
}

/* The default rule has no name. */
static struct str
or_none(struct str text)
{
	return text.len > 0 ? text : STR_NONE;
}

/* What does not fit is left out: it has to be JSON. */
static struct str
whole(const struct buf *written, struct str otherwise)
{
	return buf_ok(written) ? buf_str(written) : otherwise;
}

struct str
decided_keep(struct request *rq, struct flow *f, int64_t account_id,
    const uint8_t *sign_in_mac, const struct second_step *s)
{
	CLEANUP(buf_clear) struct buf floors = BUF_INIT(EXPLAIN_LONGEST);
	CLEANUP(buf_clear) struct buf reasons = BUF_INIT(EXPLAIN_LONGEST);
	CLEANUP(buf_clear) struct buf facts = BUF_INIT(EXPLAIN_LONGEST);
	const struct decision *decision = &s->decision;
	struct user_agent agent = user_agent_read(rq->user_agent);
	struct str code;

	if (s->facts.module_off && decision->outcome != OUTCOME_DENY)
		return STR_NONE;
	code = new_code(rq);
	explain_floors(&floors, decision);
	explain_reasons(&reasons, decision);
	explain_facts(&facts, &s->facts,
	    &(struct explain_browser){ agent.browser, agent.system }, rq->now);
	decisions_add(rq->gate->store, f,
	    &(struct decision_kept){
		.code = code,
		.at = rq->now,
		.account_id = account_id,
		.service_id = s->facts.service.id,
		.sign_in_mac = sign_in_mac,
		.tenant = s->tenant,
		.policy_number = s->policy_number,
		.profile = or_none(decision->profile),
		.rule = or_none(decision->rule),
		.outcome = str_of(outcome_name(decision->outcome)),
		.floors = whole(&floors, STR("[]")),
		.reasons = whole(&reasons, STR("[]")),
		.facts = whole(&facts, STR("{}")),
	    });
	return code;
}
