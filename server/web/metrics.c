/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics of the node, in the order of these tables.
 *
 * Rows of one family stand together: the first has the help and writes the
 * head.  A counter that has no other label is the sum over the processes; a
 * level is told for each process, since the worst of them is what matters.
 */
#include "web/metrics.h"

#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "cas/answer.h"
#include "loop/scoreboard.h"
#include "text/metrics.h"
#include "web/readiness.h"
#include "web/routes.h"

struct counter_row {
	const char *family;
	enum score score;
	const char *label; /* NULL: none */
	const char *value;
	const char *help; /* of the first row of a family */
};

/* clang-format off */
static const struct counter_row counters[] = {
	{ "portillon_connections_accepted_total", SCORE_ACCEPTED, NULL, NULL,
	    "Connections accepted on the service port, also those then "
	    "refused." },
	{ "portillon_connections_refused_total", SCORE_REFUSED_TOTAL,
	    "reason", "total", "Connections turned away, by reason." },
	{ "portillon_connections_refused_total", SCORE_REFUSED_ADDRESS,
	    "reason", "address", NULL },
	{ "portillon_connections_refused_total", SCORE_REFUSED_HANDSHAKES,
	    "reason", "handshakes", NULL },
	{ "portillon_connections_refused_total", SCORE_REFUSED_DESCRIPTORS,
	    "reason", "descriptors", NULL },
	{ "portillon_heads_refused_total", SCORE_HEAD_400, "status", "400",
	    "What came and could not be read as a request, by the status "
	    "that was answered." },
	{ "portillon_heads_refused_total", SCORE_HEAD_405, "status", "405",
	    NULL },
	{ "portillon_heads_refused_total", SCORE_HEAD_408, "status", "408",
	    NULL },
	{ "portillon_heads_refused_total", SCORE_HEAD_413, "status", "413",
	    NULL },
	{ "portillon_heads_refused_total", SCORE_HEAD_414, "status", "414",
	    NULL },
	{ "portillon_heads_refused_total", SCORE_HEAD_431, "status", "431",
	    NULL },
	{ "portillon_heads_refused_total", SCORE_HEAD_OTHER, "status", "other",
	    NULL },
	{ "portillon_tickets_issued_total", SCORE_TICKETS, NULL, NULL,
	    "Service tickets issued." },
	{ "portillon_proxy_tickets_total", SCORE_PROXY_TICKETS, "result",
	    "issued", "Proxy tickets asked for, by what became of it." },
	{ "portillon_proxy_tickets_total", SCORE_PROXY_TICKETS_REFUSED,
	    "result", "refused", NULL },
	{ "portillon_proxy_callbacks_total", SCORE_CALLBACKS_TAKEN, "result",
	    "taken",
	    "Applications called with a proxy-granting ticket, by whether they "
	    "took it." },
	{ "portillon_proxy_callbacks_total", SCORE_CALLBACKS_FAILED, "result",
	    "failed", NULL },
	{ "portillon_sign_ins_total", SCORE_SIGN_IN_RIGHT, "result", "right",
	    "Names and passwords that were sent in, by what became of them." },
	{ "portillon_sign_ins_total", SCORE_SIGN_IN_WRONG, "result", "wrong",
	    NULL },
	{ "portillon_sign_ins_total", SCORE_SIGN_IN_THROTTLED, "result",
	    "throttled", NULL },
	{ "portillon_password_checks_refused_total", SCORE_PASSWORDS_REFUSED,
	    NULL, NULL,
	    "Password checks not done: the queue was full or too slow." },
	{ "portillon_unavailable_total", SCORE_UNAVAILABLE, NULL, NULL,
	    "Requests and inner tasks given up: something they needed could "
	    "not be had in time." },
	{ "portillon_slow_requests_total", SCORE_SLOW_REQUESTS, NULL, NULL,
	    "Requests that took longer than the setting log.slow." },
	{ "portillon_database_units_total", SCORE_UNITS_SENT, NULL, NULL,
	    "Transactions sent to the database." },
	{ "portillon_database_units_repeated_total", SCORE_UNITS_REPEATED,
	    NULL, NULL, "Transactions that had to be sent again." },
	{ "portillon_database_units_failed_total", SCORE_UNITS_FAILED, NULL,
	    NULL, "Transactions that failed or were not sent in time." },
	{ "portillon_database_connects_total", SCORE_DATABASE_CONNECTS, NULL,
	    NULL, "Database connections made." },
	{ "portillon_process_restarts_total", SCORE_PROCESS_RESTARTS, NULL,
	    NULL, "Processes started again after they ended." },
	{ "portillon_reloads_total", SCORE_RELOADS, "result", "taken",
	    "Reloads of the settings, by what became of them." },
	{ "portillon_reloads_total", SCORE_RELOADS_REFUSED, "result",
	    "refused", NULL },
	{ "portillon_mails_total", SCORE_MAILS_DELIVERED, "result",
	    "delivered", "Mails tried, by what became of them." },
	{ "portillon_mails_total", SCORE_MAILS_POSTPONED, "result",
	    "postponed", NULL },
	{ "portillon_mails_total", SCORE_MAILS_GIVEN_UP, "result", "given_up",
	    NULL },
	{ "portillon_logouts_total", SCORE_LOGOUTS_DELIVERED, "result",
	    "delivered",
	    "Tries to tell applications of ended sessions, by what became of "
	    "them." },
	{ "portillon_logouts_total", SCORE_LOGOUTS_POSTPONED, "result",
	    "postponed", NULL },
	{ "portillon_logouts_total", SCORE_LOGOUTS_GIVEN_UP, "result",
	    "given_up", NULL },
	{ "portillon_log_lines_lost_total", SCORE_LOG_LOST, NULL, NULL,
	    "Log lines that could not be written, or not whole." },
	{ "portillon_log_lines_left_out_total", SCORE_LOG_LEFT_OUT, NULL, NULL,
	    "Log lines beyond the limit of their event." },
};

struct level_row {
	const char *family;
	enum score_level level;
	const char *lane; /* of the database; NULL: no such label */
	const char *who; /* processes whose name starts so */
	const char *help;
};

static const struct level_row levels[] = {
	{ "portillon_connections", LEVEL_CONNECTIONS, NULL, "gate",
	    "Connections open on the service port." },
	{ "portillon_password_checks_pending", LEVEL_PASSWORDS_PENDING, NULL,
	    "gate", "Password checks that wait or are at work." },
	{ "portillon_database_units_pending", LEVEL_UNITS_PENDING, NULL, "gate",
	    "Transactions that wait or are under way." },
	{ "portillon_database_connection_up", LEVEL_LANE_QUICK_UP, "quick", "",
	    "Whether a database connection is up." },
	{ "portillon_database_connection_up", LEVEL_LANE_SLOW_UP, "slow", "",
	    NULL },
	{ "portillon_database_connection_up", LEVEL_LANE_FLUSH_UP, "flush", "",
	    NULL },
	{ "portillon_registry_generation", LEVEL_GENERATION, NULL, "gate",
	    "Generation of the registry that is in use; 0: none yet." },
	{ "portillon_registry_services", LEVEL_SERVICES, NULL, "gate",
	    "Services in that registry." },
	{ "portillon_active_key", LEVEL_ACTIVE_KEY, NULL, "gate",
	    "Number of the key that new things are made with." },
	{ "portillon_spent_ticket_days_ahead", LEVEL_DAYS_AHEAD, NULL,
	    "courier", "Days to come that have room for spent tickets." },
	{ "portillon_mails_waiting", LEVEL_OUTBOX_WAITING, NULL, "courier",
	    "Mails in the database that wait to be delivered, by whatever "
	    "node." },
	{ "portillon_logouts_waiting", LEVEL_LOGOUTS_WAITING, NULL, "courier",
	    "Applications that are still to be told of an ended session, by "
	    "whatever node." },
};

static const struct {
	enum score_time time;
	const char *family;
	const char *group; /* NULL: no such label */
	const char *help;
} times[] = {
	{ TIME_PAGES, "portillon_request_duration_seconds", "pages",
	    "From a request read to its answer, by kind of route." },
	{ TIME_VALIDATION, "portillon_request_duration_seconds", "validation",
	    NULL },
	{ TIME_OTHER, "portillon_request_duration_seconds", "other", NULL },
	{ TIME_PASSWORD, "portillon_password_check_duration_seconds", NULL,
	    "A password check, the wait for a thread included." },
	{ TIME_BARRIER, "portillon_database_barrier_duration_seconds", NULL,
	    "The database's flush that makes commits durable." },
};
/* clang-format on */

static void
write_counters(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(counters); i++) {
		const struct counter_row *row = &counters[i];
		struct metrics_label label = { row->label, str_of(row->value) };

		if (row->help != NULL)
			metrics_head(
			    out, row->family, METRICS_COUNTER, row->help);
		metrics_count(out, row->family,
		    (struct metrics_labels){ &label, row->label != NULL },
		    scoreboard_total(row->score));
	}
}

static void
write_validations(struct buf *out)
{
	static const char family[] = "portillon_validations_total";

	metrics_head(out, family, METRICS_COUNTER,
	    "Tickets presented for validation: ok, or the code of the "
	    "refusal.");
	metrics_count(out, family, METRICS_LABELS({ "result", STR("ok") }),
	    scoreboard_total(SCORE_VALIDATED));
	for (enum answer_code code = 0; code <= ANSWER_INTERNAL_ERROR; code++)
		metrics_count(out, family,
		    METRICS_LABELS({ "result", answer_code_name(code) }),
		    scoreboard_total(SCORE_VALIDATION_REFUSED + code));
}

static void
write_route(
    struct buf *out, size_t place, struct str path, enum route_method method)
{
	static const struct str classes[SCORE_CLASSES] = {
		[2] = STR_INIT("2xx"),
		[3] = STR_INIT("3xx"),
		[4] = STR_INIT("4xx"),
		[5] = STR_INIT("5xx"),
	};

	bool is_post = method == ON_POST;

	for (unsigned status_class = 2; status_class < SCORE_CLASSES;
	     status_class++)
		metrics_count(out, "portillon_requests_total",
		    METRICS_LABELS({ "route", path },
			{ "method", is_post               ? STR("POST")
				    : method == ON_DELETE ? STR("DELETE")
							  : STR("GET") },
			{ "class", classes[status_class] }),
		    scoreboard_requests(place, is_post, status_class));
}

/* A HEAD counts as a GET; what met no route has the route "none". */
static void
write_requests(struct buf *out)
{
	size_t count;
	const struct route *routes = route_table(&count);

	metrics_head(out, "portillon_requests_total", METRICS_COUNTER,
	    "Requests answered, by route and class of the status.");
	for (size_t i = 0; i < count; i++) {
		if (routes[i].methods & (ON_GET | ON_HEAD))
			write_route(out, i, routes[i].path, ON_GET);
		if (routes[i].methods & ON_POST)
			write_route(out, i, routes[i].path, ON_POST);
		if (routes[i].methods & ON_DELETE)
			write_route(out, i, routes[i].path, ON_DELETE);
	}
	write_route(out, SCORE_ROUTES_MOST - 1, STR("none"), ON_GET);
	write_route(out, SCORE_ROUTES_MOST - 1, STR("none"), ON_POST);
}

static void
write_times(struct buf *out)
{
	struct score_times counted;

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		const char *group = times[i].group;
		struct metrics_label label = { group != NULL ? "group" : NULL,
			str_of(group) };

		scoreboard_times(times[i].time, &counted);
		if (times[i].help != NULL)
			metrics_head(out, times[i].family, METRICS_HISTOGRAM,
			    times[i].help);
		metrics_histogram(out, times[i].family, label,
		    &(struct metrics_times){ score_bounds, counted.buckets,
			SCORE_BUCKETS, counted.sum_us });
	}
}

static void
write_level(struct buf *out, const struct level_row *row)
{
	struct scoreboard_process one;

	for (size_t i = 1; i < scoreboard_slots(); i++) {
		struct metrics_label labels[2];

		scoreboard_process(i, &one);
		if (!one.runs ||
		    !str_starts(str_of(one.name), str_of(row->who)))
			continue;
		labels[0] =
		    (struct metrics_label){ "process", str_of(one.name) };
		labels[1] = (struct metrics_label){ "lane", str_of(row->lane) };
		metrics_level(out, row->family,
		    (struct metrics_labels){
			labels, row->lane != NULL ? 2 : 1 },
		    one.levels[row->level]);
	}
}

static void
write_levels(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		if (levels[i].help != NULL)
			metrics_head(out, levels[i].family, METRICS_GAUGE,
			    levels[i].help);
		write_level(out, &levels[i]);
	}
}

static void
write_processes(struct buf *out)
{
	static const char family[] = "portillon_process_start_time_seconds";
	struct scoreboard_process one;

	metrics_head(out, family, METRICS_GAUGE,
	    "When each process was started, in seconds since 1970.");
	for (size_t i = 0; i < scoreboard_slots(); i++) {
		scoreboard_process(i, &one);
		if (one.runs)
			metrics_seconds(out, family,
			    METRICS_LABELS({ "process", str_of(one.name) }),
			    one.levels[LEVEL_STARTED_AT]);
	}
}

/* As the couriers see it, each in its turn; 0: none waits. */
static void
write_oldest_mail(struct buf *out)
{
	static const char family[] = "portillon_oldest_mail_time_seconds";
	struct scoreboard_process one;

	metrics_head(out, family, METRICS_GAUGE,
	    "When the oldest mail that waits was asked for, in seconds since "
	    "1970; 0: none waits.");
	for (size_t i = 1; i < scoreboard_slots(); i++) {
		scoreboard_process(i, &one);
		if (one.runs && str_starts(str_of(one.name), STR("courier")))
			metrics_seconds(out, family,
			    METRICS_LABELS({ "process", str_of(one.name) }),
			    one.levels[LEVEL_OUTBOX_OLDEST_AT]);
	}
}

static void
write_one_level(
    struct buf *out, const char *family, const char *help, int64_t value)
{
	metrics_head(out, family, METRICS_GAUGE, help);
	metrics_level(out, family, METRICS_NO_LABELS, value);
}

static void
write_node(struct buf *out)
{
	struct readiness now = readiness_now(NULL);

	metrics_head(out, "portillon_build_info", METRICS_GAUGE,
	    "The release that runs.");
	metrics_count(out, "portillon_build_info",
	    METRICS_LABELS({ "version", STR(PORTILLON_VERSION) }), 1);
	write_one_level(out, "portillon_ready",
	    "Whether the node can sign people in, as /ready says.", now.ready);
	write_one_level(out, "portillon_gates", "Processes that are to serve.",
	    (int64_t)now.gates);
	write_one_level(out, "portillon_gates_ready",
	    "Processes that can sign people in.", (int64_t)now.gates_ready);
}

void
node_metrics_write(struct buf *out)
{
	write_node(out);
	write_processes(out);
	write_requests(out);
	write_times(out);
	write_validations(out);
	write_counters(out);
	write_levels(out);
	write_oldest_mail(out);
}
