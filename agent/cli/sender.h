/* Who really sent a mail, told to a person. */
#pragma once

#include "model/verdict.h"

void sender_print(const Verdict *verdict);
