/* S/MIME "opaque" signed mail: the message lies inside the signature's own structure.
 */
#pragma once

#include "sort/parse/structure.h"

/* Opens the first signed application/pkcs7-mime part of the tree: what it holds becomes
 * its child. Nothing is verified. */
void parse_open_signed(Part *root, StructureLimits limits);
