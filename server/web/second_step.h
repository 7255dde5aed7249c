/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second step: what is known of a person and their browser, and what the
 * policy makes of it.  Asked for while the password is being compared; decided
 * when all has come.  The deciding itself is policy_decide(); here its facts
 * are gathered, and nowhere else.
 */
#ifndef WEB_SECOND_STEP_H
#define WEB_SECOND_STEP_H

#include "loop/flow.h"
#include "model/sign_in.h"
#include "policy/decide.h"
#include "store/second_step.h"
#include "store/store.h"
#include "web/browser.h"

struct destination;
struct request;
struct session;

struct second_step {
	int64_t account_id;
	struct browser browser;
	struct second_step_facts row;
	struct row_list memberships; /* of struct membership */
	struct row_list addresses; /* of struct address_row */
	struct facts facts; /* of the decision */
	struct decision decision;
	bool may_stay; /* signed in for long, as far as policies go */
	struct str tenant; /* whose policy; STR_NONE: nobody's in particular */
	int64_t policy_number;
	struct str support_code; /* of the decision as it is kept */
};

/* What the person has shown so far, and where they want to go. */
struct second_step_of {
	enum purpose purpose;
	const struct destination *to;
	bool renew;
	struct facts_session session;
	/* A program speaks for them, and they may be anywhere: no network
	 * spares anything, though it may forbid. */
	bool relayed;
	struct str client; /* an address; STR_NONE: who asks now */
};

/* Somebody who signs in again and goes to no application confirms that it is
 * they, to change something of their account. */
enum purpose second_step_purpose(bool renew, const struct destination *);

/* Asks for the facts of an account and of this browser. */
void second_step_ask(
    struct request *, struct flow *, int64_t account_id, struct second_step *);

/* The same for who asks in the name of a session: of the browser in which that
 * was opened.  second_step_know_browser() comes before deciding. */
void second_step_ask_apart(struct request *, struct flow *, int64_t account_id,
    struct str browser_id, struct second_step *);
void second_step_know_browser(struct second_step *);

/* Decides; the facts have come, and the snapshot is settled. */
void second_step_decide(
    struct request *, const struct second_step_of *, struct second_step *);

/* Has anybody a policy, so that deciding is worth its facts? */
bool second_step_matters(const struct request *, const struct destination *);

/* What a session shows for itself: where an ordinary session would have ended,
 * a long one shows that the password was given, and nothing else. */
struct facts_session second_step_session(
    const struct request *, const struct session *);

/* What comes next: SIGN_IN_RIGHT if nothing is missing, SIGN_IN_ENDED if they
 * may not pass. */
enum sign_in_step second_step_next(const struct second_step *);

/* The same for somebody who has just shown what was asked for: where they may
 * pass and a generator is offered first, that is the decision from now on, and
 * SIGN_IN_OFFER comes next.  Only behind the password of a sign-in that is not
 * to confirm anything, and what is offered without an end not more often than
 * the policy encourages. */
enum sign_in_step second_step_next_or_offer(
    const struct request *, struct second_step *);

/* How a generator that is demanded or offered now is set up: SIGN_IN_SET_UP, or
 * SIGN_IN_PROOF before it; SIGN_IN_ENDED: none is. */
enum sign_in_step second_step_set_up(const struct second_step *);

/* At SIGN_IN_SET_UP: may they still?  Not behind a generator that came in
 * between, which its owner would lose. */
bool second_step_may_set_up(const struct second_step *);

/* They may not pass: says why and whom to ask. */
enum flow_next second_step_denied_reply(
    struct request *, const struct second_step *);

/* Why they may, as the session keeps it; STR_NONE: a code was given. */
struct str second_step_skipped(const struct second_step *);

/* The address that a code is sent to; NULL: none that takes one. */
const struct address_row *second_step_address(const struct second_step *);

/* Whether a factor is among those that are asked for; and whether the policy
 * knows it as a way for this person. */
bool second_step_takes(const struct second_step *, enum factor);
bool second_step_has(const struct second_step *, enum factor);

/* An old cookie came back from a browser that they trust: it was copied, or a
 * copy went on with it. */
bool second_step_browser_copied(const struct second_step *);

/* Whether the policy lets recovery codes be replaced while the generator
 * stays. */
bool second_step_renews_codes(const struct second_step *);

/* The factor that a row of the database names; FACTOR_NOTICE: none. */
enum factor second_step_factor(struct str name);

#endif
