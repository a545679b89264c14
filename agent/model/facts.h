/* Facts: all a sorter says about one mail. */
#pragma once

#include "model/lesson.h"
#include "model/message.h"
#include "model/opinion.h"
#include "model/verdict.h"

typedef struct Facts {
    Message message;
    Verdict verdict;
    Opinion opinion;
    Lesson *lesson; /* NULL: it was not asked for */
} Facts;

extern const Shape facts_shape;

Facts *facts_new(void);
void facts_free(Facts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Facts, facts_free)
