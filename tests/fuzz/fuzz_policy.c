/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy documents under any bytes.
 *
 * What is refused comes with a sentence on one line; what is accepted decides
 * about anybody, twice alike, and lets nobody in who is switched off.
 */
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "policy/decide.h"
#include "policy/policy.h"

#define NOW (INT64_C(1795420800) * POLICY_SECOND)

static void
demand_sentence(struct str why)
{
	demand(why.len > 0);
	for (size_t i = 0; i < why.len; i++)
		demand(why.at[i] != '\n');
}

static void
demand_decides(const struct policy *policy, const struct facts *facts)
{
	struct decision first = policy_decide(policy, facts, NOW);
	struct decision second = policy_decide(policy, facts, NOW);

	demand(first.outcome == second.outcome);
	demand(first.reason_count == second.reason_count);
	demand(first.outcome != OUTCOME_CHALLENGE || first.factor_count > 0);
	demand(!facts->account_disabled || first.outcome == OUTCOME_DENY);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(4096);
	struct str document = { (const char *)input, size };
	struct policy *policy = policy_read(document, &why);
	struct facts facts = { .type = STR("teacher"),
		.zone = { .key = STR("campus"), .skip_ok = true },
		.enrolments = { { .factor = FACTOR_TOTP } } };

	if (policy == NULL) {
		demand_sentence(buf_str(&why));
		return 0;
	}
	demand(why.len == 0);
	demand_decides(policy, &facts);
	facts.enrolment_count = 1;
	demand_decides(policy, &facts);
	facts.account_disabled = true;
	demand_decides(policy, &facts);
	policy_unref(policy);
	return 0;
}
