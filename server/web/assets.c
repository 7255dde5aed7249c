/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that pages load: read once, served under a name with their hash.
 */
#include "web/assets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/mac.h"
#include "http/server.h"
#include "loop/flow.h"
#include "web/configuration.h"
#include "web/gate.h"
#include "web/request.h"
#include "web/routes.h"

enum {
	ASSETS_MOST = 64,
	ASSET_LARGEST = 1024 * 1024,
	HASH_SIZE = 4
};

struct asset {
	char *file; /* "portillon.css" */
	char *name; /* "portillon-1a2b3c4d.css" */
	struct str content_type;
	struct buf content;
};

struct asset_set {
	struct asset list[ASSETS_MOST];
	size_t count;
};

static const struct {
	struct str ending;
	struct str content_type;
} kinds[] = {
	{ STR_INIT(".css"), STR_INIT("text/css;charset=UTF-8") },
	{ STR_INIT(".js"), STR_INIT("text/javascript;charset=UTF-8") },
	{ STR_INIT(".svg"), STR_INIT("image/svg+xml") },
	{ STR_INIT(".png"), STR_INIT("image/png") },
};

static struct str
asset_content_type(struct str file)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (str_ends(file, kinds[i].ending))
			return kinds[i].content_type;
	}
	return STR_NONE;
}

/* Not secret: a fixed key makes the MAC a plain fingerprint. */
static char *
asset_hashed_name(struct str file, struct str content)
{
	static const char key[] = "portillon asset name";
	struct mac_key *mac_key = mac_key_new(key, sizeof(key));
	CLEANUP(buf_clear) struct buf name = BUF_INIT(512);
	size_t dot = file.len - str_find(file, '.');
	uint8_t mac[MAC_SIZE];

	mac_compute(mac_key, &content, 1, mac);
	mac_key_free(mac_key);
	buf_text(&name, str_first(file, file.len - dot));
	buf_char(&name, '-');
	bytes_hex(&name, mac, HASH_SIZE);
	buf_text(&name, str_from(file, file.len - dot));
	return memory_text(buf_cstr(&name), name.len);
}

static bool
asset_read(const char *folder, const char *file, struct buf *out)
{
	CLEANUP(buf_clear) struct buf path = BUF_INIT(4096);
	struct stat about;
	ssize_t len = -1;
	char *room;
	int fd;

	buf_format(&path, "%s/%s", folder, file);
	fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) &&
	    (room = buf_reserve(out, (size_t)about.st_size)) != NULL)
		len = read(fd, room, (size_t)about.st_size);
	close(fd);
	if (len < 0)
		return false;
	out->len = (size_t)len;
	return true;
}

static bool
asset_add(struct asset_set *set, const char *folder, const char *file)
{
	struct str content_type = asset_content_type(str_of(file));
	struct asset *asset = &set->list[set->count];

	if (content_type.len == 0)
		return true; /* a README and such */
	if (set->count == ASSETS_MOST)
		return false;
	asset->content = (struct buf)BUF_INIT(ASSET_LARGEST);
	if (!asset_read(folder, file, &asset->content)) {
		buf_clear(&asset->content);
		return false;
	}
	asset->file = memory_text(file, strlen(file));
	asset->name = asset_hashed_name(str_of(file), buf_str(&asset->content));
	asset->content_type = content_type;
	set->count++;
	return true;
}

struct asset_set *
asset_set_load(const char *folder, struct buf *why)
{
	struct asset_set *set;
	struct dirent *entry;
	DIR *dir = opendir(folder);
	bool fine = true;

	if (dir == NULL) {
		buf_format(why, "%s: %s", folder, strerror(errno));
		return NULL;
	}
	set = memory_new(sizeof(*set));
	while (fine && (entry = readdir(dir)) != NULL) {
		fine = asset_add(set, folder, entry->d_name);
		if (!fine)
			buf_format(why,
			    "%s/%s: cannot be read, is larger than "
			    "1 MiB, or there are more than %d files",
			    folder, entry->d_name, ASSETS_MOST);
	}
	closedir(dir);
	if (!fine) {
		asset_set_free(set);
		return NULL;
	}
	return set;
}

void
asset_set_free(struct asset_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++) {
		free(set->list[i].file);
		free(set->list[i].name);
		buf_clear(&set->list[i].content);
	}
	free(set);
}

struct str
asset_name(const struct asset_set *set, struct str file)
{
	for (size_t i = 0; i < set->count; i++) {
		if (str_equal(str_of(set->list[i].file), file))
			return str_of(set->list[i].name);
	}
	return STR_NONE;
}

static enum flow_next
asset_answer(struct flow *f)
{
	struct request *rq = request_of(f);
	const struct asset_set *set = rq->configuration->assets;
	struct str name = str_from(rq->local_path, rq->route->path.len);

	for (size_t i = 0; i < set->count; i++) {
		if (!str_equal(str_of(set->list[i].name), name))
			continue;
		return reply_with(
		    rq, &(struct http_response){
			    .status = 200,
			    .kind = HTTP_ASSET,
			    .content_type = set->list[i].content_type,
			    .body = buf_str(&set->list[i].content),
			});
	}
	return reply_error(rq, 404);
}

const struct flow_step asset_show[] = {
	FLOW_STEP(asset_answer),
	FLOW_END,
};
