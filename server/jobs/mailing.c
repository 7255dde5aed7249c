/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the outbox to the mail server: a round claims rows, each row is then a
 * delivery, a flow of its own.
 *
 * A delivery whose end could not be written down stays until it can be: else
 * its mail would be sent again.
 */
#include "jobs/mailing.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/log.h"
#include "crypto/keys.h"
#include "crypto/random.h"
#include "crypto/sealed.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "loop/scoreboard.h"
#include "store/outbox.h"
#include "store/store.h"
#include "text/mail.h"

enum {
	ROUND_DEADLINE_MS = 10 * 1000,
	SETTLE_DEADLINE_MS = 10 * 1000,
	ROUND_PERIOD_US = 1000 * 1000,
	COUNT_PERIOD_US = 5 * 1000 * 1000,
	CLAIM_MARGIN_US = 30 * 1000 * 1000, /* above the conversation's limit */
	DOUBLINGS_MOST = 6, /* from one minute to 64 */
	CLAIM_SIZE = 8, /* random bytes */
};

static const int64_t minute_us = INT64_C(60) * 1000000;

struct delivery;

struct mailing {
	struct mailing_start start;
	struct event_base *base;
	struct store *store;
	struct smtp *smtp;
	const struct keys *keys;
	unsigned under_way; /* deliveries, those of `unsettled` included */
	struct delivery *unsettled;
	bool claiming;
	bool stopping;
	int64_t due_us; /* the next round, monotonic, as the next two */
	int64_t count_due_us;
	int64_t settle_due_us;
};

struct mailing_round {
	struct arena arena;
	struct mailing *mailing;
	struct outbox_claim claim;
	struct row_list claimed;
	struct outbox_state state;
	bool counts;
};

struct delivery {
	struct arena arena;
	struct mailing *mailing;
	struct delivery *next; /* in the list of the unsettled */
	struct outbox_claimed row;
	struct str by; /* the claim */
	struct str to;
	struct buf packed; /* the mail, opened */
	struct buf text; /* composed */
	struct smtp_result result;
	struct outbox_outcome outcome;
	bool tried; /* `result` says what came of it */
	bool settled;
};

/* --- one mail ----------------------------------------------------------- */

static void
delivery_free(struct delivery *d)
{
	d->mailing->under_way--;
	buf_clear(&d->packed);
	buf_clear(&d->text);
	arena_clear(&d->arena);
	free(d);
}

static void
delivery_decide(struct delivery *d, enum smtp_outcome outcome, const char *why)
{
	d->tried = true;
	d->result.outcome = outcome;
	snprintf(d->result.why, sizeof(d->result.why), "%s", why);
}

/* False, and decided what that means, if the payload is no use. */
static bool
delivery_open(struct delivery *d, struct mail *mail)
{
	const struct sealed_key *key =
	    keys_sealed(d->mailing->keys, (unsigned)d->row.key_id, SEAL_OUTBOX);
	const struct sealed_place place = { STR("outbox"), STR("payload"),
		d->row.id };
	struct str sealed = d->row.payload;
	size_t len = sealed.len > SEALED_EXTRA ? sealed.len - SEALED_EXTRA : 0;
	uint8_t *clear = (uint8_t *)buf_reserve(&d->packed, len);

	if (key == NULL)
		delivery_decide(d, SMTP_LATER,
		    "the key file lacks the key that it was sealed with");
	else if (clear == NULL ||
		 !sealed_open(key, &place, (const uint8_t *)sealed.at,
		     sealed.len, clear) ||
		 !mail_unpack((struct str){ (const char *)clear, len }, mail))
		delivery_decide(d, SMTP_REFUSED, "the row cannot be opened");
	else
		d->packed.len = len;
	return !d->tried;
}

/* The same each time it is tried: number and date are the row's. */
static void
delivery_compose(struct delivery *d)
{
	const struct mailing_start *start = &d->mailing->start;
	struct mail_head head = {
		.from = str_of(start->from),
		.from_name = str_of(start->from_name),
		.message_id = arena_format(&d->arena, "%016llx@%s",
		    (unsigned long long)d->row.id, start->smtp.hello),
		.date = d->row.created_at,
	};
	struct mail mail = { .to = STR_NONE };

	if (clock_now() >= d->row.expires_at)
		delivery_decide(d, SMTP_REFUSED, "too late to be of use");
	else if (delivery_open(d, &mail) &&
		 !mail_compose(&mail, &head, &d->text))
		delivery_decide(d, SMTP_REFUSED, "it makes no mail");
	d->outcome.id = d->row.id;
	d->outcome.by = d->by;
	d->to = mail.to;
}

static enum flow_next
delivery_send(struct flow *f)
{
	struct delivery *d = flow_state(f);

	if (d->tried)
		return FLOW_NEXT;
	smtp_send(d->mailing->smtp, f,
	    &(struct smtp_message){ .from = str_of(d->mailing->start.bounces),
		.to = d->to,
		.text = buf_str(&d->text) },
	    &d->result);
	d->tried = true;
	return FLOW_NEXT;
}

/* Doubled each time, and apart from others that failed at the same time. */
static int64_t
delivery_pause(const struct delivery *d)
{
	int64_t doublings = d->row.tries > 0 ? d->row.tries - 1 : 0;
	uint8_t byte;

	if (doublings > DOUBLINGS_MOST)
		doublings = DOUBLINGS_MOST;
	random_bytes(&byte, sizeof(byte));
	return (minute_us << doublings) / 1024 * (1024 + byte / 2);
}

static void
delivery_judge(struct delivery *d)
{
	struct outbox_outcome *outcome = &d->outcome;

	if (outcome->now != 0)
		return; /* and could not be written down then */
	outcome->now = clock_now();
	outcome->delivered = d->result.outcome == SMTP_DELIVERED;
	outcome->why =
	    d->result.why[0] != '\0' ? str_of(d->result.why) : STR_NONE;
	if (d->result.outcome != SMTP_LATER)
		return;
	outcome->again_at = outcome->now + delivery_pause(d);
	if (outcome->again_at >= d->row.expires_at)
		outcome->again_at = 0;
}

static enum flow_next
delivery_settle(struct flow *f)
{
	struct delivery *d = flow_state(f);

	delivery_judge(d);
	outbox_settle(d->mailing->store, f, &d->outcome);
	return FLOW_NEXT;
}

static enum flow_next
delivery_report(struct flow *f)
{
	struct delivery *d = flow_state(f);
	bool again = d->outcome.again_at != 0;

	d->settled = true;
	scoreboard_count(d->outcome.delivered ? SCORE_MAILS_DELIVERED
			 : again              ? SCORE_MAILS_POSTPONED
					      : SCORE_MAILS_GIVEN_UP);
	log_event(d->outcome.delivered ? LOG_INFO : LOG_WARNING,
	    d->outcome.delivered ? "mail delivered"
	    : again              ? "mail postponed"
				 : "mail given up",
	    LOG_NUMBER("mail", d->row.id), LOG_NUMBER("tries", d->row.tries),
	    LOG_NUMBER(
		"waited_ms", (d->outcome.now - d->row.created_at) / 1000),
	    LOG_TEXT("why", d->outcome.why));
	return FLOW_DONE;
}

static const struct flow_step delivery_steps[] = {
	FLOW_STEP(delivery_send),
	FLOW_STEP(delivery_settle),
	FLOW_STEP(delivery_report),
	FLOW_END,
};

/* For one whose end could not be written down the first time. */
static const struct flow_step settling_steps[] = {
	FLOW_STEP(delivery_settle),
	FLOW_STEP(delivery_report),
	FLOW_END,
};

static void
delivery_unavailable(void *state)
{
	(void)state; /* delivery_release() sees to it */
}

static void
delivery_release(void *state)
{
	struct delivery *d = state;

	if (d->settled) {
		delivery_free(d);
		return;
	}
	d->next = d->mailing->unsettled;
	d->mailing->unsettled = d;
}

static const struct flow_ops delivery_ops = {
	.unavailable = delivery_unavailable,
	.release = delivery_release,
};

static void
delivery_start(
    struct delivery *d, const struct flow_step *steps, int64_t deadline_ms)
{
	flow_start(&(struct flow_start){
	    .base = d->mailing->base,
	    .steps = steps,
	    .ops = &delivery_ops,
	    .state = d,
	    .arena = &d->arena,
	    .id = "mailing",
	    .deadline_ms = (int)deadline_ms,
	});
}

static void
delivery_begin(
    struct mailing *m, const struct outbox_claimed *row, struct str by)
{
	struct delivery *d = memory_new(sizeof(*d));

	*d = (struct delivery){ .mailing = m,
		.row = *row,
		.packed = BUF_INIT(MAIL_PACKED_LONGEST),
		.text = BUF_INIT(MAIL_COMPOSED_LONGEST) };
	d->by = arena_text(&d->arena, by);
	d->row.payload = arena_text(&d->arena, row->payload);
	m->under_way++;
	delivery_compose(d);
	delivery_start(
	    d, delivery_steps, m->start.smtp.deadline_ms + SETTLE_DEADLINE_MS);
}

/* --- a round ------------------------------------------------------------ */

static enum flow_next
round_claim(struct flow *f)
{
	struct mailing_round *r = flow_state(f);
	struct mailing *m = r->mailing;

	outbox_claim(m->store, f, &r->claim, &r->claimed);
	if (r->counts)
		outbox_look(m->store, f, &r->state);
	return FLOW_NEXT;
}

static enum flow_next
round_deliver(struct flow *f)
{
	struct mailing_round *r = flow_state(f);
	struct mailing *m = r->mailing;
	const struct outbox_claimed *rows = r->claimed.items;

	if (r->counts) {
		scoreboard_level(LEVEL_OUTBOX_WAITING, r->state.waiting);
		scoreboard_level(LEVEL_OUTBOX_OLDEST_AT, r->state.oldest_at);
	}
	for (size_t i = 0; i < r->claimed.count; i++)
		delivery_begin(m, &rows[i], r->claim.by);
	if ((int64_t)r->claimed.count == r->claim.most)
		m->due_us = clock_monotonic(); /* there may be more */
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

static void
round_release(void *state)
{
	struct mailing_round *r = state;

	r->mailing->claiming = false;
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

static void
round_begin(struct mailing *m)
{
	struct mailing_round *r = memory_new(sizeof(*r));
	int64_t now = clock_now(), turned = clock_monotonic();

	r->mailing = m;
	r->claim = (struct outbox_claim){
		.by = round_name(&r->arena),
		.now = now,
		.until =
		    now + m->start.smtp.deadline_ms * 1000 + CLAIM_MARGIN_US,
		.most = m->start.smtp.parallel - m->under_way,
	};
	r->counts = turned >= m->count_due_us;
	if (r->counts)
		m->count_due_us = turned + COUNT_PERIOD_US;
	m->claiming = true;
	m->due_us = turned + ROUND_PERIOD_US;
	flow_start(&(struct flow_start){
	    .base = m->base,
	    .steps = round_steps,
	    .ops = &round_ops,
	    .state = r,
	    .arena = &r->arena,
	    .id = "mailing",
	    .deadline_ms = ROUND_DEADLINE_MS,
	});
}

/* --- all of it ---------------------------------------------------------- */

struct mailing *
mailing_new(struct event_base *base, struct store *store,
    const struct mailing_start *start)
{
	struct mailing *m;

	if (start->smtp.host == NULL)
		return NULL;
	m = memory_new(sizeof(*m));
	*m = (struct mailing){ .start = *start, .base = base, .store = store };
	m->smtp = smtp_new(base, &start->smtp);
	return m;
}

void
mailing_free(struct mailing *m)
{
	if (m == NULL)
		return;
	smtp_free(m->smtp);
	free(m);
}

void
mailing_use_keys(struct mailing *m, const struct keys *keys)
{
	if (m != NULL)
		m->keys = keys;
}

static void
mailing_settle_again(struct mailing *m)
{
	struct delivery *d = m->unsettled, *next;

	m->unsettled = NULL;
	m->settle_due_us = clock_monotonic() + ROUND_PERIOD_US;
	for (; d != NULL; d = next) {
		next = d->next;
		delivery_start(d, settling_steps, SETTLE_DEADLINE_MS);
	}
}

void
mailing_turn(struct mailing *m)
{
	int64_t now = clock_monotonic();

	if (m == NULL || !store_ready(m->store))
		return;
	if (m->unsettled != NULL && now >= m->settle_due_us)
		mailing_settle_again(m);
	if (!m->stopping && !m->claiming && now >= m->due_us &&
	    m->under_way <= m->start.smtp.parallel / 2)
		round_begin(m);
}

void
mailing_stop(struct mailing *m)
{
	if (m == NULL)
		return;
	m->stopping = true;
	smtp_stop(m->smtp);
}

bool
mailing_idle(const struct mailing *m)
{
	return m == NULL || (!m->claiming && m->under_way == 0);
}
