package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Requests counts the answers of the API.
type Requests struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newRequests() *Requests {
	return &Requests{
		requests: counter("api_requests_total",
			"Answers of the API and the admin listener, by the pattern of the path and the status_code in the answer (else HTTP's).",
			"endpoint", "method", "status_code"),
		duration: histogram("api_request_duration_seconds", "From a request's header to the end of its answer.",
			[]float64{0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30}, "endpoint"),
	}
}

func (r *Requests) collectors() []prometheus.Collector {
	return []prometheus.Collector{r.requests, r.duration}
}

// Requests returns who counts for the API.
func (m *Metrics) Requests() *Requests { return m.requests }

// Answered tells of one answer. endpoint and method must be of a bounded set.
func (r *Requests) Answered(endpoint, method string, statusCode int, took time.Duration) {
	r.requests.WithLabelValues(endpoint, method, strconv.Itoa(statusCode)).Inc()
	r.duration.WithLabelValues(endpoint).Observe(took.Seconds())
}

// reloadCounters counts readings of the configuration.
type reloadCounters struct {
	reloads *prometheus.CounterVec
	good    prometheus.Gauge
}

func newReloadCounters() *reloadCounters {
	c := &reloadCounters{
		reloads: counter("config_reloads_total", "Readings of the configuration while the service runs, by outcome.", "outcome"),
		good: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "config_last_reload_successful",
			Help: "1 where the newest reading of the configuration went well, 0 where its file is wrong and the settings from before hold.",
		}),
	}
	c.reloads.WithLabelValues(outcomeOK)
	c.reloads.WithLabelValues(outcomeFailed)
	c.good.Set(1)
	return c
}

func (c *reloadCounters) collectors() []prometheus.Collector {
	return []prometheus.Collector{c.reloads, c.good}
}

// Reloaded tells of one reading of the configuration, with nil or what is wrong with the file.
func (m *Metrics) Reloaded(err error) {
	outcome, good := outcomeOK, 1.0
	if err != nil {
		outcome, good = outcomeFailed, 0
	}
	m.reloads.reloads.WithLabelValues(outcome).Inc()
	m.reloads.good.Set(good)
}
