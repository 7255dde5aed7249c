/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings file under any bytes.
 *
 * Settings that were accepted, written down from the table and read again, are
 * the same settings.  A refusal says why, and an empty file is accepted.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "ctl/settings.h"
#include "ctl/settings_table.h"
#include "fuzz.h"

enum {
	PATH_SIZE = 64
};

/* A file without a name that the reader can open by its path. */
struct memory_file {
	int descriptor;
	char path[PATH_SIZE];
};

static struct memory_file
file_with(struct str content)
{
	struct memory_file file = { .descriptor = memfd_create("settings", 0) };

	demand(file.descriptor >= 0);
	demand(content.len == 0 || write(file.descriptor, content.at,
				       content.len) == (ssize_t)content.len);
	snprintf(
	    file.path, sizeof(file.path), "/proc/self/fd/%d", file.descriptor);
	return file;
}

/* The environment has a say in settings; here it must not. */
static bool
load(struct settings *settings, struct str content, struct buf *why)
{
	static char *no_environment[] = { NULL };
	struct memory_file file = file_with(content);
	bool good;

	environ = no_environment;
	good = settings_load(settings, file.path, why);
	close(file.descriptor);
	return good;
}

static void
settings_write(struct settings *settings, struct buf *out)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *s = &settings_table[i];

		buf_format(out, "[%s]\n%s=", s->section, s->name);
		if (s->type == SETTING_NUMBER)
			buf_format(out, "%lld\n",
			    (long long)*setting_number(s, settings));
		else
			buf_format(out, "%s\n", *setting_text(s, settings));
	}
}

static void
demand_equal(struct settings *one, struct settings *other)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *s = &settings_table[i];

		if (s->type == SETTING_NUMBER) {
			int64_t value = *setting_number(s, one);

			demand(value == *setting_number(s, other));
			demand(value >= s->least && value <= s->most);
		} else {
			demand(strcmp(*setting_text(s, one),
				   *setting_text(s, other)) == 0);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	CLEANUP(buf_clear) struct buf why = BUF_INIT(1 << 16);
	CLEANUP(buf_clear) struct buf written = BUF_INIT(1 << 17);
	CLEANUP(settings_clear) struct settings settings = { 0 };
	CLEANUP(settings_clear) struct settings again = { 0 };

	if (!load(&settings, (struct str){ (const char *)input, size }, &why)) {
		demand(size > 0 && buf_ok(&why) && why.len > 0);
		return 0;
	}
	demand(why.len == 0);
	settings_write(&settings, &written);
	demand(load(&again, buf_str(&written), &why));
	demand_equal(&settings, &again);
	return 0;
}
