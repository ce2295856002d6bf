package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mediapusher/task"
)

// sessionCounters counts what sessions do. It is the task.Observer.
type sessionCounters struct {
	starts, ends, reconnects *prometheus.CounterVec
	start, steps, delay      *prometheus.HistogramVec
}

func newSessionCounters() *sessionCounters {
	c := &sessionCounters{
		starts: counter("session_starts_total", "Sessions that became playable (outcome ok) or failed to start (why).",
			"kind", "vendor", "outcome"),
		ends: counter("session_ends_total", "Sessions that ended after they had been playable, by why.", "kind", "vendor", "reason"),
		reconnects: counter("reconnects_total",
			"Failures of a session's source (the recorder) or publish (the RTMP server) after which it was tried again, by why.",
			"leg", "vendor", "reason"),
		start: histogram("session_start_duration_seconds",
			"From a start to the first picture that can be played, of starts that went well.",
			[]float64{0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5, 10, 20}, "kind", "vendor"),
		steps: histogram("session_start_step_duration_seconds", "What each step of a start took that was done.",
			[]float64{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10}, "step", "vendor"),
		delay: histogram("send_delay_seconds",
			"From the arrival of a frame's last byte to its sending; of playbacks with the time that they are held back for their pace.",
			[]float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4}, "kind"),
	}
	for _, vendor := range vendors {
		for _, kind := range kinds {
			for _, outcome := range outcomes() {
				c.starts.WithLabelValues(kind, vendor, outcome)
			}
			c.start.WithLabelValues(kind, vendor)
		}
		for _, why := range troubles() {
			c.reconnects.WithLabelValues(task.LegSource, vendor, why)
		}
		c.reconnects.WithLabelValues(task.LegPublish, vendor, reasonServer)
		for _, step := range task.Steps() {
			c.steps.WithLabelValues(string(step), vendor)
		}
	}
	for _, kind := range kinds {
		c.delay.WithLabelValues(kind)
	}
	return c
}

func (c *sessionCounters) collectors() []prometheus.Collector {
	return []prometheus.Collector{c.starts, c.ends, c.reconnects, c.start, c.steps, c.delay}
}

// Sessions returns who counts for a task.Scheduler.
func (m *Metrics) Sessions() task.Observer { return m.sessions }

// Passed implements task.Observer.
func (c *sessionCounters) Passed(s task.Subject, step task.Step, took time.Duration) {
	c.steps.WithLabelValues(string(step), vendorLabel(s.Vendor)).Observe(took.Seconds())
}

// Started implements task.Observer.
func (c *sessionCounters) Started(s task.Subject, took time.Duration, err error) {
	c.starts.WithLabelValues(s.Kind, vendorLabel(s.Vendor), reason(err)).Inc()
	if err == nil {
		c.start.WithLabelValues(s.Kind, vendorLabel(s.Vendor)).Observe(took.Seconds())
	}
}

// Retried implements task.Observer.
func (c *sessionCounters) Retried(s task.Subject, leg string, err error) {
	c.reconnects.WithLabelValues(leg, vendorLabel(s.Vendor), reason(err)).Inc()
}

// Ended implements task.Observer.
func (c *sessionCounters) Ended(s task.Subject, why error) {
	c.ends.WithLabelValues(s.Kind, vendorLabel(s.Vendor), reason(why)).Inc()
}

// Sent implements task.Observer.
func (c *sessionCounters) Sent(s task.Subject) func(time.Duration) {
	delay := c.delay.WithLabelValues(s.Kind)
	return func(late time.Duration) { delay.Observe(late.Seconds()) }
}
