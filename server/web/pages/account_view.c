/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the database as the account's pages show them.
 */
#include "web/pages/account_view.h"

#include "base/buf.h"
#include "policy/zones.h"
#include "store/activity.h"
#include "store/factors.h"
#include "store/owner_browsers.h"
#include "store/owner_sessions.h"
#include "store/store.h"
#include "text/moment.h"
#include "text/user_agent.h"
#include "web/account_pages.h"
#include "web/configuration.h"
#include "web/protection.h"
#include "web/request.h"

enum {
	MOMENT_LONGEST = 200,
	CODES_FEW = 2, /* fewer are worth a word */
};

static struct page_moment
view_moment(struct request *rq, int64_t at)
{
	CLEANUP(buf_clear) struct buf iso = BUF_INIT(MOMENT_LONGEST);

	moment_write_iso(at, &iso);
	return (struct page_moment){
		.words = request_moment_words(rq, at),
		.iso = arena_text(&rq->arena, buf_str(&iso)),
	};
}

static struct page_browser
view_browser(struct str user_agent)
{
	struct user_agent agent = user_agent_read(user_agent);

	return (struct page_browser){
		.name = agent.browser,
		.system = agent.system,
		.computer = agent.form == FORM_COMPUTER,
		.phone = agent.form == FORM_PHONE,
		.tablet = agent.form == FORM_TABLET,
	};
}

static struct str
view_number(struct request *rq, int64_t number)
{
	return arena_format(&rq->arena, "%lld", (long long)number);
}

/* Those of one session stand together. */
static void
view_applications(struct request *rq, const struct row_list *applications,
    int64_t session, struct session_item *item)
{
	const struct owner_application *rows = applications->items;
	struct application_item *items =
	    arena_alloc(&rq->arena, OWNER_APPLICATIONS_MOST * sizeof(*items));
	size_t count = 0;
	int64_t all = 0;

	for (size_t i = 0; i < applications->count; i++) {
		if (rows[i].session != session ||
		    count == OWNER_APPLICATIONS_MOST)
			continue;
		items[count++].name = rows[i].name;
		all = rows[i].count;
	}
	item->applications = (struct template_list){ items, count };
	if (all > (int64_t)count)
		item->more_applications = view_number(rq, all - (int64_t)count);
}

/* How they showed who they are, and what spared them more. */
static void
view_verified(struct request *rq, const struct owner_session *row,
    struct session_item *item)
{
	bool given = row->verified_at > 0;

	item->verified =
	    view_moment(rq, given ? row->verified_at : row->password_at);
	item->totp = given && str_equal(row->verified_by, STR("totp"));
	item->email = given && str_equal(row->verified_by, STR("email"));
	item->recovery = given && str_equal(row->verified_by, STR("recovery"));
	item->trust = !given && str_equal(row->skipped, STR("trust"));
	item->network = !given && str_equal(row->skipped, STR("zone"));
	item->exempt = !given && str_equal(row->skipped, STR("exempt"));
	item->password_only = !(item->totp || item->email || item->recovery ||
				item->trust || item->network || item->exempt);
}

struct template_list
view_sessions(struct request *rq, const struct sessions_viewed *viewed)
{
	const struct owner_session *rows = viewed->sessions->items;
	size_t count = viewed->sessions->count;
	struct session_item *items =
	    arena_alloc(&rq->arena, count * sizeof(*items));

	for (size_t i = 0; i < count; i++) {
		const struct zone *zone = protection_zone(rq->protection,
		    viewed->memberships, rows[i].client_address);

		items[i] = (struct session_item){
			.number = view_number(rq, rows[i].number),
			.browser = view_browser(rows[i].user_agent),
			.opened = view_moment(rq, rows[i].created_at),
			.used = view_moment(rq, rows[i].last_used_at),
			.zone = zone != NULL ? zone->label : STR_NONE,
			.place = rows[i].client_address,
			.current = rows[i].number == viewed->current,
			.long_term = rows[i].long_term,
		};
		view_verified(rq, &rows[i], &items[i]);
		view_applications(
		    rq, viewed->applications, rows[i].number, &items[i]);
	}
	return (struct template_list){ items, count };
}

struct template_list
view_browsers(struct request *rq, const struct row_list *browsers)
{
	const struct owner_browser *rows = browsers->items;
	struct browser_item *items =
	    arena_alloc(&rq->arena, browsers->count * sizeof(*items));

	for (size_t i = 0; i < browsers->count; i++)
		items[i] = (struct browser_item){
			.id = rows[i].id,
			.name = rows[i].name,
			.browser = view_browser(rows[i].user_agent),
			.used = view_moment(rq, rows[i].last_sign_in_at),
			.verified = view_moment(rq, rows[i].verified_at),
			.current = rows[i].current,
		};
	return (struct template_list){ items, browsers->count };
}

/* What the pages have words for; a row of another kind is `other`. */
static const struct {
	struct str kind;
	size_t flag; /* in struct activity_item */
	bool warning;
} kinds[] = {
	{ STR_INIT("signed in"), offsetof(struct activity_item, signed_in),
	    false },
	{ STR_INIT("sign-in refused"), offsetof(struct activity_item, refused),
	    true },
	{ STR_INIT("sign-in throttled"),
	    offsetof(struct activity_item, throttled), true },
	{ STR_INIT("password checked"), offsetof(struct activity_item, checked),
	    false },
	{ STR_INIT("second step"), offsetof(struct activity_item, code_right),
	    false },
	{ STR_INIT("second step refused"),
	    offsetof(struct activity_item, code_wrong), true },
	{ STR_INIT("sign-in denied"), offsetof(struct activity_item, denied),
	    true },
	{ STR_INIT("browser forgotten"),
	    offsetof(struct activity_item, forgotten), false },
	{ STR_INIT("browser named"), offsetof(struct activity_item, named),
	    false },
	{ STR_INIT("trust ended"), offsetof(struct activity_item, trust_ended),
	    false },
	{ STR_INIT("browser copied"), offsetof(struct activity_item, copied),
	    true },
	{ STR_INIT("generator added"),
	    offsetof(struct activity_item, app_added), false },
	{ STR_INIT("generator removed"),
	    offsetof(struct activity_item, app_removed), true },
	{ STR_INIT("recovery codes made"),
	    offsetof(struct activity_item, codes_made), false },
	{ STR_INIT("address set"), offsetof(struct activity_item, address),
	    false },
	{ STR_INIT("address removed"), offsetof(struct activity_item, address),
	    false },
	{ STR_INIT("signed out"), offsetof(struct activity_item, signed_out),
	    false },
	{ STR_INIT("session replaced"),
	    offsetof(struct activity_item, replaced), false },
	{ STR_INIT("session ended by owner"),
	    offsetof(struct activity_item, ended), false },
	{ STR_INIT("password set"),
	    offsetof(struct activity_item, password_set), false },
	{ STR_INIT("account added"),
	    offsetof(struct activity_item, account_added), false },
	{ STR_INIT("account changed"),
	    offsetof(struct activity_item, account_changed), false },
	{ STR_INIT("account disabled"),
	    offsetof(struct activity_item, account_disabled), true },
	{ STR_INIT("account active"),
	    offsetof(struct activity_item, account_active), false },
};

static void
view_kind(struct str kind, struct activity_item *item)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_equal(kinds[i].kind, kind))
			continue;
		*(bool *)((char *)item + kinds[i].flag) = true;
		item->warning = kinds[i].warning;
		return;
	}
	item->other = true;
}

struct template_list
view_activity(struct request *rq, const struct activity *rows, size_t count)
{
	struct activity_item *items =
	    arena_alloc(&rq->arena, count * sizeof(*items));

	for (size_t i = 0; i < count; i++) {
		items[i] = (struct activity_item){
			.moment = view_moment(rq, rows[i].at),
			.browser = view_browser(rows[i].user_agent),
			.browser_known = rows[i].user_agent.len > 0,
			.place = rows[i].client_address,
		};
		view_kind(rows[i].kind, &items[i]);
	}
	return (struct template_list){ items, count };
}

struct template_list
view_generators(struct request *rq, const struct row_list *generators)
{
	const struct generator *rows = generators->items;
	struct generator_item *items =
	    arena_alloc(&rq->arena, (generators->count + 1) * sizeof(*items));

	for (size_t i = 0; i < generators->count; i++)
		items[i] = (struct generator_item){
			.added = view_moment(rq, rows[i].confirmed_at),
			.used = view_moment(rq, rows[i].last_used_at),
			.codes_left = view_number(rq, rows[i].codes_left),
			.has_codes = rows[i].codes > 0,
			.few_codes =
			    rows[i].codes > 0 && rows[i].codes_left < CODES_FEW,
		};
	return (struct template_list){ items, generators->count };
}
