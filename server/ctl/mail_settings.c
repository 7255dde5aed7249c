/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the settings of mail to what the courier and the commands make of them.
 */
#include "ctl/mail_settings.h"

#include "base/buf.h"
#include "ctl/file.h"
#include "ctl/settings.h"
#include "text/mail_server.h"
#include "text/url.h"

enum {
	PASSWORD_LONGEST = 1024,
	CONVERSATIONS_MOST = 10, /* few relays take more from one client */
};

/*
 * How we call ourselves: in EHLO and behind the @ of a Message-ID, neither of
 * which takes an IPv6 address as a URL spells it.
 */
static const char *
own_name(struct mail_settings *mail, const struct settings *s)
{
	struct url url;

	if (!url_parse(str_of(s->url), &url) || str_starts(url.host, STR("[")))
		return "localhost";
	return arena_text(&mail->texts, url.host).at;
}

static bool
read_password(
    struct mail_settings *mail, const struct settings *s, struct buf *why)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT(PASSWORD_LONGEST);
	struct str password, rest;

	if (s->mail_user[0] == '\0')
		return true;
	if (!file_read_secret(s->mail_password_file, &text, why))
		return false;
	(void)str_cut(buf_str(&text), '\n', &password, &rest);
	mail->start.smtp.user = s->mail_user;
	mail->start.smtp.password = arena_text(&mail->texts, password).at;
	return true;
}

bool
mail_settings_read(
    struct mail_settings *mail, const struct settings *s, struct buf *why)
{
	struct mail_server server;

	*mail = (struct mail_settings){ .start.smtp.host = NULL };
	if (!mail_server_parse(str_of(s->mail_server), &server))
		return true; /* none is set */
	mail->start = (struct mailing_start){
		.smtp = { .host = arena_text(&mail->texts, server.host).at,
		    .port = server.port,
		    .tls = server.tls,
		    .starttls =
			!server.tls &&
			!str_equal(str_of(s->mail_starttls), STR("none")),
		    .ca_file = s->mail_ca[0] != '\0' ? s->mail_ca : NULL,
		    .hello = own_name(mail, s),
		    .deadline_ms = s->mail_timeout * 1000,
		    .parallel = CONVERSATIONS_MOST },
		.from = s->mail_from,
		.from_name = s->institution,
		.bounces = s->mail_bounces,
	};
	return read_password(mail, s, why);
}

void
mail_settings_clear(struct mail_settings *mail)
{
	arena_clear(&mail->texts);
}
