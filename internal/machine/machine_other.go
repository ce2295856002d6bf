//go:build !linux

package machine

// ClockSynchronised tells whether the clock follows a time server, nil where the system does not tell: Windows tells it in no word that
// holds for all its versions.
func ClockSynchronised() *bool { return nil }

// OpenFiles is how many files this process may open; 0 where there is no limit worth telling, as on Windows.
func OpenFiles() uint64 { return 0 }

// Memory is how much memory programs can still have and how much the machine has, in bytes; 0 where it is not asked for, as here.
func Memory() (available, total uint64) { return 0, 0 }
