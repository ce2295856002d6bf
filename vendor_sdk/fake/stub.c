// The helpers that stand beside the libraries. Only their being there matters.
#include "port.h"

EXPORT int fake_helper(void) { return 0; }
