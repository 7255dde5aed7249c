/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From settings to the configuration of gates.
 */
#include "ctl/configure.h"

#include "base/buf.h"
#include "ctl/file.h"
#include "ctl/settings.h"
#include "http/tls.h"
#include "text/url.h"
#include "web/assets.h"
#include "web/configuration.h"
#include "web/page.h"

/* What the public address means for gates. */
static bool
configure_url(
    struct configuration *made, const struct settings *s, struct buf *why)
{
	struct gate_settings *gate = &made->settings;
	struct str standard_port;
	struct url url;

	if (!url_parse(arena_text(&made->texts, str_of(s->url)), &url)) {
		buf_format(why, "server.url \"%s\" is not an address", s->url);
		return false;
	}
	standard_port =
	    str_equal(url.scheme, STR("https")) ? STR("443") : STR("80");
	if (str_equal(url.port, standard_port))
		url.port = STR_NONE; /* browsers leave it out */
	gate->origin = arena_format(&made->texts, "%.*s://%.*s%s%.*s",
	    STR_ARGS(url.scheme), STR_ARGS(url.host),
	    url.port.len > 0 ? ":" : "", STR_ARGS(url.port));
	gate->host = url.host;
	gate->port = url.port.len > 0 ? url.port : standard_port;
	gate->prefix = url.path;
	while (str_ends(gate->prefix, STR("/")))
		gate->prefix.len--;
	return true;
}

struct session_limits
configure_session(const struct settings *settings)
{
	return (struct session_limits){
		.idle_seconds = settings->session_idle,
		.longest_seconds = settings->session_max,
		.long_seconds = settings->session_long_term,
	};
}

static void
configure_numbers(struct configuration *made, const struct settings *s)
{
	struct gate_settings *gate = &made->settings;

	gate->institution = arena_text(&made->texts, str_of(s->institution));
	gate->help_url = arena_text(&made->texts, str_of(s->help_url));
	gate->contact = arena_text(&made->texts, str_of(s->contact));
	gate->offers_warning = str_equal(str_of(s->warn_box), STR("shown"));
	gate->rest = str_equal(str_of(s->rest), STR("on"));
	gate->slow_us = s->log_slow * 1000;
	gate->ticket_life = s->ticket_life;
	gate->session = configure_session(s);
	gate->password = (struct password_cost){ (uint32_t)s->password_memory,
		(uint32_t)s->password_passes, (uint32_t)s->password_lanes };
	made->hashing_queue = (size_t)s->password_queue;
}

static bool
configure_throttle(
    struct configuration *made, const struct settings *s, struct buf *why)
{
	struct throttle_settings *throttle = &made->settings.throttle;

	throttle->address_most = s->throttle_address;
	throttle->network_most = s->throttle_network;
	throttle->crowded_times = s->throttle_crowded_times;
	return networks_parse(
	    str_of(s->throttle_crowded), &throttle->crowded, why);
}

static bool
configure_http(
    struct configuration *made, const struct settings *s, struct buf *why)
{
	struct http_server_settings *http = &made->http;

	http->connections_most = (size_t)s->connections;
	http->handshakes_most = (size_t)s->handshakes;
	http->connections_per_address = (size_t)s->connections_per_address;
	http->connections_per_crowded_address =
	    (size_t)s->connections_per_crowded_address;
	http->plain_origin = str_starts(made->settings.origin, STR("http://"));
	if (!networks_parse(
		str_of(s->trusted_proxies), &http->trusted_proxies, why) ||
	    !networks_parse(
		str_of(s->crowded_networks), &http->crowded_networks, why))
		return false;
	if (s->tls_certificate[0] == '\0')
		return true;
	http->tls = tls_context_new(s->tls_certificate, s->tls_key, why);
	return http->tls != NULL;
}

struct page_sources
configure_pages(const struct settings *s)
{
	bool has_own = s->templates_override[0] != '\0';

	return (struct page_sources){
		.templates_dir = s->templates,
		.override_dir = has_own ? s->templates_override : NULL,
		.language = str_of(s->language),
	};
}

static bool
configure_files(
    struct configuration *made, const struct settings *s, struct buf *why)
{
	const struct page_sources sources = configure_pages(s);

	made->keys = file_read_keys(s->keys_file, why);
	if (made->keys == NULL)
		return false;
	made->pages = page_set_load(&sources, why);
	if (made->pages == NULL)
		return false;
	made->assets = asset_set_load(s->static_files, why);
	return made->assets != NULL;
}

struct configuration *
configure(const struct settings *settings, struct buf *why)
{
	struct configuration *made = configuration_new();

	configure_numbers(made, settings);
	if (settings_check(settings, why) &&
	    configure_url(made, settings, why) &&
	    configure_throttle(made, settings, why) &&
	    configure_http(made, settings, why) &&
	    configure_files(made, settings, why))
		return made;
	configuration_unref(made);
	return NULL;
}
