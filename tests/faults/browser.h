/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual browser: the session it goes on with, the errand and the request
 * that are under way.  It has an address of its own, 127.1.0.1 and on.
 */
#ifndef FAULTS_BROWSER_H
#define FAULTS_BROWSER_H

#include "cas/ticket.h"
#include "nodes.h"
#include "secrets.h"

struct crew;
struct errand_kind;

enum outcome {
	OUTCOME_FORM, /* the sign-in form */
	OUTCOME_GRANTED, /* a session, a ticket, or both */
	OUTCOME_ACCEPTED, /* somebody, and the right one */
	OUTCOME_REFUSED, /* no session, no such ticket, wrong password */
	OUTCOME_WAIT, /* too many tries */
	OUTCOME_DONE, /* signed out */
	OUTCOME_UNAVAILABLE, /* 503: whether something was done is not known */
	OUTCOME_UNKNOWN, /* no whole answer */
	OUTCOME_UNSENT, /* the server never saw it */
	OUTCOME_WRONG, /* an answer that must never be */
	OUTCOME_MIXUP, /* somebody else's name in it */
	OUTCOME_COUNT,
};

const char *outcome_name(enum outcome);

enum {
	LOGIN_SIZE = 32,
	COOKIE_SIZE = 64,
	DETAIL_LARGEST = 200,
};

struct session {
	char cookie[COOKIE_SIZE]; /* "": none */
	char hash[SECRET_HASH_SIZE];
	unsigned person;
};

struct browser {
	struct crew *crew;
	unsigned number;
	uint32_t address;
	struct link *links[NODES_MOST];
	struct session session; /* the one that it goes on with */
	char known[COOKIE_SIZE]; /* "__Host-browser" */
	/* the errand that is under way */
	const struct errand_kind *errand;
	unsigned stage;
	int64_t due_at; /* when it should have begun, monotonic */
	bool retried; /* this stage was asked a second time */
	struct session subject; /* whom it is about */
	unsigned service;
	char login[LOGIN_SIZE]; /* who is signing in */
	char form_cookie[COOKIE_SIZE];
	char execution[COOKIE_SIZE];
	char ticket[TICKET_LENGTH + 1];
	/* the request that is under way */
	uint64_t sequence;
	int node;
	unsigned tried; /* bits of nodes that did not take it */
	enum outcome outcome;
	bool stale; /* unknown, since a kept connection had ended */
};

#endif
