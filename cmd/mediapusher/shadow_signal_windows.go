package main

import "os"

// summarySignals are none: Windows has none to spare. GET on the status address tells the same.
func summarySignals() []os.Signal { return nil }
