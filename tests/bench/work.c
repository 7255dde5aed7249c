/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of work: tables of stages, each with what to ask and how to judge.
 */
#include "stage.h"

#include "base/bytes.h"
#include "crypto/random.h"

enum {
	FORGED_COUNT = 65536,
	TICKET_BYTES = 44,
	PREFIX_LENGTH = 3,
};

static bool
text_has(struct str text, const char *part)
{
	return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

enum verdict
answer_wrong(struct work *work, const struct answer *answer, uint64_t *counter)
{
	++*counter;
	if (work->example[0] == '\0')
		snprintf(work->example, sizeof(work->example), "%u %.*s %.*s",
		    answer->status, STR_ARGS(answer->location),
		    STR_ARGS(str_first(answer->body, 400)));
	return VERDICT_WRONG;
}

void
ask_begin(const struct work *work, const char *method, struct buf *out)
{
	buf_words(out, method);
	buf_char(out, ' ');
	buf_words(out, work->settings.prefix);
}

void
ask_end(const struct work *work, struct buf *out)
{
	buf_words(out, " HTTP/1.1\r\nHost: ");
	buf_words(out, work->settings.host);
	buf_words(out,
	    "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
	    "Gecko/20100101 Firefox/128.0\r\n"
	    "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"
	    "Accept-Language: en-GB,en;q=0.5\r\n");
}

void
ask_service(const struct errand *errand, struct buf *out)
{
	buf_words(out, "service=https%3A%2F%2Fapp");
	buf_number(out, errand->service);
	buf_words(out, ".bench.example%2Fcourse%2Fview");
}

static void
get_ask(const struct work *work, const struct errand *errand, struct buf *out)
{
	buf_words(out, "GET ");
	buf_words(out, work->settings.paths[errand->stage]);
	ask_end(work, out);
	buf_words(out, "\r\n");
}

static enum verdict
get_judge(struct work *work, struct errand *errand, const struct answer *answer)
{
	const char *expect = work->settings.expect;
	unsigned next = errand->stage + 1;

	if (answer->status != 200 ||
	    (expect != NULL && !text_has(answer->body, expect)))
		return answer_wrong(work, answer, &work->other_wrong);
	return next < WORK_PATHS_MOST && work->settings.paths[next] != NULL
		   ? VERDICT_AGAIN
		   : VERDICT_DONE;
}

static void
sso_ask(const struct work *work, const struct errand *errand, struct buf *out)
{
	ask_begin(work, "GET", out);
	buf_words(out, "/login?");
	ask_service(errand, out);
	ask_end(work, out);
	buf_words(out, "Cookie: __Host-TGC=");
	buf_words(out, errand->person->cookie);
	buf_words(out, "\r\n\r\n");
}

static bool
ticket_read(struct errand *errand, struct str location)
{
	static const char name[] = "ticket=ST-";
	const char *at =
	    memmem(location.at, location.len, name, sizeof(name) - 1);
	struct str ticket;

	if (at == NULL)
		return false;
	ticket = str_from(
	    location, (size_t)(at - location.at) + sizeof("ticket=") - 1);
	if (ticket.len != TICKET_LENGTH)
		return false;
	memcpy(errand->ticket, ticket.at, TICKET_LENGTH);
	errand->ticket[TICKET_LENGTH] = '\0';
	return true;
}

bool
ticket_is_there(struct work *work, struct errand *errand,
    const struct answer *answer, unsigned status)
{
	char start[64];

	snprintf(start, sizeof(start), "https://app%u.bench.example/course/",
	    errand->service);
	if (answer->status != status ||
	    !str_starts(answer->location, str_of(start)) ||
	    !ticket_read(errand, answer->location)) {
		return answer_wrong(work, answer, &work->other_wrong) !=
		       VERDICT_WRONG;
	}
	work->granted++;
	return true;
}

static enum verdict
sso_judge(struct work *work, struct errand *errand, const struct answer *answer)
{
	return ticket_is_there(work, errand, answer, 302) ? VERDICT_DONE
							  : VERDICT_WRONG;
}

static enum verdict
pair_judge_ticket(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	return ticket_is_there(work, errand, answer, 302) ? VERDICT_AGAIN
							  : VERDICT_WRONG;
}

static void
validate_ask(
    const struct work *work, const struct errand *errand, struct buf *out)
{
	ask_begin(work, "GET", out);
	buf_words(out, "/p3/serviceValidate?");
	ask_service(errand, out);
	buf_words(out, "&ticket=");
	buf_words(out, errand->ticket);
	ask_end(work, out);
	buf_words(out, "\r\n");
}

static enum verdict
pair_judge_user(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	char user[64];

	snprintf(user, sizeof(user), "<cas:user>%s</cas:user>",
	    errand->person->login);
	if (answer->status == 200 && text_has(answer->body, "<cas:user>") &&
	    !text_has(answer->body, user))
		return answer_wrong(work, answer, &work->wrong_user);
	if (answer->status != 200 || !text_has(answer->body, user) ||
	    !text_has(answer->body, "<cas:mail>"))
		return answer_wrong(work, answer, &work->other_wrong);
	work->accepted++;
	return work->settings.replay_each > 0 &&
		       work->accepted % work->settings.replay_each == 0
		   ? VERDICT_AGAIN
		   : VERDICT_DONE;
}

static bool
is_refusal(const struct answer *answer)
{
	return answer->status == 200 &&
	       text_has(answer->body, "code=\"INVALID_TICKET\"");
}

static enum verdict
pair_judge_replay(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	(void)errand;
	work->replayed++;
	if (text_has(answer->body, "<cas:user>"))
		return answer_wrong(work, answer, &work->doubly_accepted);
	if (!is_refusal(answer))
		return answer_wrong(work, answer, &work->other_wrong);
	return VERDICT_DONE;
}

static enum verdict
forged_judge(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	(void)errand;
	if (!is_refusal(answer))
		return answer_wrong(work, answer, &work->other_wrong);
	return VERDICT_DONE;
}

static void
logout_ask(
    const struct work *work, const struct errand *errand, struct buf *out)
{
	ask_begin(work, "GET", out);
	buf_words(out, "/logout");
	ask_end(work, out);
	buf_words(out, "Cookie: __Host-TGC=");
	buf_words(out, errand->person->cookie);
	buf_words(out, "\r\n\r\n");
}

static enum verdict
logout_judge(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	(void)errand;
	if (answer->status != 200 || !text_has(answer->body, "Signed out"))
		return answer_wrong(work, answer, &work->other_wrong);
	work->accepted++;
	return VERDICT_DONE;
}

static const struct work_kind kinds[] = {
	{ "get", PEOPLE_NONE,
	    { { get_ask, get_judge }, { get_ask, get_judge } } },
	{ "sso", PEOPLE_ANY, { { sso_ask, sso_judge } } },
	{ "pair", PEOPLE_ANY,
	    { { sso_ask, pair_judge_ticket }, { validate_ask, pair_judge_user },
		{ validate_ask, pair_judge_replay } } },
	{ "forged", PEOPLE_NONE, { { validate_ask, forged_judge } } },
	{ "logout", PEOPLE_ONCE, { { logout_ask, logout_judge } } },
};

/*
 * The right length and alphabet and a key that exists: such a ticket is
 * refused by its seal only, the last and dearest of the checks before SQL.
 */
static void
forged_make(struct work *work)
{
	uint8_t bytes[TICKET_BYTES];

	work->forged = memory_array(FORGED_COUNT, sizeof(*work->forged));
	for (size_t i = 0; i < FORGED_COUNT; i++) {
		char *text = work->forged[i];

		random_bytes(bytes, sizeof(bytes));
		bytes[0] = 1;
		memcpy(text, "ST-", PREFIX_LENGTH);
		bytes_base62(text + PREFIX_LENGTH,
		    TICKET_LENGTH - PREFIX_LENGTH, bytes, sizeof(bytes));
	}
}

bool
work_start(struct work *work, const struct work_settings *settings)
{
	*work = (struct work){ .settings = *settings };
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].name, settings->kind) == 0)
			work->kind = &kinds[i];
	if (strcmp(work_sign_in.name, settings->kind) == 0)
		work->kind = &work_sign_in;
	if (work->kind == NULL)
		return false;
	if (work->kind->stages[0].judge == forged_judge)
		forged_make(work);
	work->people.dice = 1;
	return true;
}

void
work_end(struct work *work)
{
	people_free(&work->people);
	free(work->forged);
	work->forged = NULL;
}

bool
work_needs_people(const struct work *work)
{
	return work->kind->people != PEOPLE_NONE;
}

void
errand_begin(struct work *work, struct errand *errand)
{
	struct people *people = &work->people;

	*errand = (struct errand){ .person = NULL };
	if (work->settings.services > 0)
		errand->service =
		    (unsigned)people_number(people, work->settings.services);
	if (work->kind->people == PEOPLE_ANY)
		errand->person = people_draw(people);
	else if (work->kind->people == PEOPLE_ONCE)
		errand->person = people_next(people);
	if (work->forged != NULL)
		memcpy(errand->ticket,
		    work->forged[people_number(people, FORGED_COUNT)],
		    sizeof(errand->ticket));
}

void
errand_ask(struct work *work, struct errand *errand, struct buf *out)
{
	work->kind->stages[errand->stage].ask(work, errand, out);
}

enum verdict
errand_judge(
    struct work *work, struct errand *errand, const struct answer *answer)
{
	enum verdict verdict =
	    work->kind->stages[errand->stage].judge(work, errand, answer);

	errand->stage++;
	return verdict;
}
