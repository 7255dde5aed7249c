/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password hashes.
 *
 * A stored hash names its own cost.  What an import or a tampered row asks for
 * is held to a few seconds and a gigabyte.  Whatever cannot be checked costs
 * as much as a real check, so that the time does not tell accounts apart.
 *
 * bcrypt reads 72 bytes and ignores the rest, so a longer password is never
 * right for a bcrypt hash: what was never compared must not be rehashed.
 */
#include "crypto/password.h"

#include <argon2.h>
#include <crypt.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "crypto/random.h"

enum {
	SALT_SIZE = 16,
	HASH_SIZE = 32,
	LONGEST_HASH = CRYPT_OUTPUT_SIZE - 1,
	SHORTEST_ARGON2_SALT = 11, /* characters of base64: 8 bytes */
	SHORTEST_ARGON2_OUTPUT = 22, /* 16 bytes */
	MOST_MEMORY_KIB = 1024 * 1024,
	MOST_PASSES = 1024,
	MOST_LANES = 64,
	MOST_WORK_KIB = 4 * MOST_MEMORY_KIB, /* memory times passes */
	MOST_BCRYPT_COST = 16,
	BCRYPT_LONGEST = 72, /* bytes of a password that bcrypt reads */
	MOST_SHA_ROUNDS = 5000000,
};

static bool
password_possible(struct str password)
{
	return password.len <= PASSWORD_LONGEST &&
	       str_find(password, '\0') == password.len;
}

static bool
cost_possible(const struct password_cost *cost)
{
	return cost->passes >= 1 && cost->passes <= MOST_PASSES &&
	       cost->lanes >= 1 && cost->lanes <= MOST_LANES &&
	       cost->memory_kib >= 8 * cost->lanes &&
	       cost->memory_kib <= MOST_MEMORY_KIB &&
	       (uint64_t)cost->memory_kib * cost->passes <= MOST_WORK_KIB;
}

bool
password_hash(
    struct str password, const struct password_cost *cost, struct buf *out)
{
	uint8_t salt[SALT_SIZE];
	char encoded[LONGEST_HASH + 1];
	int outcome;

	if (!password_possible(password) || !cost_possible(cost))
		return false;
	random_bytes(salt, sizeof(salt));
	outcome = argon2id_hash_encoded(cost->passes, cost->memory_kib,
	    cost->lanes, password.at, password.len, salt, sizeof(salt),
	    HASH_SIZE, encoded, sizeof(encoded));
	if (outcome == ARGON2_OK)
		buf_words(out, encoded);
	bytes_wipe(encoded, sizeof(encoded));
	return outcome == ARGON2_OK && buf_ok(out);
}

/* "m=19456" with letter 'm'. */
static bool
read_setting(struct str text, char letter, uint32_t most, uint32_t *value)
{
	uint64_t number = 0;

	if (text.len < 3 || text.at[0] != letter || text.at[1] != '=' ||
	    !str_number(str_from(text, 2), most, &number))
		return false;
	*value = (uint32_t)number;
	return true;
}

static bool
is_base64(struct str text, const char *two_more)
{
	for (size_t i = 0; i < text.len; i++) {
		char letter = text.at[i];

		if ((letter < '0' || letter > '9') &&
		    (letter < 'A' || letter > 'Z') &&
		    (letter < 'a' || letter > 'z') && letter != two_more[0] &&
		    letter != two_more[1])
			return false;
	}
	return true;
}

/* "$argon2id$v=19$m=19456,t=2,p=1$SALT$OUTPUT", at a cost we would bear. */
static bool
argon2_parse(struct str hash, struct password_cost *cost)
{
	static const struct str start = STR_INIT("$argon2id$v=19$");
	struct str settings, salt, output, memory, passes, lanes, rest;

	if (hash.len > LONGEST_HASH || !str_starts(hash, start))
		return false;
	if (!str_cut(str_from(hash, start.len), '$', &settings, &rest) ||
	    !str_cut(rest, '$', &salt, &output))
		return false;
	if (!str_cut(settings, ',', &memory, &rest) ||
	    !str_cut(rest, ',', &passes, &lanes))
		return false;
	return read_setting(memory, 'm', MOST_MEMORY_KIB, &cost->memory_kib) &&
	       read_setting(passes, 't', MOST_PASSES, &cost->passes) &&
	       read_setting(lanes, 'p', MOST_LANES, &cost->lanes) &&
	       cost_possible(cost) && salt.len >= SHORTEST_ARGON2_SALT &&
	       output.len >= SHORTEST_ARGON2_OUTPUT && is_base64(salt, "+/") &&
	       is_base64(output, "+/");
}

/* "$2b$12$": two digits. */
static bool
bcrypt_cost_possible(struct str settings)
{
	uint64_t cost = 0;

	return settings.len == 2 &&
	       str_number(settings, MOST_BCRYPT_COST, &cost) && cost >= 4;
}

/* "rounds=5000$SALT", or "SALT" alone. */
static bool
sha_cost_possible(struct str settings)
{
	static const struct str start = STR_INIT("rounds=");
	struct str before, salt;
	uint64_t rounds = 0;

	if (!str_starts(settings, start))
		return is_base64(settings, "./");
	return str_cut(str_from(settings, start.len), '$', &before, &salt) &&
	       str_number(before, MOST_SHA_ROUNDS, &rounds) &&
	       is_base64(salt, "./");
}

/*
 * "j9T$SALT": what crypt_gensalt(3) writes for costs 1 to 11, a gigabyte at
 * most; the second letter is the logarithm of the number of blocks.
 */
static bool
yescrypt_cost_possible(struct str settings)
{
	struct str cost, salt;

	return str_cut(settings, '$', &cost, &salt) && cost.len == 3 &&
	       cost.at[0] == 'j' &&
	       ((cost.at[1] >= '7' && cost.at[1] <= '9') ||
		   (cost.at[1] >= 'A' && cost.at[1] <= 'F')) &&
	       (cost.at[2] == '5' || cost.at[2] == 'T') &&
	       is_base64(salt, "./");
}

struct crypt_format {
	struct str start;
	size_t output_len; /* characters behind the last '$' */
	bool (*cost_possible)(struct str settings); /* what is between */
	const char *trouble; /* with a hash that starts so and does not fit */
	size_t longest; /* bytes of a password that count */
};

static const char bcrypt_trouble[] =
    "is not a bcrypt hash of 60 characters with a cost of 4 to 16";
static const char sha256_trouble[] =
    "is not a SHA-256-crypt hash with at most 5000000 rounds";
static const char sha512_trouble[] =
    "is not a SHA-512-crypt hash with at most 5000000 rounds";
static const char yescrypt_trouble[] =
    "is not a yescrypt hash of a cost of 1 to 11, as crypt_gensalt(3) has it";
static const char argon2_trouble[] =
    "is not an Argon2id hash (v=19) with at most 1 GiB of memory, and memory "
    "times passes at most 4 GiB";

static const struct crypt_format crypt_formats[] = {
	{ STR_INIT("$2a$"), 53, bcrypt_cost_possible, bcrypt_trouble,
	    BCRYPT_LONGEST },
	{ STR_INIT("$2b$"), 53, bcrypt_cost_possible, bcrypt_trouble,
	    BCRYPT_LONGEST },
	{ STR_INIT("$2y$"), 53, bcrypt_cost_possible, bcrypt_trouble,
	    BCRYPT_LONGEST },
	{ STR_INIT("$5$"), 43, sha_cost_possible, sha256_trouble,
	    PASSWORD_LONGEST },
	{ STR_INIT("$6$"), 86, sha_cost_possible, sha512_trouble,
	    PASSWORD_LONGEST },
	{ STR_INIT("$y$"), 43, yescrypt_cost_possible, yescrypt_trouble,
	    PASSWORD_LONGEST },
};

static bool
crypt_format_fits(const struct crypt_format *format, struct str hash)
{
	size_t around = format->start.len + 1 + format->output_len;
	struct str output, settings;

	if (hash.len <= around || hash.len > LONGEST_HASH ||
	    !str_starts(hash, format->start))
		return false;
	output = str_from(hash, hash.len - format->output_len);
	settings =
	    str_first(str_from(hash, format->start.len), hash.len - around);
	return output.at[-1] == '$' && is_base64(output, "./") &&
	       format->cost_possible(settings);
}

/* NULL: none of them. */
static const struct crypt_format *
crypt_find(struct str hash)
{
	for (size_t i = 0; i < COUNT_OF(crypt_formats); i++) {
		if (crypt_format_fits(&crypt_formats[i], hash))
			return &crypt_formats[i];
	}
	return NULL;
}

static enum password_verdict
argon2_check(struct str password, struct str hash,
    const struct password_cost *stored, const struct password_cost *cost)
{
	char *encoded = memory_text(hash.at, hash.len);
	int outcome = argon2id_verify(encoded, password.at, password.len);

	free(encoded);
	if (outcome != ARGON2_OK)
		return PASSWORD_WRONG;
	if (stored->memory_kib < cost->memory_kib ||
	    stored->passes < cost->passes)
		return PASSWORD_RIGHT_OUTDATED;
	return PASSWORD_RIGHT;
}

static enum password_verdict
crypt_check(struct str password, struct str hash)
{
	struct crypt_data *work = memory_new(sizeof(*work));
	char *setting = memory_text(hash.at, hash.len);
	char plain[PASSWORD_LONGEST + 1] = "";
	const char *result;
	bool right;

	if (password.len > 0)
		memcpy(plain, password.at, password.len);
	result = crypt_r(plain, setting, work);
	right = result != NULL && str_of(result).len == hash.len &&
		bytes_equal_secret(result, hash.at, hash.len);
	bytes_wipe(plain, sizeof(plain));
	bytes_wipe(work, sizeof(*work));
	free(setting);
	free(work);
	return right ? PASSWORD_RIGHT_OUTDATED : PASSWORD_WRONG;
}

/* The work of a check whose outcome is known. */
static enum password_verdict
check_for_nothing(struct str password, const struct password_cost *cost)
{
	static const uint8_t salt[SALT_SIZE];
	uint8_t output[HASH_SIZE];
	int outcome = cost_possible(cost)
			  ? argon2id_hash_raw(cost->passes, cost->memory_kib,
				cost->lanes, password.at, password.len, salt,
				sizeof(salt), output, sizeof(output))
			  : ARGON2_OK;

	(void)outcome;
	bytes_wipe(output, sizeof(output));
	return PASSWORD_WRONG;
}

enum password_verdict
password_check(
    struct str password, struct str hash, const struct password_cost *cost)
{
	struct password_cost stored = { 0 };
	const struct crypt_format *format;

	if (!password_possible(password))
		return PASSWORD_WRONG;
	if (argon2_parse(hash, &stored))
		return argon2_check(password, hash, &stored, cost);
	format = crypt_find(hash);
	if (format != NULL && password.len <= format->longest)
		return crypt_check(password, hash);
	return check_for_nothing(password, cost);
}

const char *
password_hash_trouble(struct str hash)
{
	struct password_cost stored = { 0 };

	if (argon2_parse(hash, &stored) || crypt_find(hash) != NULL)
		return NULL;
	if (str_starts(hash, STR("$argon2")))
		return argon2_trouble;
	for (size_t i = 0; i < COUNT_OF(crypt_formats); i++) {
		if (str_starts(hash, crypt_formats[i].start))
			return crypt_formats[i].trouble;
	}
	if (str_starts(hash, STR("$")) || str_starts(hash, STR("{")))
		return "is a hash of another kind than bcrypt, SHA-256-crypt, "
		       "SHA-512-crypt, yescrypt and Argon2id";
	return "is not a hash; passwords in clear text are not taken";
}

bool
password_hash_is_known(struct str hash)
{
	return password_hash_trouble(hash) == NULL;
}
