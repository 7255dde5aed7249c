/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sessions that a measurement draws from.
 */
#include "people.h"

#include <inttypes.h>

#include "load/dice.h"

enum {
	LINE_SIZE = 256
};

static bool
person_parse(const char *line, struct person *person)
{
	char digits[2 * MAC_SIZE + 1];
	unsigned account, key, octet;

	if (sscanf(line, "%" SCNd64 " %49s %u %15s %u %64s", &person->session,
		person->cookie, &account, person->login, &key, digits) != 6 ||
	    strlen(digits) != 2 * MAC_SIZE)
		return false;
	for (size_t i = 0; i < MAC_SIZE; i++) {
		if (sscanf(digits + 2 * i, "%2x", &octet) != 1)
			return false;
		person->mac[i] = (uint8_t)octet;
	}
	return true;
}

static bool
people_read_lines(struct people *people, FILE *file, size_t skip, size_t most)
{
	char line[LINE_SIZE];
	size_t number = 0;

	while (people->count < most && fgets(line, sizeof(line), file)) {
		if (number++ < skip)
			continue;
		if (!person_parse(line, &people->list[people->count]))
			return false;
		people->count++;
	}
	return people->count > 0;
}

bool
people_read(struct people *people, const char *path, size_t skip, size_t most)
{
	FILE *file = fopen(path, "r");
	bool good;

	*people = (struct people){ .dice = UINT64_C(0x9e3779b97f4a7c15) };
	if (file == NULL) {
		perror(path);
		return false;
	}
	people->list = memory_array(most, sizeof(*people->list));
	good = people_read_lines(people, file, skip, most);
	if (!good)
		fprintf(stderr, "%s: no sessions, or a line is wrong\n", path);
	fclose(file);
	return good;
}

void
people_free(struct people *people)
{
	free(people->list);
	people->list = NULL;
	people->count = 0;
}

uint64_t
people_number(struct people *people, uint64_t most)
{
	return dice_roll(&people->dice, most);
}

const struct person *
people_draw(struct people *people)
{
	return &people->list[people_number(people, people->count)];
}

const struct person *
people_next(struct people *people)
{
	return &people->list[people->next++ % people->count];
}
