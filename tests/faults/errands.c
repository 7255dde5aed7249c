/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of errands stands at the foot.
 */
#include "errands.h"

#include "load/dice.h"

enum {
	KINDS_MOST = 16
};

/* --- reading answers ------------------------------------------------------ */

static bool
text_has(struct str text, const char *part)
{
	return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

/* What stands between two texts; STR_NONE if they are not there. */
static struct str
text_between(struct str text, const char *before, const char *after)
{
	const char *start = memmem(text.at, text.len, before, strlen(before));
	const char *end;
	struct str rest;

	if (start == NULL)
		return STR_NONE;
	rest = str_from(text, (size_t)(start - text.at) + strlen(before));
	end = memmem(rest.at, rest.len, after, strlen(after));
	return end == NULL ? STR_NONE
			   : str_first(rest, (size_t)(end - rest.at));
}

static bool
keep(char *to, size_t size, struct str text)
{
	if (text.len == 0 || text.len >= size)
		return false;
	memcpy(to, text.at, text.len);
	to[text.len] = '\0';
	return true;
}

static void
login_of(unsigned person, char login[LOGIN_SIZE])
{
	snprintf(login, LOGIN_SIZE, "person%u", person);
}

/*
 * Everything about a person has "personN" in it, and no page of ours has.  So
 * this finds anybody else's name in an answer (row L11).
 */
static bool
names_somebody_else(struct str text, const char *login)
{
	struct str rest = text;
	const char *at;

	while ((at = memmem(rest.at, rest.len, "person", 6)) != NULL) {
		size_t digits = 6;

		rest = str_from(rest, (size_t)(at - rest.at));
		while (digits < rest.len && rest.at[digits] >= '0' &&
		       rest.at[digits] <= '9')
			digits++;
		if (digits > 6 &&
		    !str_equal(str_first(rest, digits), str_of(login)))
			return true;
		rest = str_from(rest, digits);
	}
	return false;
}

static bool
is_form(const struct answer *answer)
{
	return text_has(answer->body, "name=\"execution\"");
}

/* --- writing requests ----------------------------------------------------- */

static void
ask_begin(const char *method, const char *path, struct buf *out)
{
	buf_words(out, method);
	buf_words(out, " /cas");
	buf_words(out, path);
}

static void
ask_fields(const struct browser *browser, struct buf *out)
{
	buf_words(out, " HTTP/1.1\r\nHost: ");
	buf_words(out, browser->crew->settings.host);
	buf_words(out,
	    "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
	    "Gecko/20100101 Firefox/128.0\r\nAccept-Language: en\r\n");
}

static void
ask_cookie(const char *name, const char *value, struct buf *out)
{
	if (value[0] == '\0')
		return;
	buf_words(out, "Cookie: ");
	buf_words(out, name);
	buf_char(out, '=');
	buf_words(out, value);
	buf_words(out, "\r\n");
}

static void
ask_service(const struct browser *browser, struct buf *out)
{
	buf_words(out, "service=https%3A%2F%2Fapp");
	buf_number(out, browser->service);
	buf_words(out, ".faults.example%2Fstart");
}

static void
describe(const char *user, const char *a, struct buf *out)
{
	buf_format(out, "%s %s", user, a);
}

static void
describe_nobody(const struct browser *browser, struct buf *out)
{
	(void)browser;
	describe("-", "-", out);
}

static void
describe_subject(const struct browser *browser, struct buf *out)
{
	char login[LOGIN_SIZE];

	login_of(browser->subject.person, login);
	describe(login, browser->subject.hash, out);
}

/* --- the form, and signing in --------------------------------------------- */

static void
form_ask(const struct browser *browser, struct buf *out)
{
	ask_begin("GET", "/login?", out);
	ask_service(browser, out);
	ask_fields(browser, out);
	buf_words(out, "\r\n");
}

static enum outcome
form_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	(void)says;
	if (names_somebody_else(answer->body, ""))
		return OUTCOME_MIXUP;
	if (answer->status == 200 &&
	    keep(browser->form_cookie, COOKIE_SIZE,
		answer_cookie(answer, STR("__Host-login"))) &&
	    keep(browser->execution, COOKIE_SIZE,
		text_between(
		    answer->body, "name=\"execution\" value=\"", "\"")))
		return OUTCOME_FORM;
	return OUTCOME_WRONG;
}

static void
post_ask(const struct browser *browser, const char *password, struct buf *out)
{
	CLEANUP(buf_clear) struct buf body = BUF_INIT(2048);

	buf_format(&body, "execution=%s&username=%s&password=%s",
	    browser->execution, browser->login, password);
	buf_words(&body, browser->login);
	buf_char(&body, '&');
	ask_service(browser, &body);
	ask_begin("POST", "/login", out);
	ask_fields(browser, out);
	buf_format(out, "Cookie: __Host-login=%s", browser->form_cookie);
	if (browser->known[0] != '\0')
		buf_format(out, "; __Host-browser=%s", browser->known);
	buf_format(out,
	    "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    body.len);
	buf_text(out, buf_str(&body));
}

static void
sign_in_ask(const struct browser *browser, struct buf *out)
{
	post_ask(browser, "secret-of-", out);
}

static void
sign_in_describe(const struct browser *browser, struct buf *out)
{
	describe(browser->login, "-", out);
}

/* The way back to the service, with a ticket. */
static bool
ticket_read(struct browser *browser, const struct answer *answer)
{
	char start[80];
	struct str place = answer->location;

	snprintf(start, sizeof(start),
	    "https://app%u.faults.example/start?ticket=ST-", browser->service);
	if (!str_starts(place, str_of(start)))
		return false;
	place = str_from(place, strlen(start) - strlen("ST-"));
	return place.len == TICKET_LENGTH &&
	       keep(browser->ticket, sizeof(browser->ticket), place);
}

static void
says_ticket(const struct browser *browser, struct buf *says)
{
	char hash[SECRET_HASH_SIZE];

	ticket_hash(str_of(browser->ticket), hash);
	buf_words(says, hash);
}

static enum outcome
sign_in_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	struct str cookie = answer_cookie(answer, STR("__Host-TGC"));
	struct session *session = &browser->session;

	if (names_somebody_else(answer->body, browser->login))
		return OUTCOME_MIXUP;
	if (answer->status == 429)
		return OUTCOME_WAIT;
	if (answer->status == 401 && is_form(answer))
		return OUTCOME_REFUSED;
	if (answer->status != 303 || !ticket_read(browser, answer) ||
	    !keep(session->cookie, COOKIE_SIZE, cookie) ||
	    !session_hash(browser->crew->keys, cookie, session->hash))
		return OUTCOME_WRONG;
	session->person = browser->number % browser->crew->settings.persons;
	browser->subject = *session;
	if (!keep(browser->known, COOKIE_SIZE,
		answer_cookie(answer, STR("__Host-browser"))))
		return OUTCOME_WRONG;
	buf_words(says, session->hash);
	buf_char(says, ' ');
	says_ticket(browser, says);
	return OUTCOME_GRANTED;
}

static void
wrong_ask(const struct browser *browser, struct buf *out)
{
	post_ask(browser, "guess-at-", out);
}

static void
wrong_describe(const struct browser *browser, struct buf *out)
{
	char hash[SECRET_HASH_SIZE];

	throttle_hash(browser->crew->keys, str_of(browser->login), hash);
	describe(browser->login, hash, out);
}

static enum outcome
wrong_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	(void)browser, (void)says;
	if (names_somebody_else(answer->body, ""))
		return OUTCOME_MIXUP;
	if (answer_cookie(answer, STR("__Host-TGC")).len > 0)
		return OUTCOME_GRANTED;
	if (answer->status == 429)
		return OUTCOME_WAIT;
	return answer->status == 401 && is_form(answer) ? OUTCOME_REFUSED
							: OUTCOME_WRONG;
}

/* --- with a session ------------------------------------------------------- */

static void
ticket_ask(const struct browser *browser, struct buf *out)
{
	ask_begin("GET", "/login?", out);
	ask_service(browser, out);
	ask_fields(browser, out);
	ask_cookie("__Host-TGC", browser->subject.cookie, out);
	buf_words(out, "\r\n");
}

static enum outcome
ticket_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	if (names_somebody_else(answer->body, ""))
		return OUTCOME_MIXUP;
	if (answer->status == 200 && is_form(answer))
		return OUTCOME_REFUSED;
	if (answer->status != 302 || !ticket_read(browser, answer))
		return OUTCOME_WRONG;
	says_ticket(browser, says);
	return OUTCOME_GRANTED;
}

static void
validate_ask(const struct browser *browser, struct buf *out)
{
	ask_begin("GET", "/p3/serviceValidate?", out);
	ask_service(browser, out);
	buf_words(out, "&ticket=");
	buf_words(out, browser->ticket);
	ask_fields(browser, out);
	buf_words(out, "\r\n");
}

static void
validate_describe(const struct browser *browser, struct buf *out)
{
	char login[LOGIN_SIZE];

	login_of(browser->subject.person, login);
	buf_words(out, login);
	buf_char(out, ' ');
	says_ticket(browser, out);
}

static enum outcome
validate_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	struct str user =
	    text_between(answer->body, "<cas:user>", "</cas:user>");
	struct str mail =
	    text_between(answer->body, "<cas:mail>", "@faults.example<");
	char login[LOGIN_SIZE];

	login_of(browser->subject.person, login);
	if (user.len > 0) {
		buf_text(says, str_first(user, LOGIN_SIZE));
		if (names_somebody_else(answer->body, login))
			return OUTCOME_MIXUP;
		return str_equal(user, str_of(login)) && str_equal(user, mail)
			   ? OUTCOME_ACCEPTED
			   : OUTCOME_WRONG;
	}
	if (answer->status != 200 ||
	    !text_has(answer->body, "code=\"INVALID_TICKET\""))
		return OUTCOME_WRONG;
	buf_words(says, "INVALID_TICKET");
	return OUTCOME_REFUSED;
}

static void
session_ask(const struct browser *browser, struct buf *out)
{
	ask_begin("GET", "/", out);
	ask_fields(browser, out);
	ask_cookie("__Host-TGC", browser->subject.cookie, out);
	buf_words(out, "\r\n");
}

static enum outcome
session_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	char login[LOGIN_SIZE];

	(void)says;
	login_of(browser->subject.person, login);
	if (names_somebody_else(answer->body, login))
		return OUTCOME_MIXUP;
	if (answer->status == 302 && str_ends(answer->location, STR("/login")))
		return OUTCOME_REFUSED;
	return answer->status == 200 && text_has(answer->body, login)
		   ? OUTCOME_ACCEPTED
		   : OUTCOME_WRONG;
}

static void
logout_ask(const struct browser *browser, struct buf *out)
{
	ask_begin("GET", "/logout", out);
	ask_fields(browser, out);
	ask_cookie("__Host-TGC", browser->subject.cookie, out);
	buf_words(out, "\r\n");
}

static enum outcome
logout_judge(
    struct browser *browser, const struct answer *answer, struct buf *says)
{
	(void)says;
	if (names_somebody_else(answer->body, ""))
		return OUTCOME_MIXUP;
	if (answer->status != 200 || is_form(answer))
		return OUTCOME_WRONG;
	session_ring_add(&browser->crew->ended, &browser->subject);
	return OUTCOME_DONE;
}

/* --- the table ------------------------------------------------------------ */

/* clang-format off */
#define FORM \
	{ "form", form_ask, describe_nobody, form_judge, OUTCOME_FORM, true, \
	    false }
#define SIGN_IN \
	{ "signin", sign_in_ask, sign_in_describe, sign_in_judge, \
	    OUTCOME_GRANTED, false, false }
#define WRONG_PASSWORD \
	{ "wrong", wrong_ask, wrong_describe, wrong_judge, \
	    OUTCOME_REFUSED, false, false }
#define TICKET \
	{ "ticket", ticket_ask, describe_subject, ticket_judge, \
	    OUTCOME_GRANTED, true, false }
#define VALIDATE(wanted) \
	{ "validate", validate_ask, validate_describe, validate_judge, \
	    (wanted), true, true }
#define SESSION(wanted) \
	{ "session", session_ask, describe_subject, session_judge, \
	    (wanted), true, false }
#define LOGOUT \
	{ "logout", logout_ask, describe_subject, logout_judge, \
	    OUTCOME_DONE, true, false }

static const struct errand_kind kinds[] = {
	{ "sso", 35, true, { TICKET, VALIDATE(OUTCOME_ACCEPTED) } },
	{ "twice", 5, true, { TICKET, VALIDATE(OUTCOME_ACCEPTED),
	    VALIDATE(OUTCOME_REFUSED) } },
	{ "signin", 30, false, { FORM, SIGN_IN, VALIDATE(OUTCOME_ACCEPTED) } },
	{ "logout", 10, true, { TICKET, LOGOUT, VALIDATE(OUTCOME_REFUSED),
	    SESSION(OUTCOME_REFUSED) } },
	{ "wrong", 10, false, { FORM, WRONG_PASSWORD } },
	{ "session", 10, true, { SESSION(OUTCOME_ACCEPTED) } },
};

const struct errand_kind errand_prove_alive = { "prove alive", 0, true,
	{ SESSION(OUTCOME_ACCEPTED) } };
const struct errand_kind errand_prove_ended = { "prove ended", 0, true,
	{ SESSION(OUTCOME_REFUSED) } };
/* clang-format on */

static const struct errand_kind *const makes_session = &kinds[2];
static unsigned weights[KINDS_MOST];

static bool
mix_set(struct str name, struct str weight)
{
	uint64_t number;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_equal(name, str_of(kinds[i].name)))
			continue;
		if (!str_number(weight, 1000, &number))
			return false;
		weights[i] = (unsigned)number;
		return true;
	}
	return false;
}

bool
errands_mix(const char *text)
{
	struct str left = str_of(text), part, name, weight;

	for (size_t i = 0; text == NULL && i < COUNT_OF(kinds); i++)
		weights[i] = kinds[i].weight;
	while (left.len > 0) {
		(void)str_cut(left, ',', &part, &left);
		if (!str_cut(part, '=', &name, &weight) ||
		    !mix_set(name, weight))
			return false;
	}
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (weights[i] > 0)
			return true;
	return false;
}

const struct errand_kind *
errand_choose(const struct browser *browser, uint64_t *dice)
{
	unsigned sum = 0, drawn;
	size_t i = 0;

	for (size_t n = 0; n < COUNT_OF(kinds); n++)
		sum += weights[n];
	drawn = (unsigned)dice_roll(dice, sum);
	while (drawn >= weights[i])
		drawn -= weights[i++];
	if (kinds[i].needs_session && browser->session.cookie[0] == '\0')
		return makes_session;
	return &kinds[i];
}

/* A session that is left behind, or signed out, is no longer the browser's. */
void
errand_begin(struct browser *browser, const struct errand_kind *kind)
{
	struct crew *crew = browser->crew;
	const struct crew_settings *settings = &crew->settings;
	bool is_logout = kind->stages[1].judge == logout_judge;

	browser->errand = kind;
	browser->stage = 0;
	browser->service = (unsigned)dice_roll(&crew->dice, settings->services);
	if (kind->needs_session && kind->weight > 0)
		browser->subject = browser->session;
	if (kind == makes_session) {
		session_ring_add(&crew->alive, &browser->session);
		login_of(browser->number % settings->persons, browser->login);
	} else if (!kind->needs_session) {
		snprintf(browser->login, LOGIN_SIZE, "victim%u",
		    (unsigned)dice_roll(&crew->dice, settings->victims));
	}
	if (is_logout || kind == makes_session)
		browser->session = (struct session){ .person = 0 };
}

void
errand_lost_session(struct browser *browser)
{
	bool asked_with_it =
	    errand_stage(browser)->describe == describe_subject;

	if (asked_with_it &&
	    strcmp(browser->subject.hash, browser->session.hash) == 0)
		browser->session = (struct session){ .person = 0 };
}

const struct stage *
errand_stage(const struct browser *browser)
{
	const struct stage *stage = &browser->errand->stages[browser->stage];

	if (browser->stage >= STAGES_MOST || stage->operation == NULL)
		return NULL;
	return stage;
}
