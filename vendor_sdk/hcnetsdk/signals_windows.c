//go:build hiksdk && cgo && amd64

#include "calls.h"

void hik_signals_keep(void)
{
}

void hik_signals_mend(void)
{
}
