package worker

import "time"

const (
	// A live stream of which more than this waits to be sent loses packets, until half of it has gone: late pictures are worth less
	// than a gap at once.
	liveCeiling = 4 << 20
	// A playback is paused above the high mark and goes on below the low one. Devices go on sending for a while when they are asked to
	// pause, and some never pause: what goes over the ceiling is lost.
	pauseAbove      = 8 << 20
	resumeBelow     = 2 << 20
	playbackCeiling = 32 << 20
	// slack is what packets that must not be lost, as the end of a playback, may take above the ceiling.
	slack = 64 << 10
	// maxCalls is how many requests may be under way.
	maxCalls = 256
	// pageFiles is how many files go into one page.
	pageFiles = 256
	// defaultGrace is how long a worker takes to end in good order.
	defaultGrace = 3 * time.Second
)
