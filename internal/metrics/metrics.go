// Package metrics owns the numbers of GET /metrics: their names, labels and help texts, and the observers that count for the rooms which
// know nothing of Prometheus. Names and units follow https://prometheus.io/docs/practices/naming/. No label grows without bound: there
// are no addresses, no handles and no stream names.
package metrics

import (
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
)

// namespace is the first word of every name of ours.
const namespace = "mediapusher"

// A scrape takes at most so long, and so many go on at once.
const (
	scrapeTimeout = 10 * time.Second
	maxScrapes    = 4
)

// Config says what a Metrics is made of.
type Config struct {
	// Version and Revision are of this program, for the build_info.
	Version, Revision string
	// Log is told of scrapes that fail; it may be nil.
	Log *zap.Logger
}

// Metrics are all numbers of one service. Its methods are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	log      *zap.Logger
	sessions *sessionCounters
	logins   *loginCounters
	workers  *workerCounters
	cameras  *Cameras
	requests *Requests
	reloads  *reloadCounters
}

// New returns numbers that stand at zero. It starts no goroutine.
func New(cfg Config) (*Metrics, error) {
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(), log: cfg.Log,
		sessions: newSessionCounters(), logins: newLoginCounters(), workers: newWorkerCounters(), cameras: newCameras(),
		requests: newRequests(), reloads: newReloadCounters(),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "build_info", Help: "Always 1; the labels tell which program runs.",
		ConstLabels: prometheus.Labels{"version": cfg.Version, "revision": cfg.Revision, "goversion": runtime.Version()},
	})
	build.Set(1)
	all := []prometheus.Collector{
		build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}
	for _, group := range [][]prometheus.Collector{
		m.sessions.collectors(), m.logins.collectors(), m.workers.collectors(), m.cameras.collectors(), m.requests.collectors(),
		m.reloads.collectors(),
	} {
		all = append(all, group...)
	}
	for _, c := range all {
		if err := m.registry.Register(c); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return m, nil
}

// Gatherer gives the numbers as they are now.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Handler answers scrapes, in the text format or what else the scraper asks for.
func (m *Metrics) Handler() http.Handler {
	scrape := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: scrapeLog{m.log}, ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: maxScrapes, Timeout: scrapeTimeout,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection := http.NewResponseController(w)
		_ = connection.SetWriteDeadline(time.Now().Add(2 * scrapeTimeout)) // not every writer has one
		scrape.ServeHTTP(w, r)
		_ = connection.SetWriteDeadline(time.Time{})
	})
}

// scrapeLog is promhttp's logger.
type scrapeLog struct{ log *zap.Logger }

// Println implements promhttp.Logger.
func (l scrapeLog) Println(words ...any) {
	l.log.Warn("metrics are incomplete", zap.String("error", fmt.Sprint(words...)))
}

// counter and its like make a number of ours.
func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
}

// described is a number that is read when it is asked for.
func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
}
