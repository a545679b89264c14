/* A reading: the message and what only the sorter needs to judge it. Made by
 * sort/parse, used by sort/classify; it never leaves the sorter. */
#pragma once

#include "model/message.h"

typedef enum {
    REPORT_NONE,
    REPORT_DELIVERY,    /* message/delivery-status, RFC 3464 */
    REPORT_FEEDBACK,    /* message/feedback-report, RFC 5965 */
    REPORT_DISPOSITION, /* message/disposition-notification, RFC 8098 */
} ReportKind;

typedef struct ReportGroup {
    GPtrArray *fields; /* Header */
} ReportGroup;

typedef struct Report {
    ReportKind kind;
    GPtrArray *groups;           /* ReportGroup: per message, then per recipient */
    GPtrArray *returned_headers; /* Header, of the returned message or its headers */
    char *human_text;            /* the first text part */
} Report;

typedef struct Reading {
    Message message;
    Report report;
    int64_t hidden_characters; /* text that HTML hides from its reader */
} Reading;

extern const Shape report_group_shape;
extern const Shape reading_shape;
