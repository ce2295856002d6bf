//go:build !windows

package main

import (
	"os"
	"syscall"
)

// summarySignals ask a shadow for its summary.
func summarySignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }
