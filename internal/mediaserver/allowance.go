package mediaserver

import "time"

// A player may send so much at once and so much a second: acknowledgements are the most that a real one sends, 16 bytes for
// every few hundred KiB it got.
const (
	allowanceBurst     = 256 << 10
	allowancePerSecond = 16 << 10
)

// allowance ends the connection of a player that floods us; reading is all it could make us do.
type allowance struct {
	since time.Time
}

func (a allowance) exceeded(read uint64) bool {
	seconds := time.Since(a.since).Seconds()
	return float64(read) > allowanceBurst+seconds*allowancePerSecond
}
