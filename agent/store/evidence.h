/* Evidence as JSON texts, for the *_json columns: the only place that writes JSON here.
 * Every function returns a text of its own; an empty list is "[]". */
#pragma once

#include "model/shape.h"

char *evidence_object(const Shape *shape, const void *object);
char *evidence_list(const Shape *of, const GPtrArray *list);
char *evidence_texts(const GPtrArray *texts);
/* Score list as {"support": 0.8, ...}. */
char *evidence_scores(const GPtrArray *scores);
