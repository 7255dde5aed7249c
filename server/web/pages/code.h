/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /mfa: the code that a sign-in in progress waits for.
 *
 * GET shows the page, POST takes a code, POST /mfa/send has one mailed.
 */
#ifndef WEB_PAGES_CODE_H
#define WEB_PAGES_CODE_H

#include "factors/code_entry.h"
#include "loop/flow.h"
#include "store/decisions.h"
#include "store/factors.h"
#include "store/store.h"
#include "web/destination.h"
#include "web/email_code.h"
#include "web/second_step.h"
#include "web/sign_in.h"
#include "workers/password_work.h"

/* What all pages of a sign-in in progress know of it. */
struct code_state {
	struct sign_in_found found;
	struct destination to;
	struct second_step second;
	struct decision_named named; /* its support code */
	enum sign_in_step step;
};

enum code_problem {
	CODE_NO_PROBLEM,
	CODE_PROBLEM_WRONG,
	CODE_PROBLEM_USED, /* right, and used before */
	CODE_PROBLEM_LATE, /* of a phone whose clock is behind */
	CODE_PROBLEM_WAIT, /* too many failures */
	CODE_PROBLEM_STOPPED, /* far too many */
	CODE_PROBLEM_OLD, /* no mailed code may be tried any more */
	CODE_PROBLEM_EMPTY,
	CODE_PROBLEM_FORM, /* the page was too old */
	CODE_PROBLEM_MAIL_WAIT, /* too many mails */
};

struct code_answer {
	enum code_problem problem;
	int64_t wait_until; /* for the two that wait */
	int64_t minutes_late;
	bool clock_help; /* offer it */
};

/*
 * The first steps of the pages of a sign-in in progress, whose state begins
 * with a struct code_state: the sign-in of the cookie, then what deciding
 * needs. Without one they lead to the form.
 */
enum flow_next code_find(struct flow *);
enum flow_next code_load(struct flow *);

/* The same as code_load() for a step that asks more; false: it is over. */
bool code_ask_more(struct request *, struct flow *, struct code_state *);

/* Was the password given for this sign-in?  Else its session was there. */
bool code_password_given(const struct sign_in *);

/* All has come, the snapshot is settled: what is asked for, and for whom. */
void code_decide(struct request *, struct code_state *);

/* It refuses now, whatever it asked for when the sign-in began. */
bool code_is_denied(const struct code_state *);

/* Is the box for trusting this browser on the page? */
bool code_may_trust(const struct code_state *);

enum flow_next code_reply(
    struct request *, const struct code_state *, const struct code_answer *);

/* "Later", where the policy lets them pass as they are; else empty. */
struct later_link code_later(struct request *, const struct code_state *);

/* The sign-in stands at another step: the way there. */
enum flow_next code_elsewhere_reply(struct request *, enum sign_in_step);

/* The session is open, if nothing came in between: on to the application. */
enum flow_next code_leave(
    struct request *, struct code_state *, const struct sign_in_end *);

/* There is no such sign-in, or no more: back to the beginning. */
enum flow_next code_over_reply(struct request *);

struct code_submit_state {
	struct code_state code;
	struct code_entry entry;
	bool pair; /* two codes in a row, for clock help */
	char second[TOTP_DIGITS]; /* the later one of a pair */
	bool trust;
	uint8_t counter[MAC_SIZE]; /* name of the person's failures */
	struct factor_try tried;
	struct row_list generators; /* of struct generator */
	struct recovery_hash recovery; /* slot 0: no such code */
	struct email_code email;
	struct password_work_result compared; /* of a recovery code */
	struct code_answer answer;
	bool right;
	int64_t generator; /* whose code was right */
	int64_t step; /* of the code */
	int64_t drift;
	struct sign_in_taken taken;
	enum sign_in_step next; /* if the code was right: what is missing */
	struct sign_in_moved moved;
	struct sign_in_end end;
};

struct code_send_state {
	struct code_state code;
	struct email_sending sending;
};

extern const struct flow_step code_show[], code_submit[], code_send[],
    code_clock[];

#endif
