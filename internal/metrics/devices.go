package metrics

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mediapusher/internal/device"
)

// loginCounters counts logins. It is the device.Observer.
type loginCounters struct{ logins, lockouts, heldBack *prometheus.CounterVec }

func newLoginCounters() *loginCounters {
	c := &loginCounters{
		logins: counter("logins_total",
			"Tries to log in to a recorder, by outcome; ok proves the password unless the recorder answers RTSP alone.",
			"vendor", "outcome"),
		lockouts: counter("login_lockouts_total",
			"Accounts that began to rest, because the recorder refused the password (auth) or has locked the account (locked).",
			"vendor", "reason"),
		heldBack: counter("logins_held_back_total",
			"Callers that were not let through to the recorder, mostly because the account rests.", "vendor"),
	}
	for _, vendor := range vendors {
		for _, outcome := range append(troubles(), outcomeOK, kindLabel(device.KindAuth), kindLabel(device.KindLocked)) {
			c.logins.WithLabelValues(vendor, outcome)
		}
		c.heldBack.WithLabelValues(vendor)
		for _, kind := range []device.Kind{device.KindAuth, device.KindLocked} {
			c.lockouts.WithLabelValues(vendor, kindLabel(kind))
		}
	}
	return c
}

func (c *loginCounters) collectors() []prometheus.Collector {
	return []prometheus.Collector{c.logins, c.lockouts, c.heldBack}
}

// Logins returns who counts for a device.Pool.
func (m *Metrics) Logins() device.Observer { return m.logins }

// LoggedIn implements device.Observer.
func (c *loginCounters) LoggedIn(vendor device.Vendor, err error) {
	c.logins.WithLabelValues(vendorLabel(vendor), reason(err)).Inc()
}

// Refused implements device.Observer.
func (c *loginCounters) Refused(vendor device.Vendor, err error) {
	c.lockouts.WithLabelValues(vendorLabel(vendor), reason(err)).Inc()
}

// HeldBack implements device.Observer.
func (c *loginCounters) HeldBack(vendor device.Vendor) {
	c.heldBack.WithLabelValues(vendorLabel(vendor)).Inc()
}

// workerCounters counts the processes in which makers' libraries run.
type workerCounters struct {
	running          *prometheus.GaugeVec
	starts, restarts *prometheus.CounterVec
}

func newWorkerCounters() *workerCounters {
	return &workerCounters{
		running: gauge("sdk_workers", "Processes that run a maker's library.", "vendor"),
		starts:  counter("sdk_worker_starts_total", "Processes with a maker's library that were started.", "vendor"),
		restarts: counter("sdk_worker_restarts_total",
			"Processes with a maker's library that failed and are replaced where somebody needs them, by why.", "vendor", "reason"),
	}
}

func (c *workerCounters) collectors() []prometheus.Collector {
	return []prometheus.Collector{c.running, c.starts, c.restarts}
}

// Workers counts the worker processes of one vendor.
type Workers struct {
	counters *workerCounters
	vendor   string
}

// Workers returns who counts for the supervisor of a vendor's workers.
func (m *Metrics) Workers(vendor device.Vendor) *Workers {
	w := &Workers{counters: m.workers, vendor: vendorLabel(vendor)}
	w.counters.running.WithLabelValues(w.vendor)
	w.counters.starts.WithLabelValues(w.vendor)
	for _, cause := range []string{"crashed", "hangs", "too much memory", "did not start"} {
		w.counters.restarts.WithLabelValues(w.vendor, causeLabel(cause))
	}
	return w
}

// Started tells of a process that was started.
func (w *Workers) Started() {
	w.counters.starts.WithLabelValues(w.vendor).Inc()
	w.counters.running.WithLabelValues(w.vendor).Inc()
}

// Ended tells of a process that has ended.
func (w *Workers) Ended() { w.counters.running.WithLabelValues(w.vendor).Dec() }

// Failed tells why a process failed: one of the causes of supervisor.WorkerError.
func (w *Workers) Failed(cause string) {
	w.counters.restarts.WithLabelValues(w.vendor, causeLabel(cause)).Inc()
}

func causeLabel(cause string) string { return strings.ReplaceAll(cause, " ", "_") }

// Cameras counts movements of cameras.
type Cameras struct {
	moves                *prometheus.CounterVec
	retried, failedStops prometheus.Counter
}

func newCameras() *Cameras {
	c := &Cameras{
		moves: counter("ptz_moves_total", "Movements of cameras that were asked for, by outcome.", "outcome"),
		retried: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "ptz_stops_retried_total", Help: "Stops of a movement that failed and were tried again.",
		}),
		failedStops: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Name: "ptz_stops_failed_total",
			Help: "Stops of a movement that were given up: the camera may still move.",
		}),
	}
	c.moves.WithLabelValues(outcomeOK)
	c.moves.WithLabelValues(outcomeFailed)
	return c
}

func (c *Cameras) collectors() []prometheus.Collector {
	return []prometheus.Collector{c.moves, c.retried, c.failedStops}
}

// Cameras returns who counts for a ptz.Guard.
func (m *Metrics) Cameras() *Cameras { return m.cameras }

// Moved tells of one try to start a movement.
func (c *Cameras) Moved(err error) {
	outcome := outcomeOK
	if err != nil {
		outcome = outcomeFailed
	}
	c.moves.WithLabelValues(outcome).Inc()
}

// StopFailed tells of a stop that failed, and in how long it is tried again; 0 means never.
func (c *Cameras) StopFailed(again time.Duration) {
	if again > 0 {
		c.retried.Inc()
		return
	}
	c.failedStops.Inc()
}
