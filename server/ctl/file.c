/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked about a file is asked of the opened file, not of its name, so
 * that nobody can exchange it in between.
 */
#include "ctl/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "crypto/keys.h"

enum {
	KEY_FILE_LARGEST = 64 * 1024,
	FILE_NAME_LONGEST = 4096,
};

/* Opened without waiting, should the name be a pipe. */
static int
file_open(const char *path, mode_t forbidden, struct buf *why)
{
	struct stat facts;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		buf_format(why, "cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
	    (facts.st_mode & forbidden) == 0)
		return fd;
	if (!S_ISREG(facts.st_mode))
		buf_format(why, "%s is not a file", path);
	else
		buf_format(why,
		    "%s may be read or changed by others than its owner; "
		    "\"chmod 600 %s\" puts that right",
		    path, path);
	close(fd);
	return -1;
}

static bool
file_read_opened(int fd, const char *path, struct buf *out, struct buf *why)
{
	char piece[4096];
	ssize_t got;

	do {
		got = read(fd, piece, sizeof(piece));
		if (got > 0)
			buf_bytes(out, piece, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
	explicit_bzero(piece, sizeof(piece));
	if (got < 0)
		buf_format(why, "cannot read %s: %s", path, strerror(errno));
	else if (!buf_ok(out))
		buf_format(
		    why, "%s is larger than %zu bytes", path, out->limit);
	return got == 0 && buf_ok(out);
}

static bool
file_read_unless(
    const char *path, mode_t forbidden, struct buf *out, struct buf *why)
{
	int fd = file_open(path, forbidden, why);
	bool done;

	if (fd < 0)
		return false;
	done = file_read_opened(fd, path, out, why);
	close(fd);
	return done;
}

bool
file_read(const char *path, struct buf *out, struct buf *why)
{
	return file_read_unless(path, 0, out, why);
}

bool
file_read_secret(const char *path, struct buf *out, struct buf *why)
{
	return file_read_unless(path, S_IRWXG | S_IRWXO, out, why);
}

static bool
file_write_all(int fd, struct str content)
{
	while (content.len > 0) {
		ssize_t written = write(fd, content.at, content.len);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
			content = str_from(content, (size_t)written);
	}
	return fsync(fd) == 0;
}

/* The name of a new file is safe only when its folder is on disk. */
static bool
file_sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    memory_text(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
	int fd = open(
	    slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	free(folder);
	if (fd >= 0)
		close(fd);
	return done;
}

bool
file_write_secret(const char *path, struct str content, struct buf *why)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	bool done;

	if (fd < 0) {
		buf_format(why, "cannot make %s: %s", path, strerror(errno));
		return false;
	}
	done = file_write_all(fd, content);
	done = close(fd) == 0 && done && file_sync_folder(path);
	if (done)
		return true;
	buf_format(why, "cannot write %s: %s", path, strerror(errno));
	unlink(path);
	return false;
}

/* The file that is made beside it, which is also the lock. */
static void
file_new_name(const char *path, struct buf *name)
{
	buf_format(name, "%s.new", path);
}

int
file_change_begin(const char *path, struct buf *why)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT(FILE_NAME_LONGEST);
	int fd;

	file_new_name(path, &name);
	fd = open(buf_cstr(&name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (fd < 0 && errno == EEXIST)
		buf_format(why,
		    "somebody else is changing %s; if not, a change broke "
		    "off: remove %s",
		    path, buf_cstr(&name));
	else if (fd < 0)
		buf_format(why, "cannot make %s: %s", buf_cstr(&name),
		    strerror(errno));
	return fd;
}

/* As the file that it takes the place of. */
static bool
file_copy_owner(const char *path, int fd)
{
	struct stat old, new;

	if (stat(path, &old) != 0 || fstat(fd, &new) != 0)
		return false;
	if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
	    fchown(fd, old.st_uid, old.st_gid) != 0)
		return false;
	return fchmod(fd, old.st_mode & 07777) == 0;
}

bool
file_change_end(const char *path, int fd, struct str content, struct buf *why)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT(FILE_NAME_LONGEST);
	bool done = content.len == 0;

	file_new_name(path, &name);
	if (!done)
		done = file_write_all(fd, content) &&
		       file_copy_owner(path, fd) && fsync(fd) == 0 &&
		       rename(buf_cstr(&name), path) == 0 &&
		       file_sync_folder(path);
	if (!done)
		buf_format(why, "cannot write %s: %s", path, strerror(errno));
	if (!done || content.len == 0)
		unlink(buf_cstr(&name));
	close(fd);
	return done;
}

struct keys *
file_read_keys(const char *path, struct buf *why)
{
	CLEANUP(buf_clear) struct buf content = BUF_INIT(KEY_FILE_LARGEST);
	CLEANUP(buf_clear) struct buf sentence = BUF_INIT(1024);
	struct keys *keys;

	if (!file_read_secret(path, &content, why))
		return NULL;
	keys = keys_parse(buf_str(&content), &sentence);
	if (keys == NULL)
		buf_format(why, "%s: %s", path, buf_cstr(&sentence));
	return keys;
}
