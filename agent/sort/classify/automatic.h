/* What the detectors of automatic mail share. */
#pragma once

#include "layer.h"

/* Settles the label. Takes `because`. Always true. */
bool automatic_settle(Case *it, const char *kind, const char *signal, char *because);

/* By which a program asks whoever wrote to it for a proof; for fold_find. */
extern const char *const challenge_phrases[];
