#include "base/fault.h"

#include <sysexits.h>

GQuark
fault_quark(void)
{
    return g_quark_from_static_string("postroom-fault");
}

int
fault_exit_code(const GError *error)
{
    if (error->domain != FAULT)
        return EX_SOFTWARE;
    switch ((FaultCode)error->code) {
    case FAULT_RETRY:
        return EX_TEMPFAIL;
    case FAULT_MESSAGE:
        return EX_DATAERR;
    case FAULT_CONFIG:
        return EX_CONFIG;
    case FAULT_FATAL:
        return EX_IOERR;
    }
    return EX_SOFTWARE;
}
