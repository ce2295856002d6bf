package supervisor

import "time"

// limits is how long a worker may take for what, before it counts as hanging. A camera that does not answer is no worker that hangs: a
// library that waits for one (10 s in both bindings) must have given up before.
type limits struct {
	tick    time.Duration // how often a worker is looked at; every looksPerPing times it is pinged and its memory is read
	ping    time.Duration // until it answers a ping
	start   time.Duration // until it has loaded the library
	login   time.Duration
	begin   time.Duration // starting a stream
	stop    time.Duration // stopping one
	search  time.Duration // from page to page; large recorders take long, and the bindings end a search themselves before that
	other   time.Duration // other calls
	silence time.Duration // no packet of any stream, while a live stream should flow
	probe   time.Duration // a call that asks whether the library is alive
	stall   time.Duration // no packet of several streams, after that call was answered
	end     time.Duration // logging out and ending, or ending after its output has ended
}

var defaultLimits = limits{ //nolint:gochecknoglobals // a table that nobody changes
	tick: 100 * time.Millisecond, ping: 2 * time.Second, start: 10 * time.Second, login: 10 * time.Second, begin: 14 * time.Second,
	stop: 3 * time.Second, search: 65 * time.Second, other: 14 * time.Second,
	silence: 1500 * time.Millisecond, probe: 1500 * time.Millisecond, stall: time.Second, end: 4 * time.Second,
}

const (
	looksPerPing = 5
	// standstill is a pause between two looks after which it is we who have stood still, not the worker.
	standstill = time.Second
	// window is how much of a stream may be on its way, in bytes. A slow consumer's stream waits in the worker when that is used up.
	window = 4 << 20
	// grantAt is how much a consumer takes before the worker learns of it.
	grantAt = window / 4
)
