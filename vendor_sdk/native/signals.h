// Handlers of signals, see signals.go.
#ifndef MEDIAPUSHER_NATIVE_SIGNALS_H
#define MEDIAPUSHER_NATIVE_SIGNALS_H

void mp_signals_keep(void);
void mp_signals_mend(void);

#endif
