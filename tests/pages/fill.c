/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills every field of every page.
 */
#include "fill.h"

static struct template_list
activity_of(struct str text, bool flag)
{
	static struct activity_item item;

	item = (struct activity_item){ flag, flag, flag, flag, flag, flag, flag,
		flag, flag, flag, flag, flag, flag, flag, flag, flag, flag,
		flag, flag, flag, flag, flag, flag, flag, flag, { text, text },
		{ text, text, flag, flag, flag }, flag, text };
	return (struct template_list){ &item, 1 };
}

static struct template_list
sessions_of(struct str text, bool flag)
{
	static struct application_item application;
	static struct session_item session;

	application.name = text;
	session = (struct session_item){ text, { text, text, flag, flag, flag },
		{ text, text }, { text, text }, flag, flag, flag, flag, flag,
		flag, flag, { text, text }, text, text, { &application, 1 },
		text, flag, flag };
	return (struct template_list){ &session, 1 };
}

static struct signed_out_page
signed_out_of(struct page_frame frame, struct str text, bool flag)
{
	static struct signed_out_item application;

	application = (struct signed_out_item){ text, text, flag };
	return (struct signed_out_page){ frame, text, text, text, flag,
		{ &application, 1 } };
}

static struct template_list
reasons_of(struct str text, bool flag)
{
	static struct why_item reason;

	reason = (struct why_item){ { flag }, text, text, text, text };
	for (size_t code = 0; code < REASON_COUNT; code++)
		reason.is[code] = flag;
	return (struct template_list){ &reason, 1 };
}

static struct template_list
generators_of(struct str text, bool flag)
{
	static struct generator_item generator;

	generator = (struct generator_item){ { text, text }, { text, text },
		flag, text, flag };
	return (struct template_list){ &generator, 1 };
}

static struct template_list
browsers_of(struct str text, bool flag)
{
	static struct browser_item browser;

	browser =
	    (struct browser_item){ text, text, { text, text, flag, flag, flag },
		    { text, text }, { text, text }, flag };
	return (struct template_list){ &browser, 1 };
}

static struct dashboard_page
dashboard_of(struct page_frame frame, struct str text, bool flag)
{
	return (struct dashboard_page){
		.frame = frame,
		.display_name = text,
		.login = text,
		.sign_in_before = activity_of(text, flag),
		.logout_url = text,
		.execution = text,
		.confirmed = flag,
		.ended_one = flag,
		.ended_many = flag,
		.ended_count = text,
		.ended_already = flag,
		.no_others = flag,
		.form_expired = flag,
		.forgotten_one = flag,
		.forgotten_many = flag,
		.forgotten_already = flag,
		.browser_named = flag,
		.name_refused = flag,
		.generator_removed = flag,
		.generator_gone = flag,
		.any_notice = flag,
		.generator_offered = flag,
		.has_generator = flag,
		.generator_removable = flag,
		.generators = generators_of(text, flag),
		.generator_url = text,
		.name_url = text,
		.remove_url = text,
		.codes_url = text,
		.lost_url = text,
		.has_browsers = flag,
		.browsers = browsers_of(text, flag),
		.forget_url = text,
		.forget_all_url = text,
		.asks_password = flag,
		.sessions = sessions_of(text, flag),
		.has_others = flag,
		.more_sessions = text,
		.end_url = text,
		.end_others_url = text,
		.activity = activity_of(text, flag),
		.activity_url = text,
	};
}

static struct set_up_page
set_up_of(struct page_frame frame, struct str text, bool flag)
{
	return (struct set_up_page){ frame, text, text, text, text, text, text,
		text, text, text, flag, text, text, text, text, text, text,
		flag, flag, flag, text, flag, flag, flag, { text, text } };
}

static struct codes_page
codes_of(struct page_frame frame, struct str text, bool flag)
{
	static struct recovery_code_item code;

	code.code = text;
	return (struct codes_page){ frame, text, text, text, text, text, flag,
		flag, flag, { &code, 1 }, text };
}

static struct login_page
login_of(struct page_frame frame, struct str text, bool flag)
{
	return (struct login_page){ frame, text, text, text, text, text, text,
		text, flag, flag, flag, flag, flag, text, flag, flag, flag,
		flag, flag, flag, text, flag };
}

static struct code_page
code_of(struct page_frame frame, struct str text, bool flag)
{
	return (struct code_page){ frame, text, text, text, text, text, text,
		text, flag, flag, flag, flag, flag, text, text, text, flag,
		text, flag, flag, flag, flag, flag, flag, flag, flag, flag,
		text, flag, flag, reasons_of(text, flag), { text, text } };
}

void
fill(union content *content, enum page page, struct str text, bool flag)
{
	static struct page_language languages[2];
	struct page_frame frame = { text, text, text, text, text, text, text,
		{ languages, 2 } };

	languages[0] = (struct page_language){ text, text, text, true };
	languages[1] = (struct page_language){ text, text, text, false };
	content->help = (struct help_page){ frame };
	if (page >= PAGE_HELP)
		return;
	switch (page) {
	case PAGE_LOGIN:
		content->login = login_of(frame, text, flag);
		break;
	case PAGE_WARNING:
		content->warning = (struct warning_page){ frame, text, text,
			text, text, text, text, flag };
		break;
	case PAGE_HAND_OVER:
		content->hand_over = (struct hand_over_page){ frame, text, text,
			text, text, flag };
		break;
	case PAGE_CODE:
		content->code = code_of(frame, text, flag);
		break;
	case PAGE_CLOCK:
		content->clock =
		    (struct clock_page){ frame, text, text, text, text };
		break;
	case PAGE_OFFER:
		content->offer =
		    (struct offer_page){ frame, text, text, text, text, text,
			    text, flag, flag, text, text, { text, text } };
		break;
	case PAGE_SET_UP:
		content->set_up = set_up_of(frame, text, flag);
		break;
	case PAGE_CODES:
		content->codes = codes_of(frame, text, flag);
		break;
	case PAGE_RENEW_CODES:
		content->renew_codes = (struct renew_codes_page){ frame, text,
			text, text, text, text, flag };
		break;
	case PAGE_LOST:
		content->lost =
		    (struct lost_page){ frame, text, text, text, flag, flag };
		break;
	case PAGE_DENIED:
		content->denied = (struct denied_page){ frame, flag, flag, flag,
			flag, reasons_of(text, flag) };
		break;
	case PAGE_DASHBOARD:
		content->dashboard = dashboard_of(frame, text, flag);
		break;
	case PAGE_ACTIVITY:
		content->activity = (struct activity_page){ frame, text, text,
			activity_of(text, flag), text, text };
		break;
	case PAGE_SIGNED_OUT:
		content->signed_out = signed_out_of(frame, text, flag);
		break;
	case PAGE_UNREGISTERED:
		content->unregistered =
		    (struct unregistered_page){ frame, text };
		break;
	case PAGE_NOT_ADMITTED:
		content->not_admitted =
		    (struct not_admitted_page){ frame, text, text, text };
		break;
	case PAGE_ERROR:
		content->error =
		    (struct error_page){ frame, text, flag, flag, flag, flag };
		break;
	case PAGE_HELP:
	case PAGE_HELP_TOPICS:
	case PAGE_COUNT:
		break;
	}
}
