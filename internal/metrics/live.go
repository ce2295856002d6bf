package metrics

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// stalledAfter is how long a session that streams may send nothing before it counts as stalled.
const stalledAfter = 10 * time.Second

// Tasks are the sessions as they are when they are asked. Its methods may be called from several goroutines.
type Tasks interface {
	// Snapshots returns one snapshot for each session that lives.
	Snapshots() []task.Snapshot
	// Totals returns what sessions have moved, those that have ended included; no number of a subject ever falls.
	Totals() []task.Total
}

// Accounts are the logins of recorders. Its method may be called from several goroutines.
type Accounts interface {
	// Resting returns how many accounts are not tried now.
	Resting() map[device.Vendor]device.Resting
}

// Watch lets every scrape ask the sessions, the accounts and, by reach, the RTMP server: reach returns nil or why no stream could be
// published now, and keeps to its context. Watch is called once; the error says that it was called before.
func (m *Metrics) Watch(tasks Tasks, accounts Accounts, reach func(context.Context) error) error {
	for _, c := range []prometheus.Collector{newLive(tasks, accounts), newServer(reach)} {
		if err := m.registry.Register(c); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	return nil
}

// live reads numbers when they are asked for.
type live struct {
	tasks    Tasks
	accounts Accounts

	sessions, legs, clients, stalled        *prometheus.Desc
	units, bytes, messages, sent, discarded *prometheus.Desc
	resting                                 *prometheus.Desc
}

func newLive(tasks Tasks, accounts Accounts) *live {
	return &live{
		tasks: tasks, accounts: accounts,
		sessions: described("sessions", "Sessions that live.", "kind", "state", "vendor"),
		legs: described("session_legs", "Halves of sessions, source (the recorder) and publish (the RTMP server), by their state.",
			"leg", "state", "vendor"),
		clients: described("session_clients", "Callers with a handle.", "kind", "vendor"),
		stalled: described("sessions_stalled", "Sessions that stream, are not paused, and have sent no frame for 10 seconds.",
			"kind", "vendor"),
		units: described("received_frames_total", "Pictures and audio frames that came from recorders.", "kind", "vendor"),
		bytes: described("received_bytes_total", "Payload of what came from recorders.", "kind", "vendor"),
		messages: described("sent_messages_total", "RTMP messages with media that were sent: frames, and the headers before them.",
			"kind", "vendor"),
		sent: described("sent_bytes_total", "Payload of the RTMP messages that were sent.", "kind", "vendor"),
		discarded: described("dropped_frames_total",
			"Pictures and audio frames that were given up because the RTMP server was slow or away.",
			"kind", "vendor"),
		resting: described("resting_accounts", "Accounts of recorders that are not tried, because a password was refused or the recorder"+
			" has locked them.", "vendor", "reason"),
	}
}

// Describe implements prometheus.Collector.
func (l *live) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		l.sessions, l.legs, l.clients, l.stalled, l.units, l.bytes, l.messages, l.sent, l.discarded, l.resting,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (l *live) Collect(to chan<- prometheus.Metric) {
	now := newCensus()
	for _, s := range l.tasks.Snapshots() {
		now.add(&s)
	}
	now.tell(l, to)
	totals := newTotals()
	for _, t := range l.tasks.Totals() {
		totals.add(t)
	}
	totals.tell(l, to)
	for vendor, resting := range byLabel(l.accounts.Resting()) {
		constant(to, l.resting, prometheus.GaugeValue, float64(resting.Refused), vendor, "refused")
		constant(to, l.resting, prometheus.GaugeValue, float64(resting.Locked), vendor, "locked")
	}
}

func byLabel(resting map[device.Vendor]device.Resting) map[string]device.Resting {
	sums := make(map[string]device.Resting)
	for _, vendor := range vendors {
		sums[vendor] = device.Resting{}
	}
	for vendor, r := range resting {
		sum := sums[vendorLabel(vendor)]
		sum.Refused += r.Refused
		sum.Locked += r.Locked
		sums[vendorLabel(vendor)] = sum
	}
	return sums
}

// constant tells a number. One that cannot be told becomes an error of the scrape.
func constant(to chan<- prometheus.Metric, desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
	metric, err := prometheus.NewConstMetric(desc, kind, value, labels...)
	if err != nil {
		metric = prometheus.NewInvalidMetric(desc, err)
	}
	to <- metric
}
