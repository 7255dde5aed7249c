/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May the question be left out, and if not, why is it asked?
 *
 * A network or a browser only removes a question: neither raises the level.
 */
#include "policy/settings_table.h"
#include "policy/weighing.h"

enum {
	SLACK = 5 * 1000000 /* microseconds between two clocks */
};

int64_t
weigh_age(const struct weighing *w, int64_t at)
{
	return at < w->now ? w->now - at : 0;
}

/* What lies in the future was written by a clock that is wrong. */
bool
weigh_within(const struct weighing *w, int64_t at, int64_t limit)
{
	return at > 0 && at - SLACK <= w->now && weigh_age(w, at) <= limit;
}

bool
weigh_browser_known(const struct weighing *w)
{
	const struct facts_browser *browser = &w->facts->browser;

	return browser->known && browser->secret_matches &&
	       browser->revoked_at == 0;
}

bool
weigh_in_zones(const struct weighing *w, int64_t zones)
{
	const struct name *name =
	    names_find(&w->policy->names[NAME_ZONE], w->facts->zone.key);

	return name != NULL && (zones & INT64_C(1) << name->bit) != 0;
}

static int64_t
session_limit(const struct weighing *w)
{
	int64_t limit = w->settings.session_mfa_max_age;
	int64_t service = w->facts->service.floor.verified_max_age;

	if (w->facts->purpose == PURPOSE_SERVICE && service > 0 &&
	    service < limit)
		limit = service;
	if (w->facts->purpose == PURPOSE_CHANGE &&
	    w->settings.elevation_max_age < limit)
		limit = w->settings.elevation_max_age;
	return limit;
}

static bool
session_will_do(const struct weighing *w)
{
	const struct facts_session *session = &w->facts->session;

	if (!weigh_within(w, session->verified_at, session_limit(w)) ||
	    factors_level(session->methods) < w->level)
		return false;
	return !w->facts->renew || session->verified_at >= session->password_at;
}

/* Nothing but a factor given now or in this session will do. */
static bool
must_be_shown(const struct weighing *w)
{
	return w->facts->purpose == PURPOSE_CHANGE ||
	       w->facts->purpose == PURPOSE_ADMINISTRATION ||
	       (w->facts->purpose == PURPOSE_SERVICE &&
		   w->facts->service.floor.verified_max_age > 0) ||
	       (w->facts->signals & (uint64_t)w->settings.reask_on) != 0;
}

static bool
zone_will_do(const struct weighing *w)
{
	bool known_only = w->settings.zone_skip_browsers == ZONE_BROWSERS_KNOWN;

	return !must_be_shown(w) && w->facts->zone.skip_ok &&
	       w->facts->service.floor.level_min == 0 &&
	       weigh_in_zones(w, w->settings.zone_skip) &&
	       (!known_only || weigh_browser_known(w));
}

static bool
trust_will_do(const struct weighing *w)
{
	const struct facts_browser *browser = &w->facts->browser;
	const struct policy_settings *settings = &w->settings;

	return !must_be_shown(w) && !w->facts->renew &&
	       settings->remember != REMEMBER_OFF && weigh_browser_known(w) &&
	       browser->trusted_at > 0 &&
	       browser->verified_at > w->facts->trust_epoch &&
	       weigh_within(w, browser->verified_at, settings->trust_max_age) &&
	       weigh_within(w, browser->last_login_at, settings->trust_idle) &&
	       factor_level(browser->verified_by) >= w->level;
}

static int64_t
moment_add(int64_t at, int64_t span)
{
	return span > POLICY_NONE - at ? POLICY_NONE : at + span;
}

static void
passed(struct weighing *w, enum passed_by by, unsigned level)
{
	unsigned given = factors_level(w->facts->session.methods);

	w->out->passed_by = by;
	w->out->level = level > given ? level : given;
}

static void
passed_by_trust(struct weighing *w)
{
	const struct facts_browser *browser = &w->facts->browser;
	struct reason *why = weigh_because(w, REASON_SKIP_TRUST);
	int64_t by_age =
	    moment_add(browser->verified_at, w->settings.trust_max_age);
	int64_t by_idle = moment_add(w->now, w->settings.trust_idle);

	why->at = browser->trusted_at;
	why->until = by_age < by_idle ? by_age : by_idle;
	passed(
	    w, PASSED_BY_TRUSTED_BROWSER, factor_level(browser->verified_by));
}

bool
weigh_skip(struct weighing *w)
{
	if (session_will_do(w)) {
		weigh_because(w, REASON_SKIP_SESSION)->at =
		    w->facts->session.verified_at;
		passed(w, PASSED_BY_VERIFICATION, 0);
		return true;
	}
	if (zone_will_do(w)) {
		weigh_because(w, REASON_SKIP_ZONE)->text = w->facts->zone.key;
		passed(w, PASSED_BY_ZONE, 0);
		return true;
	}
	if (trust_will_do(w)) {
		passed_by_trust(w);
		return true;
	}
	return false;
}

static void
because_of_age(
    struct weighing *w, enum reason_code code, int64_t at, int64_t limit)
{
	struct reason *why = weigh_because(w, code);

	why->at = at;
	why->age = weigh_age(w, at);
	why->limit = limit;
}

static void
why_demanded(struct weighing *w)
{
	const struct facts *facts = w->facts;
	int64_t verified_at = facts->session.verified_at;

	if (w->raised || facts->service.floor.verified_max_age > 0 ||
	    facts->service.floor.level_min > 0)
		weigh_because(w, REASON_SERVICE_NEEDS)->count = w->level;
	if (facts->purpose == PURPOSE_CHANGE)
		because_of_age(w, REASON_CHANGE_NEEDS, verified_at,
		    w->settings.elevation_max_age);
	else if (verified_at > 0 &&
		 !weigh_within(w, verified_at, session_limit(w)))
		because_of_age(
		    w, REASON_CODE_TOO_OLD, verified_at, session_limit(w));
	if (facts->purpose == PURPOSE_ADMINISTRATION)
		weigh_because(w, REASON_ADMINISTRATION_NEEDS);
	if (facts->renew)
		weigh_because(w, REASON_RENEW);
}

static void
why_signals(struct weighing *w)
{
	static const enum reason_code codes[] = {
		[SIGNAL_NEW_COUNTRY] = REASON_NEW_COUNTRY,
		[SIGNAL_NEW_NETWORK_OWNER] = REASON_NEW_NETWORK_OWNER,
		[SIGNAL_LONG_ABSENCE] = REASON_LONG_ABSENCE,
	};

	for (unsigned i = 0; i < COUNT_OF(codes); i++) {
		if (w->facts->signals & (uint64_t)w->settings.reask_on &
		    UINT64_C(1) << i)
			weigh_because(w, codes[i]);
	}
}

/* Where the session began if it was let in there, or the first of the list. */
static struct str
zone_missed(const struct weighing *w)
{
	const struct facts_session *session = &w->facts->session;
	struct str key = STR_NONE;

	if (session->skip == SESSION_SKIP_ZONE && session->zone.len > 0)
		return session->zone;
	for (unsigned bit = 0; bit < NAMES_ZONES_MOST; bit++) {
		if ((w->settings.zone_skip & INT64_C(1) << bit) != 0 &&
		    policy_zone_key(w->policy, bit, &key))
			break;
	}
	return key;
}

static void
why_not_trusted(struct weighing *w)
{
	const struct facts_browser *browser = &w->facts->browser;
	const struct policy_settings *settings = &w->settings;

	if (!weigh_within(w, browser->last_login_at, settings->trust_idle))
		because_of_age(w, REASON_TRUST_IDLE, browser->last_login_at,
		    settings->trust_idle);
	if (!weigh_within(w, browser->verified_at, settings->trust_max_age))
		because_of_age(w, REASON_TRUST_EXPIRED, browser->verified_at,
		    settings->trust_max_age);
	if (factor_level(browser->verified_by) < w->level)
		weigh_because(w, REASON_TRUST_TOO_WEAK)->count = w->level;
}

static void
why_this_browser(struct weighing *w)
{
	const struct facts_browser *browser = &w->facts->browser;

	if (!browser->known || !browser->secret_matches) {
		weigh_because(w, REASON_BROWSER_UNKNOWN);
		if (browser->similar_trusted_at > 0)
			weigh_because(w, REASON_COOKIE_PROBABLY_LOST)->at =
			    browser->similar_trusted_at;
	} else if (browser->revoked_at > 0) {
		weigh_because(w, REASON_TRUST_REVOKED)->at =
		    browser->revoked_at;
	} else if (browser->trusted_at == 0) {
		weigh_because(w, REASON_BROWSER_NOT_TRUSTED);
	} else if (browser->verified_at <= w->facts->trust_epoch) {
		weigh_because(w, REASON_TRUST_REVOKED)->at =
		    w->facts->trust_epoch;
	} else {
		why_not_trusted(w);
	}
}

void
weigh_why_asked(struct weighing *w)
{
	bool trusts = w->settings.remember != REMEMBER_OFF ||
		      (w->settings.zone_skip_browsers == ZONE_BROWSERS_KNOWN &&
			  w->settings.zone_skip != 0);

	why_demanded(w);
	why_signals(w);
	if (!must_be_shown(w)) {
		if (!trusts && w->settings.zone_skip == 0)
			weigh_because(w, REASON_ALWAYS);
		if (w->settings.zone_skip != 0 &&
		    !(w->facts->zone.skip_ok &&
			weigh_in_zones(w, w->settings.zone_skip)))
			weigh_because(w, REASON_OUTSIDE_ZONE)->text =
			    zone_missed(w);
		if (trusts)
			why_this_browser(w);
	}
	if (w->facts->reset_at > 0 &&
	    w->facts->reset_at >= w->facts->browser.verified_at)
		weigh_because(w, REASON_FACTOR_RESET)->at = w->facts->reset_at;
	if (w->voluntary)
		weigh_because(w, REASON_VOLUNTARY);
}
