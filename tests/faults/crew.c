/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Browsers at work: begin an errand when it is due, ask, take the answer, go on
 * when it is in the journal.
 */
#include "crew.h"

#include <arpa/inet.h>
#include <event2/event.h>

#include "errands.h"
#include "load/dice.h"
#include "loop/clock.h"

enum {
	TICK_US = 5 * 1000,
	LINE_LARGEST = 512,
	REQUEST_LARGEST = 4096,
	SECOND_US = 1000 * 1000,
	ADDRESSES_A_BLOCK = 250,
};

static void browser_ask(struct browser *);
static void browser_go_on(void *);

const char *
outcome_name(enum outcome outcome)
{
	static const char *const names[OUTCOME_COUNT] = { "form", "granted",
		"accepted", "refused", "wait", "done", "unavailable", "unknown",
		"unsent", "wrong", "mixup" };

	return names[outcome];
}

void
session_ring_add(struct session_ring *ring, const struct session *session)
{
	if (session->cookie[0] == '\0' || ring->room == 0)
		return;
	ring->list[ring->count++ % ring->room] = *session;
}

static size_t
session_ring_kept(const struct session_ring *ring)
{
	return ring->count < ring->room ? (size_t)ring->count : ring->room;
}

static void
browser_rest(struct browser *browser)
{
	struct crew *crew = browser->crew;
	size_t place =
	    (crew->idle_first + crew->idle_count) % crew->settings.browsers;

	browser->errand = NULL;
	crew->idle[place] = browser;
	crew->idle_count++;
}

static struct browser *
browser_take(struct crew *crew)
{
	struct browser *browser = crew->idle[crew->idle_first];

	crew->idle_first = (crew->idle_first + 1) % crew->settings.browsers;
	crew->idle_count--;
	return browser;
}

/* --- one request ---------------------------------------------------------- */

static void
browser_remember_example(struct browser *browser, const struct answer *answer)
{
	struct crew *crew = browser->crew;

	if (crew->example[0] != '\0')
		return;
	snprintf(crew->example, sizeof(crew->example), "%s: %u %.*s %.*s",
	    errand_stage(browser)->operation, answer->status,
	    STR_ARGS(answer->location), STR_ARGS(str_first(answer->body, 300)));
}

/* The line of the end; what follows from it waits for the disk. */
static void
browser_note_end(struct browser *browser, enum outcome outcome, struct str says)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT(LINE_LARGEST);
	struct crew *crew = browser->crew;

	browser->outcome = outcome;
	crew->outcomes[outcome]++;
	buf_format(&line, "E %llu %lld %s",
	    (unsigned long long)browser->sequence, (long long)clock_monotonic(),
	    outcome_name(outcome));
	if (says.len > 0) {
		buf_char(&line, ' ');
		buf_text(&line, says);
	}
	journal_add(crew->journal, buf_str(&line), browser_go_on, browser);
}

static enum outcome
browser_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	enum outcome outcome;

	if (answer->status == 503)
		return OUTCOME_UNAVAILABLE;
	outcome = errand_stage(browser)->judge(browser, answer, says);
	if (outcome == OUTCOME_WRONG || outcome == OUTCOME_MIXUP)
		browser_remember_example(browser, answer);
	return outcome;
}

static void
browser_answered(void *argument, enum link_end end, const struct answer *answer)
{
	CLEANUP(buf_clear) struct buf says = BUF_INIT(DETAIL_LARGEST);
	struct browser *browser = argument;
	enum outcome outcome = OUTCOME_UNKNOWN;

	if (end == LINK_ANSWERED) {
		outcome = browser_judge(browser, answer, &says);
	} else {
		buf_words(&says, link_end_name(end));
		if (end == LINK_UNSENT)
			outcome = OUTCOME_UNSENT;
		else if (end == LINK_MALFORMED)
			outcome = OUTCOME_WRONG;
		browser->stale = end == LINK_STALE;
	}
	browser_note_end(browser, outcome, buf_str(&says));
}

static void
browser_send(void *argument)
{
	CLEANUP(buf_clear) struct buf request = BUF_INIT(REQUEST_LARGEST);
	struct browser *browser = argument;
	struct link **link = &browser->links[browser->node];

	if (*link == NULL)
		*link = nodes_link(browser->crew->nodes, (size_t)browser->node,
		    browser->address);
	errand_stage(browser)->ask(browser, &request);
	link_ask(*link, buf_str(&request), browser_answered, browser);
}

/* Nothing follows from this line. */
static void
browser_told(void *argument)
{
	(void)argument;
}

static void
browser_ask(struct browser *browser)
{
	CLEANUP(buf_clear) struct buf line = BUF_INIT(LINE_LARGEST);
	const struct stage *stage = errand_stage(browser);
	struct crew *crew = browser->crew;

	browser->sequence = ++crew->sequence;
	browser->node = nodes_choose(crew->nodes, browser->tried, &crew->dice);
	buf_format(&line, "B %llu %lld %u %d %s ",
	    (unsigned long long)browser->sequence, (long long)clock_monotonic(),
	    browser->number, browser->node, stage->operation);
	stage->describe(browser, &line);
	buf_format(&line, " app%u", browser->service);
	if (browser->node >= 0) {
		journal_add(
		    crew->journal, buf_str(&line), browser_send, browser);
		return;
	}
	journal_add(crew->journal, buf_str(&line), browser_told, browser);
	browser->tried = ~0U;
	browser_note_end(browser, OUTCOME_UNSENT, STR("nobody"));
}

/* --- one errand ----------------------------------------------------------- */

static void
errand_end(struct browser *browser, bool good)
{
	struct crew *crew = browser->crew;

	if (good && browser->due_at > 0) {
		crew->errands_done++;
		histogram_add(&crew->latency,
		    (uint64_t)(clock_monotonic() - browser->due_at) * 1000);
	}
	browser_rest(browser);
}

/* Somebody else may take what was never sent. */
static bool
browser_moves(struct browser *browser)
{
	struct crew *crew = browser->crew;

	if (browser->outcome != OUTCOME_UNSENT || browser->tried == ~0U)
		return false;
	browser->tried |= 1U << browser->node;
	if (nodes_choose(crew->nodes, browser->tried, &crew->dice) < 0)
		return false;
	crew->moved++;
	return true;
}

static void
browser_next_stage(struct browser *browser)
{
	browser->stage++;
	browser->retried = false;
	browser->tried = 0;
	if (errand_stage(browser) == NULL)
		errand_end(browser, true);
	else
		browser_ask(browser);
}

/*
 * Once more: after a kept connection has ended, as browsers do; and a ticket
 * whose fate is not known, since an application may, and must not win by it.
 */
static bool
browser_tries_again(struct browser *browser)
{
	const struct stage *stage = errand_stage(browser);
	struct crew *crew = browser->crew;
	bool stale = browser->outcome == OUTCOME_UNKNOWN && browser->stale;

	if (browser->retried || !stage->safe ||
	    (browser->outcome != OUTCOME_UNKNOWN &&
		browser->outcome != OUTCOME_UNAVAILABLE) ||
	    (!stale && !stage->insists))
		return false;
	browser->retried = true;
	if (stale)
		crew->retried++;
	else
		crew->failed++;
	return true;
}

static bool
outcome_is_failure(enum outcome outcome)
{
	return outcome == OUTCOME_UNAVAILABLE || outcome == OUTCOME_UNKNOWN ||
	       outcome == OUTCOME_UNSENT;
}

/* The end of a request is on disk: what follows? */
static void
browser_go_on(void *argument)
{
	struct browser *browser = argument;

	if (browser->outcome == errand_stage(browser)->wanted) {
		browser_next_stage(browser);
		return;
	}
	if (browser_moves(browser) || browser_tries_again(browser)) {
		browser_ask(browser);
		return;
	}
	browser->crew->failed += outcome_is_failure(browser->outcome);
	if (browser->outcome == OUTCOME_REFUSED)
		errand_lost_session(browser);
	errand_end(browser, false);
}

static void
errand_start(
    struct browser *browser, const struct errand_kind *kind, int64_t due_at)
{
	browser->due_at = due_at;
	browser->retried = false;
	browser->tried = 0;
	errand_begin(browser, kind);
	browser_ask(browser);
}

/* --- the rate ------------------------------------------------------------- */

static int64_t
crew_due_at(const struct crew *crew)
{
	return crew->began_at +
	       (int64_t)((double)crew->begun * SECOND_US / crew->settings.rate);
}

static void
crew_catch_up(struct crew *crew)
{
	int64_t now = clock_monotonic();

	while (crew_due_at(crew) <= now && crew->idle_count > 0) {
		struct browser *browser = browser_take(crew);
		int64_t due_at = crew_due_at(crew);

		crew->begun++;
		crew->late += now - due_at > SECOND_US;
		errand_start(
		    browser, errand_choose(browser, &crew->dice), due_at);
	}
}

/* --- the proofs ----------------------------------------------------------- */

/* Each session on each node; false when there is no further one. */
static bool
crew_prove_next(struct crew *crew)
{
	size_t nodes = nodes_count(crew->nodes);
	size_t alive = session_ring_kept(&crew->alive);
	size_t ended = session_ring_kept(&crew->ended);
	size_t at = crew->proofs_done / nodes;
	struct browser *browser;

	if (at >= alive + ended)
		return false;
	browser = browser_take(crew);
	browser->subject =
	    at < alive ? crew->alive.list[at] : crew->ended.list[at - alive];
	browser->due_at = 0;
	browser->retried = false;
	browser->tried = ~(1U << crew->proofs_done++ % nodes);
	errand_begin(
	    browser, at < alive ? &errand_prove_alive : &errand_prove_ended);
	browser_ask(browser);
	return true;
}

static void
crew_finish(struct crew *crew)
{
	while (crew->idle_count > 0 && crew_prove_next(crew))
		;
	if (crew->idle_count == crew->settings.browsers &&
	    journal_is_idle(crew->journal))
		event_base_loopbreak(crew->base);
}

static void
crew_tick(evutil_socket_t fd, short what, void *argument)
{
	struct crew *crew = argument;

	(void)fd, (void)what;
	if (crew->stopping)
		crew_finish(crew);
	else
		crew_catch_up(crew);
}

void
crew_stop(struct crew *crew)
{
	if (crew->stopping)
		return;
	crew->stopping = true;
	for (size_t i = 0; i < crew->settings.browsers; i++)
		if (crew->list[i].errand == NULL)
			session_ring_add(&crew->alive, &crew->list[i].session);
}

/* --- making it ------------------------------------------------------------ */

static void
browser_init(struct crew *crew, unsigned number)
{
	struct browser *browser = &crew->list[number];

	browser->crew = crew;
	browser->number = number;
	browser->address = INADDR_LOOPBACK + (1U << 16) +
			   (number / ADDRESSES_A_BLOCK << 8) +
			   number % ADDRESSES_A_BLOCK;
	browser_rest(browser);
}

bool
crew_start(struct crew *crew)
{
	static const struct timeval period = { 0, TICK_US };
	const struct crew_settings *settings = &crew->settings;

	if (!errands_mix(settings->mix)) {
		fprintf(stderr, "ledger: there is no such mix: %s\n",
		    settings->mix);
		return false;
	}
	crew->dice = settings->seed * 2 + 1;
	crew->list = memory_array(settings->browsers, sizeof(*crew->list));
	crew->idle = memory_array(settings->browsers, sizeof(*crew->idle));
	crew->alive.room = crew->ended.room = settings->proofs;
	crew->alive.list =
	    memory_array(settings->proofs, sizeof(*crew->alive.list));
	crew->ended.list =
	    memory_array(settings->proofs, sizeof(*crew->ended.list));
	for (size_t i = 0; i < settings->browsers; i++)
		browser_init(crew, (unsigned)i);
	crew->began_at = clock_monotonic();
	crew->tick = event_new(crew->base, -1, EV_PERSIST, crew_tick, crew);
	event_add(crew->tick, &period);
	return true;
}

void
crew_clear(struct crew *crew)
{
	for (size_t i = 0; crew->list != NULL && i < crew->settings.browsers;
	     i++)
		for (size_t node = 0; node < NODES_MOST; node++)
			link_free(crew->list[i].links[node]);
	if (crew->tick != NULL)
		event_free(crew->tick);
	free(crew->list);
	free(crew->idle);
	free(crew->alive.list);
	free(crew->ended.list);
}
