/* Machine-readable reports: delivery status, feedback, disposition. */
#pragma once

#include "model/reading.h"
#include "sort/parse/structure.h"

void parse_read_report(Part *root, Report *report);
