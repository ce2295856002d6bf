package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mediapusher/task"
)

// labels are up to three label values, in the order of their description.
type labels [3]string

// census counts the sessions of one moment. What may be there and is not counts 0, so that every series is there from the start.
type census struct {
	sessions, legs, clients, stalled map[labels]int
}

func newCensus() *census {
	c := &census{make(map[labels]int), make(map[labels]int), make(map[labels]int), make(map[labels]int)}
	for _, vendor := range vendors {
		for _, kind := range kinds {
			for _, state := range []task.State{task.StateStarting, task.StateStreaming, task.StateRetrying, task.StateEnding} {
				c.sessions[labels{kind, string(state), vendor}] = 0
			}
			c.clients[labels{kind, vendor}], c.stalled[labels{kind, vendor}] = 0, 0
		}
		for _, leg := range []string{task.LegSource, task.LegPublish} {
			for _, state := range []string{task.LegStateConnecting, task.LegStateRunning, task.LegStateWaiting} {
				c.legs[labels{leg, state, vendor}] = 0
			}
		}
	}
	return c
}

func (c *census) add(s *task.Snapshot) {
	vendor := vendorLabel(s.Vendor)
	c.sessions[labels{s.Kind, string(s.State), vendor}]++
	c.legs[labels{task.LegSource, s.Source.State, vendor}]++
	c.legs[labels{task.LegPublish, s.Publish.State, vendor}]++
	c.clients[labels{s.Kind, vendor}] += s.Clients
	paused := s.Recording != nil && s.Recording.Paused
	if s.State == task.StateStreaming && !paused && time.Since(s.LastFrame) > stalledAfter {
		c.stalled[labels{s.Kind, vendor}]++
	}
}

func (c *census) tell(l *live, to chan<- prometheus.Metric) {
	for at, n := range c.sessions {
		constant(to, l.sessions, prometheus.GaugeValue, float64(n), at[:]...)
	}
	for at, n := range c.legs {
		constant(to, l.legs, prometheus.GaugeValue, float64(n), at[:]...)
	}
	for at, n := range c.clients {
		constant(to, l.clients, prometheus.GaugeValue, float64(n), at[:2]...)
	}
	for at, n := range c.stalled {
		constant(to, l.stalled, prometheus.GaugeValue, float64(n), at[:2]...)
	}
}

// totals sums what sessions have moved by labels.
type totals map[labels]task.Total

func newTotals() totals {
	t := make(totals)
	for _, vendor := range vendors {
		for _, kind := range kinds {
			t[labels{kind, vendor}] = task.Total{}
		}
	}
	return t
}

func (t totals) add(one task.Total) {
	at := labels{one.Kind, vendorLabel(one.Vendor)}
	t[at] = t[at].Plus(one)
}

func (t totals) tell(l *live, to chan<- prometheus.Metric) {
	for at, sum := range t {
		for desc, n := range map[*prometheus.Desc]uint64{
			l.units: sum.Units, l.bytes: sum.Bytes, l.messages: sum.Messages, l.sent: sum.SentBytes, l.discarded: sum.Dropped,
		} {
			constant(to, desc, prometheus.CounterValue, float64(n), at[:2]...)
		}
	}
}
