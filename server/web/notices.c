/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails that tell people what was done with their account.
 */
#include "web/notices.h"

#include "base/arena.h"
#include "web/mail_ask.h"
#include "web/request.h"
#include "web/second_step.h"

static bool
is_wanted(const struct second_step *s, enum notice_event event)
{
	return (s->decision.settings.notice_events & INT64_C(1) << event) != 0;
}

/* Somebody showed that it is theirs, or an office wrote it down. */
static bool
is_theirs(const struct address_row *address)
{
	return address->verified_at > 0 ||
	       !str_equal(address->source, STR("self"));
}

static void
notice(struct request *rq, struct flow *f, const struct second_step *s,
    enum mail_kind kind, const void *content)
{
	const struct address_row *rows = s->addresses.items;
	struct mail_desk desk = request_mail_desk(rq);

	for (size_t i = 0; i < s->addresses.count; i++) {
		if (!is_theirs(&rows[i]))
			continue;
		(void)mail_ask(&desk, f,
		    &(struct mail_order){
			.kind = kind,
			.content = content,
			.language = rq->language,
			.to = rows[i].email,
			.account_id = s->account_id,
			.now = rq->now,
			.good_for = MAIL_GOOD_FOR_DAYS,
		    });
	}
}

void
notice_new_browser(struct request *rq, struct flow *f,
    const struct second_step *s, struct str verified_by)
{
	struct new_browser_mail mail = {
		.frame = request_mail_frame(rq),
		.by_generator = str_equal(verified_by, STR("totp")),
		.by_mail = str_equal(verified_by, STR("email")),
		.by_recovery_code = str_equal(verified_by, STR("recovery")),
		.by_password_only = verified_by.len == 0,
	};

	if (s->decision.notify)
		notice(rq, f, s, MAIL_NEW_BROWSER, &mail);
}

void
notice_browser_copied(
    struct request *rq, struct flow *f, const struct second_step *s)
{
	struct browser_copied_mail mail = { .frame = request_mail_frame(rq) };

	notice(rq, f, s, MAIL_BROWSER_COPIED, &mail);
}

void
notice_generator_added(
    struct request *rq, struct flow *f, const struct second_step *s)
{
	struct generator_added_mail mail = { .frame = request_mail_frame(rq) };

	if (is_wanted(s, NOTICE_FACTOR_CHANGE))
		notice(rq, f, s, MAIL_GENERATOR_ADDED, &mail);
}

void
notice_generator_removed(
    struct request *rq, struct flow *f, const struct second_step *s)
{
	struct generator_removed_mail mail = {
		.frame = request_mail_frame(rq),
		.mail_left = second_step_has(s, FACTOR_EMAIL) &&
			     second_step_address(s) != NULL,
	};

	if (is_wanted(s, NOTICE_FACTOR_CHANGE))
		notice(rq, f, s, MAIL_GENERATOR_REMOVED, &mail);
}

void
notice_recovery_codes(struct request *rq, struct flow *f,
    const struct second_step *s, size_t count)
{
	struct recovery_codes_mail mail = {
		.frame = request_mail_frame(rq),
		.count = arena_format(&rq->arena, "%zu", count),
		.replaced = true,
	};

	if (is_wanted(s, NOTICE_FACTOR_CHANGE))
		notice(rq, f, s, MAIL_RECOVERY_CODES, &mail);
}

void
notice_recovery_code_used(struct request *rq, struct flow *f,
    const struct second_step *s, int64_t left)
{
	struct recovery_code_used_mail mail = {
		.frame = request_mail_frame(rq),
		.codes_url = request_own_url(
		    rq, second_step_renews_codes(s) ? "/generator/codes" : "/"),
	};

	if (left > 0)
		mail.left = arena_format(&rq->arena, "%lld", (long long)left);
	if (is_wanted(s, NOTICE_RECOVERY_USED))
		notice(rq, f, s, MAIL_RECOVERY_CODE_USED, &mail);
}

void
notice_ended(struct request *rq, struct flow *f, const struct second_step *s,
    int64_t sessions, bool trust)
{
	struct ended_mail mail = {
		.frame = request_mail_frame(rq),
		.trust = trust,
	};

	if (sessions > 0)
		mail.sessions =
		    arena_format(&rq->arena, "%lld", (long long)sessions);
	notice(rq, f, s, MAIL_ENDED, &mail);
}
