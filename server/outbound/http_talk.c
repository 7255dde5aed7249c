/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request.
 *
 * Whoever is called may say what they like: what counts is the status, so the
 * talk ends when the head of the answer is there and its body becomes long.
 */
#include "outbound/http_talk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "text/public_address.h"

struct talk {
	const struct http_talk *asked;
	CURL *easy; /* that of `asked` */
	struct curl_slist *fields;
	size_t heard; /* bytes */
	unsigned status; /* of the answer whose head is being read */
	bool answered; /* that head is whole, and it is a final one */
	bool connected_somewhere; /* an address was allowed */
	char forbidden[ADDRESS_TEXT_SIZE]; /* one that was not; or empty */
};

/* The address itself: names have been resolved, and are of no interest. */
static curl_socket_t
talk_opens_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *place)
{
	struct talk *t = context;
	struct address address;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !address_from_socket(&place->addr, &address))
		return CURL_SOCKET_BAD;
	if (!address_is_public(&address) &&
	    !networks_have(&t->asked->settings->allowed, &address)) {
		address_text(&address, t->forbidden);
		return CURL_SOCKET_BAD;
	}
	t->connected_somewhere = true;
	return socket(
	    place->family, place->socktype | SOCK_CLOEXEC, place->protocol);
}

/* Often, and at least once a second; other than 0 ends the talk. */
static int
talk_goes_on(
    void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct talk *t = context;

	(void)a, (void)b, (void)c, (void)d;
	return atomic_load_explicit(t->asked->stopping, memory_order_relaxed);
}

/* A line of a head: that of an interim answer (1xx) is followed by another. */
static size_t
talk_hears_line(char *line, size_t size, size_t count, void *context)
{
	struct talk *t = context;
	size_t len = size * count;
	long status = 0;

	t->heard += len;
	if (t->heard > HTTP_CALL_HEARD_MOST)
		return 0;
	if (len > 2 || (len > 0 && line[0] != '\r' && line[0] != '\n'))
		return len;
	(void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->status = (unsigned)status;
	t->answered = status >= 200;
	return len;
}

static size_t
talk_hears_body(char *at, size_t size, size_t count, void *context)
{
	struct talk *t = context;

	(void)at;
	t->heard += size * count;
	return t->heard > HTTP_CALL_HEARD_MOST ? 0 : size * count;
}

#define TALK_SET(t, option, value) \
	talk_demand(curl_easy_setopt((t)->easy, (option), (value)))

/* An option that this libcurl does not have, or no memory. */
static void
talk_demand(CURLcode code)
{
	if (code != CURLE_OK)
		abort();
}

static void
talk_set_place(struct talk *t)
{
	const struct http_call *call = t->asked->call;

	TALK_SET(t, CURLOPT_URL, call->url.at);
	TALK_SET(t, CURLOPT_PROTOCOLS_STR,
	    call->https_only ? "https" : "http,https");
	TALK_SET(t, CURLOPT_FOLLOWLOCATION, 0L);
	TALK_SET(t, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	TALK_SET(t, CURLOPT_PATH_AS_IS, 1L);
	TALK_SET(t, CURLOPT_PROXY, ""); /* whatever the environment says */
	TALK_SET(t, CURLOPT_NOPROXY, "*");
	TALK_SET(t, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	TALK_SET(t, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	TALK_SET(t, CURLOPT_HTTP09_ALLOWED, 0L);
	TALK_SET(t, CURLOPT_NOSIGNAL, 1L);
	TALK_SET(t, CURLOPT_FRESH_CONNECT, 1L);
	TALK_SET(t, CURLOPT_FORBID_REUSE, 1L);
	TALK_SET(t, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	TALK_SET(t, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	TALK_SET(t, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
	TALK_SET(t, CURLOPT_TIMEOUT_MS, (long)call->total_ms);
}

static void
talk_set_trust(struct talk *t)
{
	const char *ca_file = t->asked->settings->ca_file;

	TALK_SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	TALK_SET(t, CURLOPT_SSL_VERIFYPEER, 1L);
	TALK_SET(t, CURLOPT_SSL_VERIFYHOST, 2L);
	if (ca_file != NULL) {
		TALK_SET(t, CURLOPT_CAINFO, ca_file);
		TALK_SET(t, CURLOPT_CAPATH, NULL);
	}
}

static void
talk_set_callbacks(struct talk *t)
{
	TALK_SET(t, CURLOPT_OPENSOCKETFUNCTION, talk_opens_socket);
	TALK_SET(t, CURLOPT_OPENSOCKETDATA, t);
	TALK_SET(t, CURLOPT_XFERINFOFUNCTION, talk_goes_on);
	TALK_SET(t, CURLOPT_XFERINFODATA, t);
	TALK_SET(t, CURLOPT_NOPROGRESS, 0L);
	TALK_SET(t, CURLOPT_HEADERFUNCTION, talk_hears_line);
	TALK_SET(t, CURLOPT_HEADERDATA, t);
	TALK_SET(t, CURLOPT_WRITEFUNCTION, talk_hears_body);
	TALK_SET(t, CURLOPT_WRITEDATA, t);
}

static void
talk_add_field(struct talk *t, const char *field)
{
	t->fields = curl_slist_append(t->fields, field);
	if (t->fields == NULL)
		abort();
}

/* Head and body leave in one write: some readers ask only once. */
static void
talk_set_request(struct talk *t)
{
	const struct http_call *call = t->asked->call;
	char type[128];

	TALK_SET(t, CURLOPT_USERAGENT, "Portillon");
	talk_add_field(t, "Connection: close");
	if (call->body.at != NULL) {
		snprintf(type, sizeof(type), "Content-Type: %.*s",
		    STR_ARGS(call->content_type));
		talk_add_field(t, type);
		talk_add_field(t, "Expect:"); /* none: no waiting for a 100 */
		TALK_SET(t, CURLOPT_POST, 1L);
		TALK_SET(t, CURLOPT_POSTFIELDS, call->body.at);
		TALK_SET(
		    t, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
	}
	TALK_SET(t, CURLOPT_HTTPHEADER, t->fields);
}

static bool
talk_leads_home(const struct talk *t)
{
	struct str home = str_of(t->asked->settings->home);
	char *to = NULL;

	(void)curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
	return to != NULL &&
	       str_equal_nocase(str_first(str_of(to), home.len), home) &&
	       str_starts(str_from(str_of(to), home.len), STR("/login"));
}

static void
talk_tell(const struct talk *t, CURLcode code, struct http_call_result *into)
{
	bool forbidden = t->forbidden[0] != '\0' && !t->connected_somewhere;

	*into = (struct http_call_result){ .outcome = HTTP_CALL_FAILED };
	if (t->answered) {
		into->outcome = HTTP_CALL_ANSWERED;
		into->status = t->status;
		into->leads_home = talk_leads_home(t);
	} else if (forbidden) {
		into->outcome = HTTP_CALL_FORBIDDEN;
		snprintf(into->why, sizeof(into->why),
		    "%s is not a public address, nor in outbound.networks",
		    t->forbidden);
	} else if (t->heard > HTTP_CALL_HEARD_MOST) {
		snprintf(into->why, sizeof(into->why), "it said too much");
	} else if (code == CURLE_ABORTED_BY_CALLBACK) {
		snprintf(into->why, sizeof(into->why), "stopped on our side");
	} else {
		snprintf(into->why, sizeof(into->why), "%s",
		    code == CURLE_OK ? "it gave no answer"
				     : curl_easy_strerror(code));
	}
}

/*
 * An address may have secrets in it, and a handle keeps the parts of the last
 * one until the next: one whose protocol nobody knows, so nobody is called.
 */
static void
talk_forget_place(struct talk *t)
{
	TALK_SET(t, CURLOPT_URL, "none://none/");
	(void)curl_easy_perform(t->easy);
}

void
http_talk(const struct http_talk *asked, struct http_call_result *into)
{
	struct talk t = { .asked = asked, .easy = asked->easy };

	talk_set_place(&t);
	talk_set_trust(&t);
	talk_set_callbacks(&t);
	talk_set_request(&t);
	talk_tell(&t, curl_easy_perform(t.easy), into);
	talk_forget_place(&t);
	curl_slist_free_all(t.fields);
}
