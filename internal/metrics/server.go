package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A server is asked no more often than serverKept, however many scrape, and has serverTimeout to answer.
const (
	serverKept    = 5 * time.Second
	serverTimeout = 3 * time.Second
)

// newServer tells whether the RTMP server can be reached.
func newServer(reach func(context.Context) error) prometheus.Collector {
	s := &server{reach: reach}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "rtmp_server_up",
		Help: "1 where the RTMP server accepts connections, or is the embedded one; 0 where it cannot be reached.",
	}, s.up)
}

// server asks the RTMP server, one scrape for all that come within serverKept.
type server struct {
	reach func(context.Context) error

	mu    sync.Mutex
	asked time.Time
	value float64
}

func (s *server) up() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.asked.IsZero() && time.Since(s.asked) < serverKept {
		return s.value
	}
	ctx, cancel := context.WithTimeout(context.Background(), serverTimeout)
	defer cancel()
	s.value = 0
	if s.reach(ctx) == nil {
		s.value = 1
	}
	s.asked = time.Now()
	return s.value
}
