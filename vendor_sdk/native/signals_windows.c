//go:build (hiksdk || dahuasdk) && cgo

#include "signals.h"

void mp_signals_keep(void) {}

void mp_signals_mend(void) {}
