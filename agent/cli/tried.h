/* What one mechanism of authentication found, for a person. */
#pragma once

#include "model/trial.h"

void tried_print(TrialMechanism mechanism, const TrialReport *report);
