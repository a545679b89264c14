#include "model/facts.h"

static const Field facts_fields[] = {
    SHAPE_ONE(Facts, "message", message, &message_shape),
    SHAPE_ONE(Facts, "auth", verdict, &verdict_shape),
    SHAPE_ONE(Facts, "opinion", opinion, &opinion_shape),
    SHAPE_MAYBE(Facts, "lesson", lesson, &lesson_shape),
};
const Shape facts_shape = SHAPE_OF(Facts, facts_fields);

Facts *
facts_new(void)
{
    return shape_new(&facts_shape);
}

void
facts_free(Facts *facts)
{
    shape_free(&facts_shape, facts);
}
