/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation with a mail server.
 *
 * Whoever has the reply that settles the matter stops listening: libcurl then
 * still says QUIT, and finds the end where it would wait for the answer.
 */
#include "outbound/smtp_talk.h"

#include <curl/curl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"

enum {
	CONNECT_MOST_MS = 10 * 1000,
	HEARD_MOST = 256 * 1024, /* bytes of all replies, TLS included */
	SOCKETS_MOST = 8, /* tried at the same time: addresses of a name */
	URL_LONGEST = 1024,
};

struct talk {
	const struct smtp_talk *asked;
	CURL *easy;
	struct curl_slist *recipients;
	size_t sent; /* of the text */
	bool text_sent; /* all of it: the next reply settles it */
	unsigned code; /* of the last reply that counts; 0: none yet */
	bool settled; /* nothing that is said afterwards counts */
	curl_socket_t sockets[SOCKETS_MOST]; /* open ones, -1: none */
};

static int
talk_socket_opened(void *context, curl_socket_t fd, curlsocktype purpose)
{
	struct talk *t = context;

	(void)purpose;
	for (size_t i = 0; i < SOCKETS_MOST; i++) {
		if (t->sockets[i] < 0) {
			t->sockets[i] = fd;
			return CURL_SOCKOPT_OK;
		}
	}
	return CURL_SOCKOPT_ERROR;
}

static int
talk_socket_closes(void *context, curl_socket_t fd)
{
	struct talk *t = context;

	for (size_t i = 0; i < SOCKETS_MOST; i++) {
		if (t->sockets[i] == fd)
			t->sockets[i] = -1;
	}
	return close(fd);
}

static void
talk_listen_no_more(const struct talk *t)
{
	for (size_t i = 0; i < SOCKETS_MOST; i++) {
		if (t->sockets[i] >= 0)
			(void)shutdown(t->sockets[i], SHUT_RD);
	}
}

static bool
talk_hears_too_much(const struct talk *t)
{
	uint64_t heard = 0;

	for (size_t i = 0; i < SOCKETS_MOST; i++) {
		struct tcp_info facts = { 0 };
		socklen_t size = sizeof(facts);

		if (t->sockets[i] >= 0 && getsockopt(t->sockets[i], IPPROTO_TCP,
					      TCP_INFO, &facts, &size) == 0)
			heard += facts.tcpi_bytes_received;
	}
	return heard > HEARD_MOST;
}

/* Often, and at least once a second; other than 0 ends the conversation. */
static int
talk_goes_on(
    void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct talk *t = context;

	(void)a, (void)b, (void)c, (void)d;
	if (talk_hears_too_much(t)) {
		talk_listen_no_more(t);
		return 1;
	}
	return t->asked->stopping != NULL &&
	       atomic_load_explicit(t->asked->stopping, memory_order_relaxed);
}

/* A line of a reply: a code, and a hyphen behind it if more lines follow. */
static size_t
talk_hears_line(char *line, size_t size, size_t count, void *context)
{
	struct talk *t = context;
	struct str text = { line, size * count };
	uint64_t code;

	if (text.len < 3 || !str_number(str_first(text, 3), 999, &code) ||
	    (text.len > 3 && text.at[3] == '-'))
		return text.len;
	if (t->settled)
		return text.len;
	t->code = (unsigned)code;
	t->settled = t->code >= 400 || t->text_sent;
	if (t->settled)
		talk_listen_no_more(t);
	return text.len;
}

static size_t
talk_reads_text(char *out, size_t size, size_t count, void *context)
{
	struct talk *t = context;
	struct str rest = str_from(t->asked->text, t->sent);

	rest = str_first(rest, size * count);
	if (rest.len > 0)
		memcpy(out, rest.at, rest.len);
	t->sent += rest.len;
	t->text_sent = t->sent == t->asked->text.len;
	return rest.len;
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
	const struct smtp_settings *s = t->asked->settings;
	CLEANUP(buf_clear) struct buf url = BUF_INIT(URL_LONGEST);
	bool brackets = strchr(s->host, ':') != NULL;
	int64_t connect =
	    s->deadline_ms < CONNECT_MOST_MS ? s->deadline_ms : CONNECT_MOST_MS;

	buf_format(&url, "%s://%s%s%s:%u/%s", s->tls ? "smtps" : "smtp",
	    brackets ? "[" : "", s->host, brackets ? "]" : "", s->port,
	    s->hello);
	TALK_SET(t, CURLOPT_URL, buf_cstr(&url));
	TALK_SET(t, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	TALK_SET(t, CURLOPT_PROXY, ""); /* whatever the environment says */
	TALK_SET(t, CURLOPT_NOSIGNAL, 1L);
	TALK_SET(t, CURLOPT_FORBID_REUSE, 1L);
	TALK_SET(t, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
	TALK_SET(t, CURLOPT_TIMEOUT_MS, (long)s->deadline_ms);
	TALK_SET(t, CURLOPT_SERVER_RESPONSE_TIMEOUT,
	    (long)(s->deadline_ms / 1000 + 1));
}

static void
talk_set_trust(struct talk *t)
{
	const struct smtp_settings *s = t->asked->settings;

	TALK_SET(t, CURLOPT_USE_SSL,
	    (long)(s->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	TALK_SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	TALK_SET(t, CURLOPT_SSL_VERIFYPEER, 1L);
	TALK_SET(t, CURLOPT_SSL_VERIFYHOST, 2L);
	if (s->ca_file != NULL) {
		TALK_SET(t, CURLOPT_CAINFO, s->ca_file);
		TALK_SET(t, CURLOPT_CAPATH, NULL);
	}
	if (s->user != NULL) {
		TALK_SET(t, CURLOPT_USERNAME, s->user);
		TALK_SET(t, CURLOPT_PASSWORD, s->password);
	}
}

static void
talk_set_callbacks(struct talk *t)
{
	TALK_SET(t, CURLOPT_SOCKOPTFUNCTION, talk_socket_opened);
	TALK_SET(t, CURLOPT_SOCKOPTDATA, t);
	TALK_SET(t, CURLOPT_CLOSESOCKETFUNCTION, talk_socket_closes);
	TALK_SET(t, CURLOPT_CLOSESOCKETDATA, t);
	TALK_SET(t, CURLOPT_XFERINFOFUNCTION, talk_goes_on);
	TALK_SET(t, CURLOPT_XFERINFODATA, t);
	TALK_SET(t, CURLOPT_NOPROGRESS, 0L);
	TALK_SET(t, CURLOPT_HEADERFUNCTION, talk_hears_line);
	TALK_SET(t, CURLOPT_HEADERDATA, t);
	TALK_SET(t, CURLOPT_READFUNCTION, talk_reads_text);
	TALK_SET(t, CURLOPT_READDATA, t);
}

static void
talk_set_mail(struct talk *t)
{
	const struct smtp_talk *asked = t->asked;

	if (asked->from == NULL) {
		TALK_SET(t, CURLOPT_CUSTOMREQUEST, "NOOP");
		TALK_SET(t, CURLOPT_NOBODY, 1L);
		return;
	}
	t->recipients = curl_slist_append(NULL, asked->to);
	if (t->recipients == NULL)
		abort();
	TALK_SET(t, CURLOPT_MAIL_FROM, asked->from);
	TALK_SET(t, CURLOPT_MAIL_RCPT, t->recipients);
	TALK_SET(t, CURLOPT_UPLOAD, 1L);
	TALK_SET(t, CURLOPT_INFILESIZE_LARGE, (curl_off_t)asked->text.len);
}

/*
 * A 5xx to the mail itself is for good: CURLE_SEND_ERROR is what libcurl makes
 * of one to MAIL, RCPT and DATA.  One to the greeting, to EHLO or AUTH tells of
 * the server or of our settings, which may change.
 */
static enum smtp_outcome
talk_outcome(const struct talk *t, CURLcode code)
{
	if (code == CURLE_OK)
		return SMTP_DELIVERED;
	if (t->code >= 500 && (code == CURLE_SEND_ERROR || t->text_sent))
		return SMTP_REFUSED;
	return SMTP_LATER;
}

static void
talk_tell(const struct talk *t, CURLcode code, struct smtp_result *into)
{
	const struct smtp_talk *asked = t->asked;
	const char *stage = t->text_sent ? " for the text" : "";

	into->outcome = talk_outcome(t, code);
	into->why[0] = '\0';
	if (code == CURLE_OK)
		return;
	if (code == CURLE_LOGIN_DENIED)
		snprintf(into->why, sizeof(into->why),
		    "the mail server does not take mail.user and its "
		    "password (%u)",
		    t->code);
	else if (t->code >= 400)
		snprintf(into->why, sizeof(into->why),
		    "the mail server said %u%s", t->code, stage);
	else if (code == CURLE_ABORTED_BY_CALLBACK)
		snprintf(into->why, sizeof(into->why), "%s",
		    asked->stopping != NULL && atomic_load(asked->stopping)
			? "stopped on our side"
			: "the mail server said too much");
	else
		snprintf(into->why, sizeof(into->why), "%s",
		    curl_easy_strerror(code));
}

void
smtp_talk(const struct smtp_talk *asked, struct smtp_result *into)
{
	struct talk t = { .asked = asked, .easy = curl_easy_init() };

	if (t.easy == NULL)
		abort(); /* out of memory */
	for (size_t i = 0; i < SOCKETS_MOST; i++)
		t.sockets[i] = -1;
	talk_set_place(&t);
	talk_set_trust(&t);
	talk_set_callbacks(&t);
	talk_set_mail(&t);
	talk_tell(&t, curl_easy_perform(t.easy), into);
	curl_easy_cleanup(t.easy);
	curl_slist_free_all(t.recipients);
}
