/* Further reasons for a label that one sign has settled. */
#pragma once

#include "layer.h"

void back_label(Case *it);
