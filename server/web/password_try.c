/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name and a password that somebody offers: counted, then compared.
 */
#include "web/password_try.h"

#include "base/log.h"
#include "loop/log_limit.h"
#include "loop/scoreboard.h"
#include "text/login_name.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/second_step.h"
#include "web/snapshot.h"
#include "web/throttle.h"
#include "workers/pool.h"

/* The name in one form for counting, finding and the trail. */
static struct str
canonical_login(struct request *rq, struct str username)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT(LOGIN_NAME_LONGEST);

	if (!login_name_canonical(username, &name))
		return STR_NONE;
	return arena_text(&rq->arena, buf_str(&name));
}

bool
password_try_count(struct request *rq, struct flow *f, struct password_try *t)
{
	struct gate *gate = rq->gate;
	struct audit_origin origin = request_origin(rq);
	struct str login;

	if (pool_is_full(gate->hashing)) {
		scoreboard_count(SCORE_PASSWORDS_REFUSED);
		return false;
	}
	/* What cannot be a login shares one counter: it costs the same. */
	login = canonical_login(rq, t->username);
	throttle_counters(rq, login, &t->counters);
	accounts_find_for_sign_in(
	    gate->store, f, login, &t->counters, &origin, &t->candidate);
	return true;
}

static void
note_throttled(const struct request *rq, const struct password_try *t)
{
	scoreboard_count(SCORE_SIGN_IN_THROTTLED);
	if (log_limit_allows(LOG_WARNING, "sign-in throttled"))
		log_event(LOG_WARNING, "sign-in throttled",
		    LOG_TEXT("request", str_of(rq->id)),
		    LOG_TEXT("limit_of", t->candidate.refused_by),
		    LOG_TEXT("user", t->candidate.account.login),
		    LOG_TEXT("client", str_of(rq->client)));
}

bool
password_try_compare(struct request *rq, struct flow *f, struct password_try *t,
    struct second_step *second)
{
	if (t->candidate.refused_by.len > 0) {
		note_throttled(rq, t);
		return false;
	}
	password_work_check(rq->gate->hashing, f, t->password,
	    t->candidate.account.password,
	    &rq->configuration->settings.password, &t->checked);
	/* for an account that there is not as well: it costs the same */
	second_step_ask(rq, f, t->candidate.account.id, second);
	snapshot_follow(rq, f, t->candidate.generation);
	return true;
}

void
password_try_take_back(
    struct request *rq, struct flow *f, struct password_try *t)
{
	struct audit_origin origin = request_origin(rq);

	accounts_take_back_try(
	    rq->gate->store, f, &t->counters, &origin, &t->taken_back);
}

bool
password_try_is_right(const struct password_try *t)
{
	const struct account *account = &t->candidate.account;

	return t->checked.verdict != PASSWORD_WRONG && account->id > 0 &&
	       account->active && account->password.len > 0;
}

void
password_try_rehash(struct request *rq, struct flow *f, struct password_try *t)
{
	if (t->checked.verdict == PASSWORD_RIGHT_OUTDATED)
		accounts_rehash_password(rq->gate->store, f,
		    &t->candidate.account, t->checked.rehashed, &t->rehashed);
}

void
password_try_refuse(struct request *rq, struct flow *f,
    const struct password_try *t, struct str kind)
{
	struct audit_origin origin = request_origin(rq);

	audit_append(rq->gate->store, f,
	    &(struct audit_row){
		.kind = kind,
		.account_id = t->candidate.account.id,
	    },
	    &origin);
}

void
password_try_note(
    const struct request *rq, const struct password_try *t, bool right)
{
	scoreboard_count(right ? SCORE_SIGN_IN_RIGHT : SCORE_SIGN_IN_WRONG);
	log_event(LOG_INFO, right ? "signed in" : "sign-in refused",
	    LOG_TEXT("request", str_of(rq->id)),
	    LOG_TEXT("user", t->candidate.account.login),
	    LOG_TEXT("client", str_of(rq->client)));
}
