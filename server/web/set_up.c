/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Setting up a generator: its secret, its first code, its confirmation.
 */
#include "web/set_up.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "crypto/sealed.h"
#include "factors/code_entry.h"
#include "factors/totp.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/notices.h"
#include "web/request.h"
#include "web/second_step.h"
#include "web/set_up_secret.h"

static const int64_t minute_us = INT64_C(60) * 1000000;
static const int64_t life_minutes = 15;
static const int64_t recognised_minutes = 24 * 60;

static void
name_holder(struct request *rq, struct holder *holder)
{
	const char *kind = holder->session > 0 ? "session" : "sign-in";
	int64_t number =
	    holder->session > 0 ? holder->session : holder->sign_in;

	holder->name =
	    arena_format(&rq->arena, "%s %lld", kind, (long long)number);
}

/* Draws a secret; one that is not needed is gone with this call. */
static void
begin(struct request *rq, struct flow *f, struct set_up *s)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	uint8_t sealed[TOTP_SECRET_SIZE + SEALED_EXTRA];
	struct generator_new fresh = {
		.id = random_id(),
		.secret = { (const char *)sealed, sizeof(sealed) },
		.key_id = rq->active_key,
		.now = rq->now,
		.current_since = rq->now - life_minutes * minute_us,
	};

	random_bytes(secret, sizeof(secret));
	sealed_make(keys_sealed(rq->configuration->keys, rq->active_key,
			SEAL_TOTP_SECRET),
	    &(struct sealed_place){ STR("enrolment"), STR("secret"), fresh.id },
	    secret, sizeof(secret), sealed);
	bytes_wipe(secret, sizeof(secret));
	enrolments_begin(rq->gate->store, f, &s->holder, &fresh, &s->begun);
}

void
set_up_ask(struct request *rq, struct flow *f, struct set_up *s,
    const struct holder *holder)
{
	s->holder = *holder;
	name_holder(rq, &s->holder);
	begin(rq, f, s);
	enrolments_pending(rq->gate->store, f, &s->holder,
	    &(struct pending_limits){
		.current_since = rq->now - life_minutes * minute_us,
		.recognised_since = rq->now - recognised_minutes * minute_us,
	    },
	    &s->pending);
}

bool
set_up_secret(struct request *rq, const struct pending_generator *g,
    uint8_t secret[static TOTP_SECRET_SIZE])
{
	const struct sealed_key *key = keys_sealed(
	    rq->configuration->keys, (unsigned)g->key_id, SEAL_TOTP_SECRET);

	if (key != NULL && g->secret.len == TOTP_SECRET_SIZE + SEALED_EXTRA &&
	    sealed_open(key,
		&(struct sealed_place){
		    STR("enrolment"), STR("secret"), g->id },
		(const uint8_t *)g->secret.at, g->secret.len, secret))
		return true;
	log_event(LOG_ERROR, "a generator's secret cannot be opened",
	    LOG_NUMBER("enrolment", g->id), LOG_NUMBER("key", g->key_id));
	return false;
}

const struct pending_generator *
set_up_current(const struct set_up *s)
{
	const struct pending_generator *rows = s->pending.items;

	return s->pending.count > 0 && rows[0].current ? &rows[0] : NULL;
}

static struct totp_judgement
judge_one(struct request *rq, const struct pending_generator *g,
    const char code[static TOTP_DIGITS], unsigned window)
{
	struct totp_judgement judged = { .verdict = TOTP_WRONG };
	uint8_t secret[TOTP_SECRET_SIZE];

	if (set_up_secret(rq, g, secret))
		judged = totp_judge(&(struct totp){ secret, TOTP_NO_STEP, 0 },
		    code, rq->now / 1000000, window);
	bytes_wipe(secret, sizeof(secret));
	return judged;
}

/* It belongs to another secret that this person was shown. */
static bool
is_of_an_old_qr(struct request *rq, const struct set_up *s,
    const char code[static TOTP_DIGITS])
{
	const struct pending_generator *rows = s->pending.items;

	for (size_t i = 0; i < s->pending.count; i++) {
		if (!rows[i].current &&
		    judge_one(rq, &rows[i], code, TOTP_WINDOW_MOST).verdict !=
			TOTP_WRONG)
			return true;
	}
	return false;
}

static enum set_up_problem
judge_code(struct request *rq, struct set_up *s,
    const char code[static TOTP_DIGITS], unsigned window)
{
	const struct pending_generator *current = set_up_current(s);
	struct totp_judgement judged = { .verdict = TOTP_WRONG };

	if (current != NULL)
		judged = judge_one(rq, current, code, window);
	if (judged.verdict == TOTP_RIGHT) {
		s->confirmation.id = current->id;
		s->confirmation.step = judged.step;
		s->confirmation.drift = judged.drift;
		return SET_UP_NO_PROBLEM;
	}
	if (judged.verdict == TOTP_LATE) {
		s->minutes_late =
		    (judged.steps_late * TOTP_STEP_SECONDS + 59) / 60;
		return SET_UP_LATE;
	}
	return is_of_an_old_qr(rq, s, code) ? SET_UP_OLD_QR : SET_UP_WRONG;
}

enum set_up_problem
set_up_judge(
    struct request *rq, struct set_up *s, const struct second_step *second)
{
	struct str typed = STR_NONE;
	struct code_entry entry;

	if (params_get(&rq->params, STR("code"), &typed) != PARAM_ONCE ||
	    typed.len == 0)
		return SET_UP_EMPTY;
	entry = code_entry_read(typed);
	if (entry.kind != CODE_TOTP)
		return SET_UP_WRONG;
	return judge_code(
	    rq, s, entry.totp, (unsigned)second->decision.settings.totp_window);
}

/* Nobody but the person wants it: then it is asked for, though none must. */
static bool
is_voluntary(const struct second_step *second)
{
	if (second->row.generators > 0)
		return second->row.voluntary;
	return second->decision.settings.requirement != REQUIREMENT_REQUIRE;
}

bool
set_up_confirm(struct request *rq, struct flow *f, struct set_up *s,
    const struct second_step *second)
{
	struct audit_origin origin = request_origin(rq);

	s->confirmation.codes = recovery_codes_hashes(rq, &s->codes);
	if (s->confirmation.codes.len == 0)
		return false;
	s->confirmation.voluntary = is_voluntary(second);
	s->confirmation.most = second->decision.settings.totp_max;
	enrolments_confirm(rq->gate->store, f, &s->holder, &s->confirmation,
	    &origin, &s->confirmed);
	notice_generator_added(rq, f, second);
	return true;
}
