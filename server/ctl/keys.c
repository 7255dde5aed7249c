/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `portillon keys`: the secret keys of the installation.
 */
#include "crypto/keys.h"

#include <unistd.h>

#include "base/buf.h"
#include "ctl/commands.h"
#include "ctl/file.h"
#include "ctl/settings.h"

static int
keys_generate(const struct settings *settings, const struct options *options)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT(4096);
	CLEANUP(buf_clear) struct buf why = BUF_INIT(2048);

	(void)options;
	if (access(settings->keys_file, F_OK) == 0) {
		command_complain("%s is there already, and is not overwritten",
		    settings->keys_file);
		return OUTCOME_REFUSED;
	}
	keys_write_new(&content);
	if (!buf_ok(&content) ||
	    !file_write_secret(settings->keys_file, buf_str(&content), &why)) {
		command_complain("%s", buf_cstr(&why));
		return OUTCOME_UNUSABLE;
	}
	printf("made %s; copy it to every node of this installation, and "
	       "keep it secret\n",
	    settings->keys_file);
	return OUTCOME_DONE;
}

const struct command keys_parts[] = {
	{ .name = "generate",
	    .summary = "Make a new key file",
	    .details = "Writes the file that keys.file names, readable by its "
		       "owner only.  Never\noverwrites one: without the old "
		       "keys all sessions and tickets would end.",
	    .run = keys_generate },
	{ 0 },
};
