/* i= of a DKIM signature (RFC 6376 section 3.5): who, inside d=, signed. */
#pragma once

#include "signature.h"

/* Fills `signature->identity`; false: i= is malformed or not in d=. */
bool identity_read(Signature *signature);
