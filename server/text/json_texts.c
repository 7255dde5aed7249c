/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON list of texts.
 */
#include "text/json_texts.h"

#include <jansson.h>
#include <string.h>

#include "base/arena.h"

static bool
texts_copy(const json_t *list, struct arena *arena, struct texts *out)
{
	size_t count = json_array_size(list);
	struct str *items = arena_alloc(arena, (count + 1) * sizeof(*items));

	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_array_get(list, i);

		if (!json_is_string(one))
			return false;
		items[i] =
		    arena_text(arena, (struct str){ json_string_value(one),
					  json_string_length(one) });
	}
	*out = (struct texts){ items, count };
	return true;
}

bool
json_texts(struct str text, struct arena *arena, struct texts *out)
{
	json_t *list = json_loadb(text.at, text.len, 0, NULL);
	bool fits = json_is_array(list) && texts_copy(list, arena, out);

	json_decref(list);
	return fits;
}
