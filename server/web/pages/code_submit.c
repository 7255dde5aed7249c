/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /mfa: a code of any kind, in the one field for codes.
 *
 * The try is counted as a failure, durably, before anything is compared.  A
 * code that is right is used up in the statement that moves the sign-in on;
 * then the policy is asked again, and the session opens if nothing is missing.
 */
#include "web/pages/code.h"

#include "base/bytes.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "crypto/sealed.h"
#include "model/service.h"
#include "web/configuration.h"
#include "web/decided.h"
#include "web/form_token.h"
#include "web/gate.h"
#include "web/notices.h"
#include "web/pages/login_form.h"
#include "web/request.h"
#include "web/snapshot.h"
#include "web/throttle.h"
#include "workers/pool.h"

enum {
	CLOCK_HELP_FROM = 2 /* failures */
};

static enum flow_next
submit_again(struct request *rq, enum code_problem problem)
{
	struct code_submit_state *s = rq->page;

	s->answer.problem = problem;
	return code_reply(rq, &s->code, &s->answer);
}

/* What the code will be compared with; asked behind the counting. */
static void
submit_ask_secrets(struct request *rq, struct flow *f)
{
	struct code_submit_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;
	struct store *store = rq->gate->store;

	switch (s->entry.kind) {
	case CODE_TOTP:
		generators_list(store, f, sign_in->account_id, &s->generators);
		break;
	case CODE_EMAIL:
		emails_try_code(store, f, sign_in, rq->now, &s->email);
		break;
	case CODE_RECOVERY:
		recovery_codes_find(store, f, sign_in->account_id,
		    s->entry.recovery.slot, &s->recovery);
		break;
	case CODE_NONE:
		break;
	}
}

/* Is a code of this kind asked for? */
static bool
submit_is_asked_for(const struct code_submit_state *s)
{
	const struct second_step *second = &s->code.second;
	bool proof = s->code.step == SIGN_IN_PROOF;

	switch (s->entry.kind) {
	case CODE_TOTP:
		return second_step_takes(second, FACTOR_TOTP);
	case CODE_EMAIL:
		return proof || second_step_takes(second, FACTOR_EMAIL);
	case CODE_RECOVERY:
		return proof || second_step_takes(second, FACTOR_RECOVERY);
	case CODE_NONE:
		break;
	}
	return false;
}

/* The code, and behind it, for clock help, the next one; false: doubled. */
static bool
submit_read(struct request *rq, struct str *typed)
{
	struct code_submit_state *s = rq->page;
	struct code_entry next;
	struct str second;

	if (params_get(&rq->params, STR("code"), typed) == PARAM_TWICE ||
	    params_get(&rq->params, STR("second"), &second) == PARAM_TWICE)
		return false;
	s->entry = code_entry_read(*typed);
	if (second.len == 0)
		return true;
	next = code_entry_read(second);
	s->pair = s->entry.kind == CODE_TOTP && next.kind == CODE_TOTP;
	if (s->pair)
		memcpy(s->second, next.totp, sizeof(s->second));
	else
		s->entry.kind = CODE_NONE;
	bytes_wipe(&next, sizeof(next));
	return true;
}

static enum flow_next
submit_count(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_submit_state *s = rq->page;
	struct str typed = STR_NONE;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	if (s->code.step != SIGN_IN_CODE && s->code.step != SIGN_IN_PROOF)
		return code_elsewhere_reply(rq, s->code.step);
	if (!submit_read(rq, &typed))
		return reply_error(rq, 400);
	code_decide(rq, &s->code);
	if (code_is_denied(&s->code))
		return second_step_denied_reply(rq, &s->code.second);
	if (form_token_verify(rq) != FORM_GOOD)
		return submit_again(rq, CODE_PROBLEM_FORM);
	if (typed.len == 0)
		return submit_again(rq, CODE_PROBLEM_EMPTY);
	if (pool_is_full(rq->gate->hashing)) /* and so nothing is counted */
		return reply_error(rq, 503);
	s->trust =
	    code_may_trust(&s->code) && parameter_is_set(rq, STR("trust"));
	throttle_second_step(rq, s->code.found.sign_in.login, s->counter);
	factors_try(rq->gate->store, f, s->counter, rq->now, &s->tried);
	if (submit_is_asked_for(s))
		submit_ask_secrets(rq, f);
	return FLOW_NEXT;
}

static struct totp_judgement
judge_code(const struct request *rq, const struct totp *totp)
{
	const struct code_submit_state *s = rq->page;
	int64_t now = rq->now / 1000000;

	if (s->pair)
		return totp_judge_pair(totp, s->entry.totp, s->second, now);
	return totp_judge(totp, s->entry.totp, now,
	    (unsigned)s->code.second.decision.settings.totp_window);
}

static void
judge_generator(struct request *rq, const struct generator *g)
{
	struct code_submit_state *s = rq->page;
	const struct sealed_key *key = keys_sealed(
	    rq->configuration->keys, (unsigned)g->key_id, SEAL_TOTP_SECRET);
	uint8_t secret[TOTP_SECRET_SIZE];
	struct totp_judgement judged;

	if (key == NULL || g->secret.len != TOTP_SECRET_SIZE + SEALED_EXTRA ||
	    !sealed_open(key,
		&(struct sealed_place){
		    STR("enrolment"), STR("secret"), g->id },
		(const uint8_t *)g->secret.at, g->secret.len, secret)) {
		log_event(LOG_ERROR, "a generator's secret cannot be opened",
		    LOG_NUMBER("enrolment", g->id),
		    LOG_NUMBER("key", g->key_id));
		return;
	}
	judged = judge_code(
	    rq, &(struct totp){ secret, g->last_step, (int)g->drift });
	bytes_wipe(secret, sizeof(secret));
	if (judged.verdict == TOTP_RIGHT) {
		s->right = true;
		s->generator = g->id;
		s->step = judged.step;
		s->drift = judged.drift;
	} else if (judged.verdict == TOTP_USED) {
		s->answer.problem = CODE_PROBLEM_USED;
	} else if (judged.verdict == TOTP_LATE &&
		   s->answer.problem != CODE_PROBLEM_USED) {
		s->answer.problem = CODE_PROBLEM_LATE;
		s->answer.minutes_late =
		    (judged.steps_late * TOTP_STEP_SECONDS + 59) / 60;
	}
}

static void
judge_email(struct request *rq)
{
	struct code_submit_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;
	const struct mac_key *key = keys_mac(
	    rq->configuration->keys, (unsigned)s->email.key_id, MAC_EMAIL_CODE);

	if (s->email.mac.len != MAC_SIZE || key == NULL) {
		s->answer.problem = CODE_PROBLEM_OLD;
		return;
	}
	s->right = email_code_matches(key,
	    &(struct email_code_owner){ sign_in->number, sign_in->account_id },
	    s->entry.email, (const uint8_t *)s->email.mac.at);
}

static void
ask_recovery(struct request *rq, struct flow *f)
{
	struct code_submit_state *s = rq->page;

	/* A code that was used is compared as well, and none as if it were. */
	password_work_check(rq->gate->hashing, f,
	    (struct str){ s->entry.recovery.characters, RECOVERY_CODE_LENGTH },
	    s->recovery.hash, &rq->configuration->settings.password,
	    &s->compared);
}

static enum flow_next
submit_compare(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_submit_state *s = rq->page;
	const struct generator *generators = s->generators.items;

	if (s->tried.stopped)
		return submit_again(rq, CODE_PROBLEM_STOPPED);
	if (s->tried.wait_until > 0) {
		s->answer.wait_until = s->tried.wait_until;
		return submit_again(rq, CODE_PROBLEM_WAIT);
	}
	s->answer.problem = CODE_PROBLEM_WRONG;
	s->answer.clock_help =
	    s->entry.kind == CODE_TOTP && s->tried.failures >= CLOCK_HELP_FROM;
	if (!submit_is_asked_for(s))
		return FLOW_NEXT;
	if (s->entry.kind == CODE_TOTP) {
		for (size_t i = 0; i < s->generators.count; i++)
			judge_generator(rq, &generators[i]);
	} else if (s->entry.kind == CODE_EMAIL) {
		judge_email(rq);
	} else {
		ask_recovery(rq, f);
	}
	return FLOW_NEXT;
}

static void
take_recovery(struct request *rq, struct flow *f)
{
	struct code_submit_state *s = rq->page;
	struct audit_origin origin = request_origin(rq);

	s->right = s->recovery.slot > 0 && !s->compared.not_compared &&
		   s->compared.verdict != PASSWORD_WRONG;
	if (s->right && s->recovery.used_at > 0) {
		s->right = false;
		s->answer.problem = CODE_PROBLEM_USED;
	}
	if (!s->right)
		return;
	factors_take_recovery(rq->gate->store, f,
	    &(struct recovery_use){
		&s->code.found.sign_in, &s->recovery, s->counter },
	    &origin, &s->taken);
}

static enum flow_next
submit_take(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_submit_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;
	struct audit_origin origin = request_origin(rq);

	if (s->entry.kind == CODE_RECOVERY && submit_is_asked_for(s))
		take_recovery(rq, f);
	else if (s->right && s->entry.kind == CODE_TOTP)
		factors_take_totp(rq->gate->store, f,
		    &(struct totp_use){
			sign_in, s->generator, s->step, s->drift, s->counter },
		    &origin, &s->taken);
	else if (s->right)
		factors_take_email(rq->gate->store, f, sign_in, s->email.mac,
		    s->counter, &origin, &s->taken);
	bytes_wipe(&s->entry.recovery, sizeof(s->entry.recovery));
	if (s->right)
		return FLOW_NEXT;
	audit_append(rq->gate->store, f,
	    &(struct audit_row){
		.kind = STR("second step refused"),
		.account_id = sign_in->account_id,
	    },
	    &origin);
	return FLOW_NEXT;
}

static struct str
verified_by(enum code_kind kind)
{
	if (kind == CODE_TOTP)
		return STR("totp");
	return kind == CODE_EMAIL ? STR("email") : STR("recovery");
}

static factor_set
method_of(enum code_kind kind)
{
	if (kind == CODE_TOTP)
		return FACTOR_BIT(FACTOR_TOTP);
	return kind == CODE_EMAIL ? FACTOR_BIT(FACTOR_EMAIL)
				  : FACTOR_BIT(FACTOR_RECOVERY);
}

/* The code was right, and there is one thing more before the session. */
static bool
leads_on(enum sign_in_step next)
{
	return next == SIGN_IN_OFFER || next == SIGN_IN_SET_UP;
}

/* The policy is asked again: what was shown may not be all. */
static enum flow_next
submit_open(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_submit_state *s = rq->page;
	const struct sign_in *sign_in = &s->code.found.sign_in;
	uint8_t mac[MAC_SIZE];

	if (s->right && !s->taken.fresh)
		return submit_again(rq, CODE_PROBLEM_USED);
	if (!s->right)
		return submit_again(rq, s->answer.problem);
	if (!s->taken.verified || !sign_in_cookie_mac(rq, mac))
		return code_over_reply(rq);
	if (s->entry.kind == CODE_RECOVERY)
		notice_recovery_code_used(rq, f, &s->code.second,
		    s->code.second.row.recovery_codes - 1);
	if (s->code.step == SIGN_IN_PROOF)
		return FLOW_NEXT; /* to what it proves the right to */
	second_step_decide(rq,
	    &(struct second_step_of){
		.purpose = second_step_purpose(sign_in->renew, &s->code.to),
		.to = &s->code.to,
		.renew = sign_in->renew,
		.session = { .password_at = sign_in->password_at,
		    .password_given = code_password_given(sign_in),
		    .verified_at = rq->now,
		    .methods = method_of(s->entry.kind) },
	    },
	    &s->code.second);
	s->next = second_step_next_or_offer(rq, &s->code.second);
	if (leads_on(s->next))
		sign_ins_lead_on(rq->gate->store, f, sign_in,
		    &(struct sign_in_led_on){ rq->now, s->next, s->trust },
		    &s->moved);
	if (s->next != SIGN_IN_RIGHT) {
		s->code.second.support_code = decided_keep(
		    rq, f, sign_in->account_id, mac, &s->code.second);
		return FLOW_NEXT;
	}
	sign_in_finish(rq, f,
	    &(struct sign_in_last){
		.mac = mac,
		.account_id = sign_in->account_id,
		.to = &s->code.to,
		.second = &s->code.second,
		.trust = s->trust,
		.verified_by = verified_by(s->entry.kind),
		.generator = s->generator,
	    },
	    &s->end);
	return FLOW_NEXT;
}

static enum flow_next
submit_follow_again(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_submit_state *s = rq->page;

	if (s->code.step == SIGN_IN_PROOF)
		return code_elsewhere_reply(rq, SIGN_IN_SET_UP);
	if (leads_on(s->next))
		return code_elsewhere_reply(rq, s->next);
	if (s->next != SIGN_IN_RIGHT) /* though the code was right */
		return second_step_denied_reply(rq, &s->code.second);
	snapshot_follow(rq, f, s->end.grant.opened.generation);
	return FLOW_NEXT;
}

static enum flow_next
submit_reply(struct flow *f)
{
	struct request *rq = request_of(f);
	struct code_submit_state *s = rq->page;

	if (!snapshot_settle(rq))
		return reply_error(rq, 503);
	return code_leave(rq, &s->code, &s->end);
}

const struct flow_step code_submit[] = {
	FLOW_STEP(code_find), /* the sign-in of the cookie */
	FLOW_STEP(code_load), /* what deciding needs */
	FLOW_STEP(submit_count), /* the try, then what it is compared with */
	FLOW_STEP(submit_compare), /* recovery codes on a hashing thread */
	FLOW_STEP(submit_take), /* used up, and the sign-in moved on */
	FLOW_STEP(submit_open), /* if nothing else is missing */
	FLOW_STEP(submit_follow_again),
	FLOW_STEP(submit_reply),
	FLOW_END,
};
