#include "model/reading.h"

static const char *const report_names[] = {NULL, "delivery", "feedback", "disposition"};

static const Field group_fields[] = {
    SHAPE_LIST(ReportGroup, "fields", fields, &header_shape),
};
const Shape report_group_shape = SHAPE_OF(ReportGroup, group_fields);

static const Field report_fields[] = {
    SHAPE_ENUM(Report, "kind", kind, report_names),
    SHAPE_LIST(Report, "groups", groups, &report_group_shape),
    SHAPE_LIST(Report, "returned_headers", returned_headers, &header_shape),
    SHAPE_TEXT(Report, "human_text", human_text),
};
static const Shape report_shape = SHAPE_OF(Report, report_fields);

static const Field reading_fields[] = {
    SHAPE_ONE(Reading, "message", message, &message_shape),
    SHAPE_ONE(Reading, "report", report, &report_shape),
    SHAPE_INT(Reading, "hidden_characters", hidden_characters),
};
const Shape reading_shape = SHAPE_OF(Reading, reading_fields);
