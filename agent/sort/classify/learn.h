/* Building the table of what a house learned, and the lessons it is built from. */
#pragma once

#include "guard.h"
#include "layer.h"

/* What this mail teaches. Yours. */
Lesson *learn_lesson(const Case *it);
