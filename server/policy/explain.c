/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions as JSON.
 */
#include "policy/explain.h"

#include "base/buf.h"
#include "model/factor.h"
#include "text/escape.h"
#include "text/moment.h"

enum {
	SECOND_US = 1000 * 1000
};

/* The comma that the next member or item needs. */
static void
separate(struct buf *out)
{
	struct str written = buf_str(out);
	char last = written.len > 0 ? written.at[written.len - 1] : '{';

	if (last != '{' && last != '[')
		buf_char(out, ',');
}

static void
put_name(struct buf *out, const char *name)
{
	separate(out);
	escape_json(out, str_of(name));
	buf_char(out, ':');
}

static void
put_text(struct buf *out, const char *name, struct str text)
{
	if (text.len == 0)
		return;
	put_name(out, name);
	escape_json(out, text);
}

static void
put_number(struct buf *out, const char *name, int64_t number)
{
	if (number == 0)
		return;
	put_name(out, name);
	buf_format(out, "%lld", (long long)number);
}

static void
put_flag(struct buf *out, const char *name, bool flag)
{
	if (!flag)
		return;
	put_name(out, name);
	buf_words(out, "true");
}

static void
put_moment(struct buf *out, const char *name, int64_t at)
{
	if (at == 0)
		return;
	put_name(out, name);
	buf_char(out, '"');
	if (at == POLICY_NONE)
		buf_words(out, "never");
	else
		moment_write_iso(at, out);
	buf_char(out, '"');
}

/* How long ago; what is said to lie ahead, by another clock, is just now. */
static void
put_age(struct buf *out, const char *name, int64_t at, int64_t now)
{
	if (at == 0)
		return;
	put_name(out, name);
	buf_number(out, at < now ? (uint64_t)((now - at) / SECOND_US) : 0);
}

static void
put_span(struct buf *out, const char *name, int64_t span)
{
	if (span == POLICY_NONE)
		put_text(out, name, STR("none"));
	else
		put_number(out, name, span / SECOND_US);
}

static void
put_reason(struct buf *out, const struct reason *reason)
{
	separate(out);
	buf_char(out, '{');
	put_text(out, "code", str_of(reason_name(reason->code)));
	put_text(out, "zone", reason->text);
	put_moment(out, "at", reason->at);
	put_moment(out, "until", reason->until);
	put_span(out, "age", reason->age);
	put_span(out, "limit", reason->limit);
	put_number(out, "count", reason->count);
	buf_char(out, '}');
}

void
explain_reasons(struct buf *out, const struct decision *decision)
{
	buf_char(out, '[');
	for (size_t i = 0; i < decision->reason_count; i++)
		put_reason(out, &decision->reasons[i]);
	buf_char(out, ']');
}

void
explain_floors(struct buf *out, const struct decision *decision)
{
	buf_char(out, '[');
	for (size_t i = 0; i < decision->floor_count; i++) {
		separate(out);
		escape_json(out, decision->floors[i]);
	}
	buf_char(out, ']');
}

static void
put_browser(struct buf *out, const struct facts *facts,
    const struct explain_browser *seen, int64_t now)
{
	const struct facts_browser *browser = &facts->browser;

	put_name(out, "browser");
	buf_char(out, '{');
	put_text(out, "name", seen->name);
	put_text(out, "system", seen->system);
	put_flag(out, "known", browser->known && browser->secret_matches);
	put_flag(
	    out, "wrong_secret", browser->known && !browser->secret_matches);
	put_age(out, "trusted_age", browser->trusted_at, now);
	put_age(out, "verified_age", browser->verified_at, now);
	if (browser->verified_at > 0)
		put_text(out, "verified_by",
		    str_of(factor_name(browser->verified_by)));
	put_age(out, "sign_in_age", browser->last_login_at, now);
	put_age(out, "revoked_age", browser->revoked_at, now);
	put_age(out, "similar_trusted_age", browser->similar_trusted_at, now);
	buf_char(out, '}');
}

static void
put_factors(struct buf *out, const char *name, factor_set factors)
{
	put_name(out, name);
	buf_char(out, '[');
	for (enum factor factor = 0; factor < FACTOR_COUNT; factor++) {
		if ((factors & FACTOR_BIT(factor)) == 0)
			continue;
		separate(out);
		escape_json(out, str_of(factor_name(factor)));
	}
	buf_char(out, ']');
}

static void
put_session(struct buf *out, const struct facts *facts, int64_t now)
{
	static const char *const skips[] = {
		[SESSION_SKIP_NONE] = "",
		[SESSION_SKIP_TRUSTED_BROWSER] = "trust",
		[SESSION_SKIP_ZONE] = "zone",
		[SESSION_SKIP_EXEMPT] = "exempt",
		[SESSION_SKIP_NOT_NEEDED] = "off",
	};
	const struct facts_session *session = &facts->session;

	put_name(out, "session");
	buf_char(out, '{');
	put_flag(out, "password_given", session->password_given);
	put_age(out, "password_age", session->password_at, now);
	put_age(out, "verified_age", session->verified_at, now);
	put_factors(out, "methods", session->methods);
	put_text(out, "skipped", str_of(skips[session->skip]));
	buf_char(out, '}');
}

static void
put_person(struct buf *out, const struct facts *facts, int64_t now)
{
	factor_set factors = 0;
	int64_t personal = 0;

	for (size_t i = 0; i < facts->enrolment_count; i++)
		factors |= FACTOR_BIT(facts->enrolments[i].factor);
	for (size_t i = 0; i < facts->address_count; i++)
		personal += facts->addresses[i].kind == ADDRESS_PERSONAL;
	put_text(out, "type", facts->type);
	put_factors(out, "factors", factors);
	put_number(out, "addresses", (int64_t)facts->address_count);
	put_number(out, "personal_addresses", personal);
	put_age(out, "trust_epoch_age", facts->trust_epoch, now);
	put_age(out, "offered_age", facts->first_offer_at, now);
	put_number(out, "skips", facts->skips);
	put_age(out, "removed_age", facts->removed_at, now);
	put_age(out, "reset_age", facts->reset_at, now);
}

void
explain_facts(struct buf *out, const struct facts *facts,
    const struct explain_browser *browser, int64_t now)
{
	static const char *const purposes[] = {
		[PURPOSE_SERVICE] = "service",
		[PURPOSE_DASHBOARD] = "dashboard",
		[PURPOSE_CHANGE] = "change",
		[PURPOSE_ADMINISTRATION] = "administration",
	};

	buf_char(out, '{');
	put_text(out, "purpose", str_of(purposes[facts->purpose]));
	put_flag(out, "renew", facts->renew);
	put_text(out, "zone", facts->zone.key);
	put_flag(out, "shared_computers", facts->zone.shared_computers);
	put_person(out, facts, now);
	put_browser(out, facts, browser, now);
	put_session(out, facts, now);
	buf_char(out, '}');
}
