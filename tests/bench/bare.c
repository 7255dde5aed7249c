/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L-bare: our HTTP server and our lanes, with nothing of Portillon between.
 *
 *	bare PORT DATABASE SESSIONS
 *
 * GET /select runs the statement of single sign-on, GET /insert that of a
 * validation, durable like there, both for a session drawn at random; the
 * answer is a fixed text.  No tickets, no policy, no pages, no log: what is
 * between this and the server is what they cost.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "cas/ticket.h"
#include "crypto/random.h"
#include "http/server.h"
#include "loop/clock.h"
#include "loop/flow.h"
#include "people.h"
#include "store/sessions.h"
#include "store/store.h"
#include "store/tickets.h"

enum {
	DEADLINE_MS = 5000,
	UNITS_MOST = 4096,
	TIMEOUT_MS = 2000,
	CONNECTIONS = 20000,
	BACKLOG = 1024,
	PORT_HIGHEST = 65535,
	PEOPLE_MOST = 2 * 1000 * 1000,
	SERVICE_ID = 1,
};

struct bare {
	struct event_base *base;
	struct store *store;
	struct http_server *server;
	struct event *tick;
	struct people people;
	struct session_limits limits;
	bool told;
};

struct question {
	struct arena arena;
	struct bare *bare;
	struct http_exchange *exchange;
	struct session_found found;
	struct ticket_redeemed redeemed;
};

static const char ticket_text[] =
    "ST-0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmn";

/* As long as a short answer of the server. */
static const struct str body =
    STR_INIT("<cas:serviceResponse xmlns:cas=\"http://www.yale.edu/tp/cas\">\n"
	     "  <cas:authenticationSuccess>\n"
	     "    <cas:user>somebody-or-other</cas:user>\n"
	     "    <cas:attributes>\n"
	     "      <cas:mail>somebody@bench.example</cas:mail>\n"
	     "      <cas:affiliation>member</cas:affiliation>\n"
	     "    </cas:attributes>\n"
	     "  </cas:authenticationSuccess>\n"
	     "</cas:serviceResponse>\n");

static void
question_answer(struct question *question, unsigned status)
{
	http_reply(question->exchange,
	    &(struct http_response){
		.status = status,
		.kind = HTTP_DATA,
		.content_type = STR("application/xml;charset=UTF-8"),
		.body = status == 200 ? body : STR_NONE,
	    });
	question->exchange = NULL;
}

static enum flow_next
select_ask(struct flow *f)
{
	struct question *question = flow_state(f);
	struct bare *bare = question->bare;

	sessions_find(bare->store, f, people_draw(&bare->people)->mac,
	    clock_now(), &bare->limits, &question->found);
	return FLOW_NEXT;
}

static enum flow_next
select_answer(struct flow *f)
{
	struct question *question = flow_state(f);

	question_answer(
	    question, question->found.session.number > 0 ? 200 : 500);
	return FLOW_DONE;
}

static enum flow_next
insert_ask(struct flow *f)
{
	struct question *question = flow_state(f);
	struct bare *bare = question->bare;
	uint8_t request[TICKETS_REQUEST_SIZE], random[TICKET_RANDOM_SIZE];
	int64_t now = clock_now();

	random_bytes(request, sizeof(request));
	random_bytes(random, sizeof(random));
	tickets_redeem(bare->store, f,
	    &(struct ticket_redemption){
		.session = people_draw(&bare->people)->session,
		.issued_at = now / 1000000,
		.random = random,
		.request = request,
		.service_id = SERVICE_ID,
		.ticket = str_of(ticket_text),
		.service_url = STR("https://app0.bench.example/"),
		.now = now,
		.limits = bare->limits,
	    },
	    &question->redeemed);
	return FLOW_NEXT;
}

static enum flow_next
insert_answer(struct flow *f)
{
	struct question *question = flow_state(f);
	bool right = question->redeemed.fresh && question->redeemed.alive;

	question_answer(question, right ? 200 : 500);
	return FLOW_DONE;
}

static const struct flow_step select_steps[] = {
	FLOW_STEP(select_ask),
	FLOW_STEP(select_answer),
	FLOW_END,
};

static const struct flow_step insert_steps[] = {
	FLOW_STEP(insert_ask),
	FLOW_STEP(insert_answer),
	FLOW_END,
};

static void
question_unavailable(void *state)
{
	question_answer(state, 503);
}

static void
question_release(void *state)
{
	struct question *question = state;

	arena_clear(&question->arena);
	free(question);
}

static const struct flow_ops question_ops = {
	.unavailable = question_unavailable,
	.release = question_release,
};

static void
bare_request(struct http_exchange *exchange, void *context)
{
	struct str path = http_exchange_head(exchange)->path;
	struct question *question = memory_new(sizeof(*question));

	question->bare = context;
	question->exchange = exchange;
	flow_start(&(struct flow_start){
	    .base = question->bare->base,
	    .steps =
		str_equal(path, STR("/insert")) ? insert_steps : select_steps,
	    .ops = &question_ops,
	    .state = question,
	    .arena = &question->arena,
	    .id = "",
	    .deadline_ms = DEADLINE_MS,
	});
}

static void
bare_refused(struct http_exchange *exchange, unsigned status, void *context)
{
	(void)context;
	http_reply(exchange,
	    &(struct http_response){ .status = status, .kind = HTTP_DATA });
}

static void
bare_tick(evutil_socket_t fd, short what, void *argument)
{
	struct bare *bare = argument;

	(void)fd, (void)what;
	if (bare->told || !store_ready(bare->store))
		return;
	bare->told = true;
	puts("ready");
	fflush(stdout);
}

static int
bare_listen(uint64_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	perror("bare: cannot listen");
	return -1;
}

static void
bare_serve(struct bare *bare, int listener, const char *conninfo)
{
	static const struct timeval period = { 0, 20 * 1000 };
	const struct http_handler handler = { bare_request, bare_refused,
		bare };
	const struct http_server_settings http = { .connections_most =
						       CONNECTIONS,
		.connections_per_address = CONNECTIONS,
		.plain_origin = true };
	const struct store_settings store = { .conninfo = conninfo,
		.statement_timeout_ms = TIMEOUT_MS,
		.waiting_most = UNITS_MOST };

	signal(SIGPIPE, SIG_IGN);
	bare->limits = (struct session_limits){ 3600, 36000 };
	bare->base = event_base_new();
	bare->store = store_new(bare->base, &store);
	bare->server = http_server_new(bare->base, &http, &handler);
	http_server_listen(bare->server, listener);
	bare->tick = event_new(bare->base, -1, EV_PERSIST, bare_tick, bare);
	event_add(bare->tick, &period);
	event_base_dispatch(bare->base); /* until SIGTERM ends the process */
}

int
main(int count, char **words)
{
	struct bare bare = { 0 };
	uint64_t port;
	int listener;

	if (count != 4 || !str_number(str_of(words[1]), PORT_HIGHEST, &port)) {
		fprintf(stderr, "Usage: bare PORT DATABASE SESSIONS\n");
		return 2;
	}
	if (!people_read(&bare.people, words[3], 0, PEOPLE_MOST))
		return 3;
	listener = bare_listen(port);
	if (listener < 0)
		return 3;
	bare_serve(&bare, listener, words[2]);
	return 3;
}
