/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People, places and policies for the tests of decisions.
 */
#include "policy_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"

static bool reached[REASON_COUNT];
static const struct str groups[] = { STR_INIT("choir"),
	STR_INIT("most_rights") };

static void
facts_enrol(struct facts *facts, enum factor factor, bool stopped)
{
	facts->enrolments[facts->enrolment_count++] =
	    (struct facts_enrolment){ .factor = factor, .stopped = stopped };
}

static void
facts_live(struct facts *facts, unsigned has, int64_t now)
{
	struct facts_session *session = &facts->session;

	session->password_at = now;
	session->password_given = true;
	if ((has & (LIVE_VERIFIED | LIVE_UNASKED)) != 0) {
		session->password_at = now - HOUR;
		session->password_given = false;
	}
	if (has & LIVE_UNASKED)
		session->skip = SESSION_SKIP_NOT_NEEDED;
	if (has & LIVE_VERIFIED) {
		session->verified_at = now - HOUR;
		session->methods =
		    FACTOR_BIT((has & HAS_PIN) != 0 ? FACTOR_PIN : FACTOR_TOTP);
	}
	if (has & LIVE_RECOVERED) {
		session->verified_at = now;
		session->methods = FACTOR_BIT(FACTOR_RECOVERY);
	}
}

static void
facts_browser(struct facts *facts, unsigned has, int64_t now)
{
	struct facts_browser *browser = &facts->browser;

	if (has & SIMILAR_BROWSER)
		browser->similar_trusted_at = now - POLICY_DAY;
	if ((has & (KNOWN_BROWSER | TRUSTED_BROWSER | REVOKED_BROWSER)) == 0)
		return;
	browser->known = true;
	browser->secret_matches = true;
	browser->last_login_at = now - POLICY_DAY;
	if (has & KNOWN_BROWSER)
		return;
	browser->trusted_at = now - 100 * POLICY_DAY;
	browser->verified_at = now - POLICY_DAY;
	browser->verified_by = (has & HAS_PIN) != 0 ? FACTOR_PIN : FACTOR_TOTP;
	if (has & REVOKED_BROWSER)
		browser->revoked_at = now - HOUR;
}

struct facts
facts_of(unsigned has, int64_t now)
{
	struct facts facts = { .type = STR("teacher"),
		.groups = groups,
		.group_count = COUNT_OF(groups),
		.service = { .id = 7 } };

	if (has & HAS_PIN)
		facts_enrol(&facts, FACTOR_PIN, false);
	if (has & (HAS_TOTP | TOTP_STOPPED))
		facts_enrol(&facts, FACTOR_TOTP, (has & TOTP_STOPPED) != 0);
	if (has & HAS_CODES)
		facts_enrol(&facts, FACTOR_RECOVERY, false);
	if (has & HAS_NOTICE)
		facts_enrol(&facts, FACTOR_NOTICE, false);
	if ((has & NO_ADDRESS) == 0)
		facts.addresses[facts.address_count++] = (struct facts_address){
			.bounced_at = (has & ADDRESS_BOUNCES) ? now - HOUR : 0
		};
	if (has & ON_CAMPUS)
		facts.zone = (struct facts_zone){ .key = STR("campus"),
			.skip_ok = true };
	if (has & EXEMPTED)
		facts.exemption.until = now + POLICY_DAY;
	if (has & REMOVED)
		facts.removed_at = now - HOUR;
	facts.forgot_pin = (has & FORGOT_PIN) != 0;
	facts_live(&facts, has, now);
	facts_browser(&facts, has, now);
	return facts;
}

struct policy *
policy_with(const char *name, const char *from, const char *to)
{
	CLEANUP(buf_clear) struct buf document = BUF_INIT(65536);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1024);
	struct str template = policy_template(str_of(name));
	struct policy *policy;
	const char *place;

	assert_true(template.len > 0);
	place = memmem(template.at, template.len, from, strlen(from));
	assert_non_null(place);
	buf_text(&document, str_first(template, (size_t)(place - template.at)));
	buf_words(&document, to);
	buf_text(&document,
	    str_from(template, (size_t)(place - template.at) + strlen(from)));
	policy = policy_read(buf_str(&document), &why);
	assert_string_equal(buf_cstr(&why), "");
	assert_non_null(policy);
	return policy;
}

struct decision
decided(const struct policy *policy, const struct facts *facts)
{
	struct decision decision = policy_decide(policy, facts, NOW);

	assert_true(decision.reason_count <= DECISION_REASONS_MOST);
	for (size_t i = 0; i < decision.reason_count; i++)
		reached[decision.reasons[i].code] = true;
	return decision;
}

const struct reason *
reason_of(const struct decision *decision, enum reason_code code)
{
	for (size_t i = 0; i < decision->reason_count; i++) {
		if (decision->reasons[i].code == code)
			return &decision->reasons[i];
	}
	return NULL;
}

void
expect(const struct policy *policy, const struct facts *facts,
    enum outcome outcome, enum reason_code code)
{
	struct decision decision = decided(policy, facts);

	assert_string_equal(
	    outcome_name(decision.outcome), outcome_name(outcome));
	if (reason_of(&decision, code) != NULL)
		return;
	print_error("%s is not among", reason_name(code));
	for (size_t i = 0; i < decision.reason_count; i++)
		print_error(" %s", reason_name(decision.reasons[i].code));
	fail_msg("%s", ".");
}

bool
was_reached(enum reason_code code)
{
	return reached[code];
}
