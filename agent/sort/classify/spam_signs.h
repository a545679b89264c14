/* Plain signs of spam, for a house whose filter was taught too little. */
#pragma once

#include "layer.h"

/* Fills score, verdict and tokens of the opinion; true: it is plainly spam. */
bool spam_signs_agree(Case *it);
