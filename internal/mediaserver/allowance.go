package mediaserver

import "time"

// A player may send so much at once and so much a second: acknowledgements are the most that a real one sends, 16 bytes for
// every few hundred KiB it got.
const (
	allowanceBurst     = 256 << 10
	allowancePerSecond = 16 << 10
)

// allowance finds the player that floods us; reading is all it could make us do. It is a leaking bucket.
type allowance struct {
	level float64 // bytes
	read  uint64
	at    time.Time
}

// exceeded takes the number of bytes read in all, and the time.
func (a *allowance) exceeded(read uint64, now time.Time) bool {
	leaked := now.Sub(a.at).Seconds() * allowancePerSecond
	a.level = max(a.level-leaked, 0) + float64(read-a.read)
	a.read, a.at = read, now
	return a.level > allowanceBurst
}
