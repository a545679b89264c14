/* What the detectors of automatic mail share. */
#pragma once

#include "layer.h"

/* Settles the label. Takes `because`. Always true. */
bool automatic_settle(Case *it, const char *kind, const char *signal, char *because);

/* Words by which a program asks whoever wrote to it for a proof; static, NULL: none. */
const char *challenge_phrase(const char *folded);
