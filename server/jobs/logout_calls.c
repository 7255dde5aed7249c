/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the outbox to the applications: a round claims rows, each row is then a
 * notice, a flow of its own.
 *
 * A notice whose end could not be written down stays until it can be: else its
 * application would be called again.
 */
#include "jobs/logout_calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/log.h"
#include "cas/logout.h"
#include "crypto/random.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "loop/scoreboard.h"
#include "outbound/http_call.h"
#include "store/logouts.h"
#include "store/store.h"

enum {
	CONNECT_MS = 3 * 1000,
	CALL_MS = 5 * 1000,
	HURRIED_MS = 1500, /* of a first call while others wait */
	FLOW_DEADLINE_MS = 10 * 1000, /* of a round, and of a settlement */
	ROUND_PERIOD_US = 1000 * 1000,
	COUNT_PERIOD_US = 5 * 1000 * 1000,
	CLAIM_US = CALL_MS * 1000 + 30 * 1000 * 1000,
	FIRST_PAUSE_US = 15 * 1000 * 1000,
	DOUBLINGS_MOST = 8, /* from 15 seconds to an hour */
	CLAIM_SIZE = 8, /* random bytes */
	BUSY_LONGEST = 256 * 1024,
};

struct notice;

struct logout_calls {
	struct event_base *base;
	struct store *store;
	struct http_caller *caller;
	unsigned parallel;
	unsigned under_way; /* notices, those of `unsettled` included */
	struct notice *all; /* under way */
	struct notice *unsettled;
	bool claiming;
	bool stopping;
	int64_t due_us; /* the next round, monotonic, as the next two */
	int64_t count_due_us;
	int64_t settle_due_us;
};

struct notice_round {
	struct arena arena;
	struct logout_calls *calls;
	struct logout_claim claim;
	struct row_list claimed;
	struct outbox_state state;
	bool counts;
};

struct notice {
	struct arena arena;
	struct logout_calls *calls;
	struct notice *next, **at; /* in `all` */
	struct notice *next_unsettled;
	struct logout_claimed row;
	struct str by; /* the claim */
	int64_t patience_ms;
	struct logout_notice content;
	struct buf body;
	struct http_call_result result;
	struct outbox_outcome outcome;
	bool tried; /* `result` says what came of it */
	bool settled;
};

/* --- one notice --------------------------------------------------------- */

static void
notice_free(struct notice *n)
{
	n->calls->under_way--;
	*n->at = n->next;
	if (n->next != NULL)
		n->next->at = n->at;
	buf_clear(&n->body);
	arena_clear(&n->arena);
	free(n);
}

static void
notice_refuse(struct notice *n, const char *why)
{
	n->tried = true;
	n->result.outcome = HTTP_CALL_FORBIDDEN;
	snprintf(n->result.why, sizeof(n->result.why), "%s", why);
}

/* The same each time it is tried: number and date are the row's. */
static void
notice_compose(struct notice *n)
{
	n->outcome.id = n->row.id;
	n->outcome.by = n->by;
	if (clock_now() >= n->row.expires_at) {
		notice_refuse(n, "too late to be of use");
	} else if (!logout_unpack(n->row.payload, &n->content)) {
		notice_refuse(n, "the row cannot be read");
	} else {
		logout_body(
		    &n->content, n->row.id, n->row.created_at, &n->body);
		if (!buf_ok(&n->body))
			notice_refuse(n, "its ticket is too long");
	}
}

static enum flow_next
notice_send(struct flow *f)
{
	struct notice *n = flow_state(f);

	if (n->tried)
		return FLOW_NEXT;
	http_call(n->calls->caller, f,
	    &(struct http_call){
		.url = n->content.url,
		.content_type = STR("application/x-www-form-urlencoded"),
		.body = buf_str(&n->body),
		.connect_ms =
		    n->patience_ms < CONNECT_MS ? n->patience_ms : CONNECT_MS,
		.total_ms = n->patience_ms,
	    },
	    &n->result);
	n->tried = true;
	return FLOW_NEXT;
}

static bool
status_is_thanks(unsigned status)
{
	return status >= 200 && status < 300;
}

static bool
status_is_worth_another_try(unsigned status)
{
	return status >= 500 || status == 408 || status == 425 || status == 429;
}

/* Doubled each time, and apart from others that failed at the same time. */
static int64_t
notice_pause(const struct notice *n)
{
	int64_t doublings = n->row.tries > 0 ? n->row.tries - 1 : 0;
	uint8_t byte;

	if (doublings > DOUBLINGS_MOST)
		doublings = DOUBLINGS_MOST;
	random_bytes(&byte, sizeof(byte));
	return ((int64_t)FIRST_PAUSE_US << doublings) / 1024 *
	       (1024 + byte / 2);
}

/*
 * Who leads to our sign-in has read the notice: Apache's mod_auth_cas ends the
 * session, and then treats the request like any other without one.
 */
static void
notice_judge(struct notice *n)
{
	struct outbox_outcome *outcome = &n->outcome;
	struct http_call_result *result = &n->result;
	bool answered = result->outcome == HTTP_CALL_ANSWERED;

	if (outcome->now != 0)
		return; /* and could not be written down then */
	outcome->now = clock_now();
	outcome->delivered = answered && (status_is_thanks(result->status) ||
					     result->leads_home);
	if (answered && !status_is_thanks(result->status))
		snprintf(result->why, sizeof(result->why),
		    "the application answered %u%s", result->status,
		    result->leads_home ? ", to sign in here" : "");
	outcome->why = result->why[0] != '\0' ? str_of(result->why) : STR_NONE;
	if (result->outcome == HTTP_CALL_FORBIDDEN ||
	    (answered && !status_is_worth_another_try(result->status)))
		return;
	outcome->again_at = outcome->now + notice_pause(n);
	if (outcome->again_at >= n->row.expires_at)
		outcome->again_at = 0;
}

static enum flow_next
notice_settle(struct flow *f)
{
	struct notice *n = flow_state(f);

	notice_judge(n);
	outbox_settle(n->calls->store, f, &n->outcome);
	return FLOW_NEXT;
}

static enum flow_next
notice_report(struct flow *f)
{
	struct notice *n = flow_state(f);
	const struct outbox_outcome *outcome = &n->outcome;
	bool again = outcome->again_at != 0;

	n->settled = true;
	scoreboard_count(outcome->delivered ? SCORE_LOGOUTS_DELIVERED
			 : again            ? SCORE_LOGOUTS_POSTPONED
					    : SCORE_LOGOUTS_GIVEN_UP);
	log_event(outcome->delivered ? LOG_INFO : LOG_WARNING,
	    outcome->delivered ? "logout delivered"
	    : again            ? "logout postponed"
			       : "logout given up",
	    LOG_NUMBER("notice", n->row.id),
	    LOG_NUMBER("service", n->row.service_id),
	    LOG_TEXT("host", n->row.host),
	    LOG_NUMBER("session", n->row.session),
	    LOG_NUMBER("tries", n->row.tries),
	    LOG_NUMBER("waited_ms", (outcome->now - n->row.created_at) / 1000),
	    LOG_TEXT("why", outcome->why));
	return FLOW_DONE;
}

static const struct flow_step notice_steps[] = {
	FLOW_STEP(notice_send),
	FLOW_STEP(notice_settle),
	FLOW_STEP(notice_report),
	FLOW_END,
};

/* For one whose end could not be written down the first time. */
static const struct flow_step settling_steps[] = {
	FLOW_STEP(notice_settle),
	FLOW_STEP(notice_report),
	FLOW_END,
};

static void
notice_unavailable(void *state)
{
	(void)state; /* notice_release() sees to it */
}

/* There may be more for a host that works: then the next round comes at once.
 */
static void
notice_release(void *state)
{
	struct notice *n = state;
	struct logout_calls *calls = n->calls;

	if (n->settled) {
		if (n->outcome.delivered)
			calls->due_us = 0;
		notice_free(n);
		return;
	}
	n->next_unsettled = calls->unsettled;
	calls->unsettled = n;
}

static const struct flow_ops notice_ops = {
	.unavailable = notice_unavailable,
	.release = notice_release,
};

static void
notice_start(struct notice *n, const struct flow_step *steps, int deadline_ms)
{
	flow_start(&(struct flow_start){
	    .base = n->calls->base,
	    .steps = steps,
	    .ops = &notice_ops,
	    .state = n,
	    .arena = &n->arena,
	    .id = "logout",
	    .deadline_ms = deadline_ms,
	});
}

/*
 * When there were more rows than places, others wait for this one's place: so
 * the first call is short, and who hangs is given more time the next time.
 */
static int64_t
notice_patience(const struct notice_round *r, const struct logout_claimed *row)
{
	bool others_wait = (int64_t)r->claimed.count >= r->claim.claim.most;

	return row->tries <= 1 && others_wait ? HURRIED_MS : CALL_MS;
}

static void
notice_begin(const struct notice_round *r, const struct logout_claimed *row)
{
	struct logout_calls *calls = r->calls;
	struct notice *n = memory_new(sizeof(*n));

	*n = (struct notice){ .calls = calls,
		.next = calls->all,
		.at = &calls->all,
		.row = *row,
		.patience_ms = notice_patience(r, row),
		.body = BUF_INIT(LOGOUT_BODY_LONGEST) };
	if (n->next != NULL)
		n->next->at = &n->next;
	calls->all = n;
	calls->under_way++;
	n->by = arena_text(&n->arena, r->claim.claim.by);
	n->row.host = arena_text(&n->arena, row->host);
	n->row.payload = arena_text(&n->arena, row->payload);
	notice_compose(n);
	notice_start(n, notice_steps, CALL_MS + FLOW_DEADLINE_MS);
}

/* --- a round ------------------------------------------------------------ */

static enum flow_next
round_claim(struct flow *f)
{
	struct notice_round *r = flow_state(f);

	logouts_claim(r->calls->store, f, &r->claim, &r->claimed);
	if (r->counts)
		outbox_look(r->calls->store, f, &r->state);
	return FLOW_NEXT;
}

static enum flow_next
round_deliver(struct flow *f)
{
	struct notice_round *r = flow_state(f);
	const struct logout_claimed *rows = r->claimed.items;

	if (r->counts)
		scoreboard_level(LEVEL_LOGOUTS_WAITING, r->state.logouts);
	for (size_t i = 0; i < r->claimed.count; i++)
		notice_begin(r, &rows[i]);
	return FLOW_DONE;
}

static const struct flow_step round_steps[] = {
	FLOW_STEP(round_claim),
	FLOW_STEP(round_deliver),
	FLOW_END,
};

static void
round_unavailable(void *state)
{
	(void)state; /* the next round comes anyway */
}

/*
 * Then there may be more behind them.  A round passes by all that waits for
 * hosts that are being called: so those that hang bring about no round.
 */
static bool
round_found_first_calls(const struct notice_round *r)
{
	const struct logout_claimed *rows = r->claimed.items;

	for (size_t i = 0; i < r->claimed.count; i++) {
		if (rows[i].tries <= 1)
			return true;
	}
	return false;
}

static void
round_release(void *state)
{
	struct notice_round *r = state;

	if (round_found_first_calls(r))
		r->calls->due_us = 0;
	r->calls->claiming = false;
	arena_clear(&r->arena);
	free(r);
}

static const struct flow_ops round_ops = {
	.unavailable = round_unavailable,
	.release = round_release,
};

static struct str
round_name(struct arena *arena)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT(4 * CLAIM_SIZE);
	uint8_t bytes[CLAIM_SIZE];

	random_bytes(bytes, sizeof(bytes));
	bytes_hex(&name, bytes, sizeof(bytes));
	return arena_text(arena, buf_str(&name));
}

/* The hosts that are being called, as an array of PostgreSQL. */
static struct str
round_busy(struct arena *arena, const struct logout_calls *calls)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT(BUSY_LONGEST);

	buf_char(&out, '{');
	for (const struct notice *n = calls->all; n != NULL; n = n->next) {
		buf_words(&out, n == calls->all ? "\"" : ",\"");
		for (size_t i = 0; i < n->row.host.len; i++) {
			if (strchr("\"\\", n->row.host.at[i]) != NULL)
				buf_char(&out, '\\');
			buf_char(&out, n->row.host.at[i]);
		}
		buf_char(&out, '"');
	}
	buf_char(&out, '}');
	return buf_ok(&out) ? arena_text(arena, buf_str(&out)) : STR("{}");
}

/* Half of the places stay free of those that failed before. */
static int64_t
round_most_again(const struct logout_calls *calls)
{
	int64_t most = calls->parallel / 2;

	for (const struct notice *n = calls->all; n != NULL; n = n->next)
		most -= n->row.tries > 1;
	return most > 0 ? most : 0;
}

static void
round_begin(struct logout_calls *calls)
{
	struct notice_round *r = memory_new(sizeof(*r));
	int64_t now = clock_now(), turned = clock_monotonic();

	r->calls = calls;
	r->claim = (struct logout_claim){
		.claim = {
		    .by = round_name(&r->arena),
		    .now = now,
		    .until = now + CLAIM_US,
		    .most = calls->parallel - calls->under_way,
		},
		.most_again = round_most_again(calls),
		.busy = round_busy(&r->arena, calls),
	};
	r->counts = turned >= calls->count_due_us;
	if (r->counts)
		calls->count_due_us = turned + COUNT_PERIOD_US;
	calls->claiming = true;
	calls->due_us = turned + ROUND_PERIOD_US;
	flow_start(&(struct flow_start){
	    .base = calls->base,
	    .steps = round_steps,
	    .ops = &round_ops,
	    .state = r,
	    .arena = &r->arena,
	    .id = "logout",
	    .deadline_ms = FLOW_DEADLINE_MS,
	});
}

/* --- all of it ---------------------------------------------------------- */

struct logout_calls *
logout_calls_new(struct event_base *base, struct store *store,
    const struct http_caller_settings *settings)
{
	struct logout_calls *calls = memory_new(sizeof(*calls));

	*calls = (struct logout_calls){ .base = base,
		.store = store,
		.caller = http_caller_new(base, settings),
		.parallel = settings->parallel };
	return calls;
}

void
logout_calls_free(struct logout_calls *calls)
{
	http_caller_free(calls->caller);
	free(calls);
}

static void
settle_again(struct logout_calls *calls)
{
	struct notice *n = calls->unsettled, *next;

	calls->unsettled = NULL;
	calls->settle_due_us = clock_monotonic() + ROUND_PERIOD_US;
	for (; n != NULL; n = next) {
		next = n->next_unsettled;
		notice_start(n, settling_steps, FLOW_DEADLINE_MS);
	}
}

void
logout_calls_turn(struct logout_calls *calls)
{
	int64_t now = clock_monotonic();

	if (!store_ready(calls->store))
		return;
	if (calls->unsettled != NULL && now >= calls->settle_due_us)
		settle_again(calls);
	if (!calls->stopping && !calls->claiming && now >= calls->due_us &&
	    calls->under_way < calls->parallel)
		round_begin(calls);
}

void
logout_calls_stop(struct logout_calls *calls)
{
	calls->stopping = true;
	http_caller_stop(calls->caller);
}

bool
logout_calls_idle(const struct logout_calls *calls)
{
	return !calls->claiming && calls->under_way == 0;
}
