/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that a decision may look at, gathered by whoever asks for one.
 *
 * Zeroed facts are the least favourable: no browser known, nothing verified,
 * no zone, no factor.  Times are microseconds since 1970 UTC, 0 is "never".
 * Nothing here is a secret, so facts may be kept with the decision.
 */
#ifndef POLICY_FACTS_H
#define POLICY_FACTS_H

#include "policy/facts_person.h"

/* What the person wants to do. */
enum purpose {
	PURPOSE_SERVICE, /* open an application, or sign in without one */
	PURPOSE_DASHBOARD, /* read one's own pages */
	PURPOSE_CHANGE, /* change protection: a fresh factor, no skip */
	PURPOSE_ADMINISTRATION /* a factor in this session, no skip */
};

/* What one service demands on top of the policy; zeroed: nothing. */
struct service_floor {
	unsigned level_min;
	int64_t verified_max_age; /* above 0: neither trust nor zone will do */
	bool hard; /* exemptions do not reach it */
};

struct facts_service {
	int64_t id; /* 0: none, a sign-in without an application */
	bool refused; /* unknown, switched off, or not for this person */
	const struct str *tags;
	size_t tag_count;
	struct service_floor floor;
};

/* The network that the request comes from; key empty: in no zone. */
struct facts_zone {
	struct str key;
	bool skip_ok, shared_computers, enrol_ok, blocked;
};

/* The row of this person and this browser; `known` false: there is none. */
struct facts_browser {
	bool known; /* the person signed in with it before */
	bool secret_matches; /* the cookie's secret is that of the row */
	int64_t trusted_at; /* 0: known, never trusted */
	int64_t verified_at; /* of the last second step given with it */
	enum factor verified_by;
	int64_t last_login_at;
	int64_t revoked_at;
	int64_t similar_trusted_at; /* another row that looks the same */
};

/* Why a session was opened without a second step. */
enum session_skip {
	SESSION_SKIP_NONE, /* one was given, or nobody wrote down why not */
	SESSION_SKIP_TRUSTED_BROWSER,
	SESSION_SKIP_ZONE,
	SESSION_SKIP_EXEMPT,
	SESSION_SKIP_NOT_NEEDED /* the policy then asked for nothing */
};

struct facts_session {
	int64_t password_at;
	bool overdue; /* goes on only since its person asked to stay */
	bool password_given; /* in this very request or flow */
	int64_t verified_at; /* last second step in this session */
	factor_set methods; /* given in this session */
	enum session_skip skip;
	struct str zone; /* key of the zone where it began */
};

struct facts {
	enum purpose purpose;
	bool module_off; /* the operator did not switch the module on */
	bool account_disabled;
	int64_t account_locked_until;
	bool membership_ended;
	struct str type; /* user type: "teacher" */
	const struct str *groups;
	size_t group_count;
	struct facts_service service;
	bool renew; /* the application wants everything given anew */
	struct facts_zone zone;
	struct facts_browser browser;
	int64_t trust_epoch; /* what was verified up to then is void */
	struct facts_session session;
	struct facts_enrolment enrolments[FACTS_ENROLMENTS_MOST];
	size_t enrolment_count;
	struct facts_address addresses[FACTS_ADDRESSES_MOST];
	size_t address_count;
	struct facts_exemption exemption;
	unsigned signals; /* bits of enum signal */
	bool forgot_pin; /* asks for another way in */
	int64_t first_offer_at;
	unsigned skips; /* how often "later" was chosen */
	int64_t encouraged_at; /* last time a better factor was shown */
	int64_t removed_at; /* the person removed the last factor */
	int64_t reset_at; /* an administrator removed the factors */
	int64_t mandatory_since; /* for the sentence only; 0: not known */
};

#endif
