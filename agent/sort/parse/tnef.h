/* Opens winmail.dat: what Outlook wrapped becomes parts of the mail like others. */
#pragma once

#include "sort/parse/structure.h"

void parse_open_tnef(Part *root);
