package mediaserver

import (
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Config says where the server listens and how much it gives to whom. A zero limit means the default named beside it.
type Config struct {
	// RTMPListen and HTTPListen are host:port; port 0 takes a free one, an empty string leaves that server out.
	RTMPListen, HTTPListen string
	// App is the first part of the path, "live" where empty: rtmp://host/live/{stream} and http://host/live/{stream}.flv.
	App string
	// Log may be nil.
	Log *zap.Logger

	// MaxPlayers is how many players are served at a time, RTMP and HTTP together (1000).
	MaxPlayers int
	// MaxPending is how many connections of a listener may be open that do not play (256), MaxPendingPerHost how many of one address
	// (64). One more closes the oldest of them.
	MaxPending, MaxPendingPerHost int
	// GOPBytes and GOPMessages bound what a stream keeps for late joiners (16 MiB, 3000). A longer GOP is not kept at all.
	GOPBytes, GOPMessages int
	// QueueBytes and QueueMessages bound what waits for one slow player (8 MiB, 512), the GOP it began with not counted.
	QueueBytes, QueueMessages int
	// SetupTimeout ends a connection that has not begun to play by then (10 s).
	SetupTimeout time.Duration
	// WriteTimeout ends a player that takes nothing for so long (15 s).
	WriteTimeout time.Duration
	// StreamWait is how long a player may wait for a stream that is not there yet (500 ms).
	StreamWait time.Duration
}

// ceiling on what a publication may write in one message: the size field of an FLV tag has 24 bits.
const maxMessageSize = 1<<24 - 1

// maxNameSize is the ceiling for the name of a stream and of the App, in bytes.
const maxNameSize = 128

func (c Config) withDefaults() (Config, error) {
	if c.App == "" {
		c.App = "live"
	}
	if !validName(c.App) {
		return c, fmt.Errorf("media server: app %q: %w", c.App, ErrName)
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	positive(&c.MaxPlayers, 1000)
	positive(&c.MaxPending, 256)
	positive(&c.MaxPendingPerHost, 64)
	positive(&c.GOPBytes, 16<<20)
	positive(&c.GOPMessages, 3000)
	positive(&c.QueueBytes, 8<<20)
	positive(&c.QueueMessages, 512)
	positive(&c.SetupTimeout, 10*time.Second)
	positive(&c.WriteTimeout, 15*time.Second)
	positive(&c.StreamWait, 500*time.Millisecond)
	return c, nil
}

func positive[T int | time.Duration](value *T, fallback T) {
	if *value <= 0 {
		*value = fallback
	}
}

// validName allows what needs no escaping in a path and cannot be taken for a part of one.
func validName(name string) bool {
	if name == "" || len(name) > maxNameSize || strings.Trim(name, ".") == "" {
		return false
	}
	for _, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("._-~", rune(c)) {
			return false
		}
	}
	return true
}
