/* Fields of a report that stand in the text of a mail, for servers and loops that send
 * them so or break the parts apart. */
#pragma once

#include "layer.h"

/* Groups of lines `Name: value` between blank lines, those with the field `wanted`
 * only. ReportGroup, owned by the list. */
GPtrArray *report_groups_in_text(const char *text, const char *wanted);
