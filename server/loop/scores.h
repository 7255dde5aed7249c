/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted and measured on the scoreboard, by name.
 *
 * Counts only grow; levels tell how things stand and are forgotten when their
 * process ends.  What each is called outside stands in web/metrics.c.
 */
#ifndef LOOP_SCORES_H
#define LOOP_SCORES_H

#include <stdint.h>

enum score {
	SCORE_ACCEPTED,
	SCORE_REFUSED_TOTAL, /* connections: the caps of http/server.h */
	SCORE_REFUSED_ADDRESS,
	SCORE_REFUSED_HANDSHAKES,
	SCORE_REFUSED_DESCRIPTORS,
	SCORE_HEAD_400, /* heads and bodies that were no request, by status */
	SCORE_HEAD_405,
	SCORE_HEAD_408,
	SCORE_HEAD_413,
	SCORE_HEAD_414,
	SCORE_HEAD_431,
	SCORE_HEAD_OTHER,
	SCORE_TICKETS,
	SCORE_VALIDATED,
	SCORE_VALIDATION_REFUSED, /* one for each enum answer_code, in order */
	SCORE_VALIDATION_REFUSED_LAST = SCORE_VALIDATION_REFUSED + 7,
	SCORE_PROXY_TICKETS,
	SCORE_PROXY_TICKETS_REFUSED,
	SCORE_CALLBACKS_TAKEN, /* with proxy-granting tickets */
	SCORE_CALLBACKS_FAILED,
	SCORE_SIGN_IN_RIGHT,
	SCORE_SIGN_IN_WRONG,
	SCORE_SIGN_IN_THROTTLED,
	SCORE_PASSWORDS_REFUSED, /* no room in the queue, or too long in it */
	SCORE_UNITS_SENT,
	SCORE_UNITS_REPEATED,
	SCORE_UNITS_FAILED,
	SCORE_DATABASE_CONNECTS,
	SCORE_PROCESS_RESTARTS,
	SCORE_RELOADS,
	SCORE_RELOADS_REFUSED,
	SCORE_UNAVAILABLE, /* flows answered so */
	SCORE_SLOW_REQUESTS,
	SCORE_MAILS_DELIVERED,
	SCORE_MAILS_POSTPONED, /* tries that are to be repeated */
	SCORE_MAILS_GIVEN_UP,
	SCORE_LOGOUTS_DELIVERED, /* single logout, the same */
	SCORE_LOGOUTS_POSTPONED,
	SCORE_LOGOUTS_GIVEN_UP,
	SCORE_LOG_LOST, /* lines that could not be written */
	SCORE_LOG_LEFT_OUT, /* lines beyond the limit of their event */
	SCORE_COUNT,
};

/* How things stand in one process. */
enum score_level {
	LEVEL_STARTED_AT, /* microseconds since 1970 UTC */
	LEVEL_TURNED_AT, /* when its loop last went round; monotonic */
	LEVEL_DRAINING, /* of the master: the node is stopping */
	LEVEL_CONNECTIONS,
	LEVEL_PASSWORDS_PENDING, /* waiting or being checked */
	LEVEL_UNITS_PENDING, /* waiting for the database or under way */
	LEVEL_LANE_QUICK_UP,
	LEVEL_LANE_SLOW_UP,
	LEVEL_LANE_FLUSH_UP,
	LEVEL_DATABASE_READY,
	LEVEL_DATABASE_CHANGED_AT, /* when that last changed; monotonic */
	LEVEL_GENERATION, /* of the registry; 0: none has been read */
	LEVEL_SERVICES,
	LEVEL_ACTIVE_KEY,
	LEVEL_KEY_HELD, /* the active key is in the key file */
	LEVEL_UPKEEP_AT, /* microseconds since 1970 UTC; 0: not yet */
	LEVEL_DAYS_AHEAD, /* room for spent tickets, as of then */
	LEVEL_OUTBOX_WAITING, /* mails, of all nodes */
	LEVEL_LOGOUTS_WAITING, /* the same */
	LEVEL_OUTBOX_OLDEST_AT, /* microseconds since 1970 UTC; 0: none waits */
	LEVEL_COUNT,
};

/* How long things took, as histograms. */
enum score_time {
	TIME_PAGES, /* requests */
	TIME_VALIDATION,
	TIME_OTHER,
	TIME_PASSWORD, /* a check, the wait for a thread included */
	TIME_BARRIER, /* of the database's flush barrier */
	TIME_COUNT,
};

enum {
	SCORE_BUCKETS = 12,
	SCORE_ROUTES_MOST = 64, /* the last: no route was found */
	SCORE_CLASSES = 6, /* of a status, by its first digit */
	SCORE_NAME_SIZE = 24,
};

/* The upper bounds of a histogram's buckets, microseconds. */
extern const int64_t score_bounds[SCORE_BUCKETS];

struct score_times {
	uint64_t buckets[SCORE_BUCKETS + 1]; /* the last: longer than all */
	uint64_t sum_us;
};

#endif
