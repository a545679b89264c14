/* What a subject says apart from its reply and forward marks. */
#pragma once

/* Without "Re:", "RV:", "AW:", "[list]" and needless space, case folded. Owned. */
char *subject_base(const char *subject);
