package srs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Defaults of Config.
const (
	DefaultTimeout = 2 * time.Second
	DefaultFresh   = time.Second
)

// versionFresh is how long a version is believed: a server is seldom replaced, and its streams break when it is.
const versionFresh = 30 * time.Second

// failureFresh is how long a failure is believed: one that asks every second does not wait for a dead server every time.
const failureFresh = 5 * time.Second

// maxBody is the ceiling for one answer: a stream takes about 700 bytes.
const maxBody = 4 << 20

// ErrNotSRS tells that something answers at the address, and that it is no SRS. It is found with errors.Is.
var ErrNotSRS = errors.New("this is not the HTTP API of an SRS")

// Config says whom a Client asks.
type Config struct {
	// URL is http://HOST:PORT or https://..., with user:password@ where the server has http_api.auth (from 5.0 on). Secrets in it show up
	// nowhere.
	URL string
	// Timeout bounds each request with its answer, default 2 s. Fresh is how old a list of streams may be, default 1 s.
	Timeout, Fresh time.Duration
	// Now is the clock, nil for time.Now.
	Now func() time.Time
}

// Client asks one server. It is safe for concurrent use, and holds no connection between requests.
type Client struct {
	base           url.URL // without secrets
	user, password string
	authorized     bool
	http           *http.Client
	timeout        time.Duration

	version kept[Version]
	streams kept[[]Stream]
	last    reading // belongs to the request of streams under way, of which there is one at most
}

// New returns a client. It starts no goroutine and asks nothing. The error names what is wrong with the URL and not its text, in which a
// password may stand.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the address of SRS's HTTP API must be http://host:port")
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Fresh <= 0 {
		cfg.Fresh = DefaultFresh
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{timeout: cfg.Timeout}
	if u.User != nil {
		c.user, c.authorized = u.User.Username(), true
		c.password, _ = u.User.Password()
	}
	c.base = url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}
	c.http = &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives:      true,
			DialContext:            (&net.Dialer{Timeout: cfg.Timeout}).DialContext,
			MaxResponseHeaderBytes: 64 << 10,
		},
		// Another server must not get what is this one's.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.version = kept[Version]{now: cfg.Now, fresh: versionFresh, stale: failureFresh}
	c.streams = kept[[]Stream]{now: cfg.Now, fresh: cfg.Fresh, stale: failureFresh}
	return c, nil
}

// URL is the address without secrets.
func (c *Client) URL() string { return c.base.String() }

// get asks for a path and decodes the answer's JSON into into. Its errors name the address without secrets.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	address := c.base.JoinPath(path)
	address.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return fmt.Errorf("SRS at %s: %w", c.URL(), err)
	}
	request.Header.Set("Accept", "application/json")
	if c.authorized {
		request.SetBasicAuth(c.user, c.password)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("SRS at %s: %w", c.URL(), reason(err))
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch {
	case err != nil:
		return fmt.Errorf("SRS at %s: %w", c.URL(), reason(err))
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		return fmt.Errorf("SRS at %s: the HTTP API wants a user and a password (%d): put both into srs.api_url, before the host",
			c.URL(), answer.StatusCode)
	case answer.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %w: HTTP status %d", c.URL(), ErrNotSRS, answer.StatusCode)
	case len(body) > maxBody:
		return fmt.Errorf("%s: %w: the answer is larger than %d MiB", c.URL(), ErrNotSRS, maxBody>>20)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s: %w: the answer is not its JSON", c.URL(), ErrNotSRS)
	}
	return nil
}

// reason is why a request failed, without the address, which the caller names.
func reason(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		if failed.Timeout() {
			return errors.New("no answer in time")
		}
		return failed.Err
	}
	return err
}

// envelope is what every answer begins with. Code is 0 where all is well.
type envelope struct {
	Code *int `json:"code"`
}

// check tells answers of an SRS from those of others, which speak JSON too.
func (e envelope) check(c *Client) error {
	switch {
	case e.Code == nil:
		return fmt.Errorf("%s: %w: the answer has no code", c.URL(), ErrNotSRS)
	case *e.Code != 0:
		return fmt.Errorf("SRS at %s: error %s", c.URL(), strconv.Itoa(*e.Code))
	default:
		return nil
	}
}
