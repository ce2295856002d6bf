package netway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

const (
	// reachLimit is how long a port may take to be connected to, so that one that swallows everything leaves time for the rest of a start.
	reachLimit = 2 * time.Second
	// searchLimit is how long ports are asked: a recorder under load takes the connection at once, and thinks for seconds.
	searchLimit = 4 * time.Second
	// preferLimit is how long a port that is liked better may still answer after another one did.
	preferLimit = 300 * time.Millisecond

	httpPort  = 80
	httpsPort = 443
)

// The values of device.Settings.HTTPS besides "auto".
const (
	httpsOnly  = "only"
	httpsNever = "never"
)

// ErrNoHTTP is returned where no port answers the vendor's page.
var ErrNoHTTP = errors.New("no HTTP port found")

// Endpoint is where a recorder speaks HTTP.
type Endpoint struct {
	Scheme string // "http" or "https"
	Host   string
	Port   int
}

// Address returns host:port.
func (e Endpoint) Address() string { return device.JoinAddress(e.Host, e.Port) }

// URL joins the endpoint and a path, which starts with a slash and may carry a query.
func (e Endpoint) URL(path string) string { return e.Scheme + "://" + e.Address() + path }

// Search says where to look for HTTP.
type Search struct {
	Target   device.Target
	Settings device.Settings
	// SDKPort is the usual port of the vendor's own protocol, at which HTTP is not looked for.
	SDKPort int
	// Path is a page that every recorder of the vendor has behind its password. It is asked for without credentials.
	Path string
	// DialContext opens connections, as net.Dialer does; nil means that.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

// Find asks the ports that come into question side by side, for at most four seconds, and returns the best that answers: the one that the
// caller or the settings name, or else the caller's port where it is not the SDK's, 80, and 443. The error is ErrNoHTTP with what each
// port said.
func (s Search) Find(ctx context.Context) (Endpoint, error) {
	ctx, cancel := context.WithTimeout(ctx, searchLimit)
	defer cancel()
	all := s.candidates()
	verdicts := make(chan verdict, len(all))
	for i, candidate := range all {
		go func() {
			found, err := s.ask(ctx, candidate)
			verdicts <- verdict{i, found, err}
		}()
	}
	return choose(verdicts, len(all), cancel)
}

// verdict is what one candidate said.
type verdict struct {
	index int
	found Endpoint
	err   error
}

// choose waits for the best of n candidates, best first by index. It returns when all have ended, which cancel hastens.
func choose(verdicts <-chan verdict, n int, cancel context.CancelFunc) (Endpoint, error) {
	var (
		said    = make([]*verdict, n)
		best    *verdict
		patient <-chan time.Time
	)
	for range n {
		select {
		case v := <-verdicts:
			said[v.index] = &v
		case <-patient:
			cancel() // the rest will fail now
			v := <-verdicts
			said[v.index] = &v
		}
		if best = first(said); best == nil {
			continue
		}
		if patient == nil {
			patient = time.After(preferLimit)
		}
		if !anyOpen(said[:best.index]) {
			cancel()
		}
	}
	if best != nil {
		return best.found, nil
	}
	errs := make([]error, 0, n)
	for _, v := range said {
		errs = append(errs, v.err)
	}
	return Endpoint{}, fmt.Errorf("%w: %w", ErrNoHTTP, joined(errs))
}

// first returns the best of those that answered so far.
func first(said []*verdict) *verdict {
	for _, v := range said {
		if v != nil && v.err == nil {
			return v
		}
	}
	return nil
}

func anyOpen(said []*verdict) bool {
	for _, v := range said {
		if v == nil {
			return true
		}
	}
	return false
}

// candidates lists what to ask, best first.
func (s Search) candidates() []Endpoint {
	var all []Endpoint
	add := func(scheme string, port int) { all = append(all, Endpoint{scheme, s.Target.Host, port}) }
	both := func(port int) {
		if s.Settings.HTTPS != httpsOnly {
			add("http", port)
		}
		if s.Settings.HTTPS != httpsNever {
			add("https", port)
		}
	}
	for _, named := range []int{s.Target.HTTPPort, s.Settings.HTTPPort} {
		if named != 0 {
			both(named)
			return all
		}
	}
	own := s.Target.Port
	if own != 0 && own != s.SDKPort {
		both(own)
	}
	if s.Settings.HTTPS != httpsOnly && own != httpPort {
		add("http", httpPort)
	}
	if s.Settings.HTTPS != httpsNever && own != httpsPort {
		add("https", httpsPort)
	}
	return all
}

// ask tells whether the vendor's page is at an endpoint. A recorder that sends its callers on to HTTPS is taken by its word.
func (s Search) ask(ctx context.Context, at Endpoint) (Endpoint, error) {
	client := httpdigest.New(httpdigest.Config{DialContext: s.reach})
	defer client.Close()
	answer, err := client.Ask(ctx, at.URL(s.Path))
	if err != nil {
		return at, fmt.Errorf("%s port %d: %w", at.Scheme, at.Port, err)
	}
	if answer.Status/100 == 3 && s.Settings.HTTPS != httpsNever {
		if moved, ok := movedTo(at, answer.Header.Get("Location")); ok {
			return moved, nil
		}
	}
	switch {
	case answer.Status/100 == 3, answer.Status == http.StatusNotFound, answer.Status == http.StatusBadRequest:
		return at, fmt.Errorf("%s port %d: status %d for %s", at.Scheme, at.Port, answer.Status, s.Path)
	default:
		return at, nil
	}
}

// reach opens a connection, for at most reachLimit.
func (s Search) reach(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	if s.DialContext != nil {
		return s.DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// movedTo reads the port of a redirect to HTTPS. The host stays: behind a translated address a recorder names its inner one.
func movedTo(from Endpoint, location string) (Endpoint, bool) {
	to, err := url.Parse(location)
	if err != nil || to.Scheme != "https" {
		return from, false
	}
	port := httpsPort
	if to.Port() != "" {
		if port, err = strconv.Atoi(to.Port()); err != nil || port < 1 || port > 65535 {
			return from, false
		}
	}
	return Endpoint{"https", from.Host, port}, true
}

// joined puts errors on one line and keeps them findable.
func joined(errs []error) error { return lineError{errs} }

type lineError struct{ errs []error }

func (e lineError) Error() string {
	words := make([]string, 0, len(e.errs))
	for _, err := range e.errs {
		words = append(words, err.Error())
	}
	return strings.Join(words, "; ")
}

func (e lineError) Unwrap() []error { return e.errs }
