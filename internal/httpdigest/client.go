package httpdigest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/icholy/digest"
)

// MaxBody is the ceiling for the body of a good answer: 4 MiB, twenty times the channel list of a recorder with 256 channels.
const MaxBody = 4 << 20

// MaxErrorBody is how much is kept of a body that comes with another status; the rest is cut off.
const MaxErrorBody = 64 << 10

// ErrTooLarge is returned for a good answer whose body passes MaxBody.
var ErrTooLarge = errors.New("answer larger than 4 MiB")

// Config says who asks.
type Config struct {
	User, Password string
	// AllowBasic lets the password be sent readable where a device offers nothing better.
	AllowBasic bool
	// Expired tells from a 403 answer to credentials that only the nonce had expired, which leads to one fresh challenge. nil means
	// that 403 is final.
	Expired func(answer *Answer) bool
	// Locked tells from a challenge that no credentials will be taken, so that none are sent: attempts while an account is locked may
	// prolong the lock. nil means that challenges do not tell.
	Locked func(answer *Answer) bool
	// DialContext opens connections, as net.Dialer does; nil means that.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
}

// Answer is what a device said.
type Answer struct {
	Status int
	Header http.Header
	// Body is what came with it, whatever its kind; for a status outside 2xx cut at MaxErrorBody. The caller owns it.
	Body []byte
	// Attempts is how often credentials were sent for this answer: 0, 1, or 2 where a nonce had expired.
	Attempts int
	// Offered names the authentication schemes of a 401, empty otherwise.
	Offered string
}

// Client talks to one recorder as one user. It is safe for concurrent use. Do keeps no nonce: each request starts without credentials,
// because some firmware refuses a header that it did not ask for, and some binds a nonce to the URL that it was made for. DoAgain does.
type Client struct {
	cfg       Config
	transport http.RoundTripper
	kept      nonces
}

// New returns a client. It opens nothing.
func New(cfg Config) *Client { return &Client{cfg: cfg, transport: newTransport(cfg.DialContext)} }

// Close closes the connections that wait for another request.
func (c *Client) Close() {
	if closer, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// Get asks for a URL. An answer of whatever status is no error; errors are those of the connection, ErrTooLarge and ctx's.
func (c *Client) Get(ctx context.Context, url string) (*Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	return c.Do(request)
}

// Ask asks for a URL once and without credentials, to see who answers there. Its errors are those of Get.
func (c *Client) Ask(ctx context.Context, url string) (*Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	return c.send(request, "")
}

// Do sends a request and answers at most one challenge, and another one only where the device says that the nonce was stale. The
// request must be repeatable: without body, or with GetBody. Redirects are not followed, since they would carry the credentials to
// somebody else.
func (c *Client) Do(request *http.Request) (*Answer, error) {
	answer, err := c.send(request, "")
	if err != nil || answer.Status != http.StatusUnauthorized {
		return answer, err
	}
	answer, _, err = c.meet(request, answer)
	return answer, err
}

// DoAgain is Do for requests that must not lose time: where a digest challenge led to a good answer at the same path within the last 30 s,
// the request goes out with credentials for it and the next count (RFC 7616 section 3.4). A 401 to that counts as the first answer of Do,
// and a 403, by which some firmware refuses credentials that it did not ask for, leads to Do.
func (c *Client) DoAgain(request *http.Request) (*Answer, error) {
	path := request.URL.Path
	answer, err := c.first(request)
	if err != nil {
		c.kept.forget(path)
		return nil, err
	}
	if answer.Status == http.StatusForbidden && answer.Attempts > 0 {
		c.kept.forget(path)
		answer, err = c.send(request, "")
		if err != nil {
			return nil, err
		}
	}
	if answer.Status != http.StatusUnauthorized {
		return answer, nil
	}
	c.kept.forget(path)
	answer, challenge, err := c.meet(request, answer)
	if err == nil && challenge != nil && answer.Status/100 == 2 {
		c.kept.keep(path, challenge)
	}
	return answer, err
}

// first makes the first exchange of DoAgain.
func (c *Client) first(request *http.Request) (*Answer, error) {
	challenge, count, ok := c.kept.use(request.URL.Path)
	if !ok {
		return c.send(request, "")
	}
	credentials, err := c.credentials(request, challenge, count)
	if err != nil {
		return nil, err
	}
	answer, err := c.send(request, credentials)
	if err != nil {
		return nil, err
	}
	answer.Attempts = 1
	return answer, nil
}

// meet answers the challenge of a 401. The challenge that was answered last is nil where there was none, or none by digest.
func (c *Client) meet(request *http.Request, answer *Answer) (*Answer, *digest.Challenge, error) {
	if c.cfg.Locked != nil && c.cfg.Locked(answer) {
		return answer, nil, nil
	}
	answer, challenge, err := c.authorise(request, answer, 1)
	if err != nil || challenge == nil {
		return answer, nil, err
	}
	switch {
	case answer.Status == http.StatusUnauthorized:
		// Only a nonce that the device itself calls stale is worth a second answer. A new nonce alone comes with every refusal.
		if again := strongest(offers(answer.Header)); again == nil || !again.Stale {
			return answer, nil, nil
		}
	case answer.Status == http.StatusForbidden && c.cfg.Expired != nil && c.cfg.Expired(answer):
		fresh, err := c.send(request, "")
		if err != nil {
			return nil, nil, err
		}
		if fresh.Status != http.StatusUnauthorized {
			fresh.Attempts = answer.Attempts
			return fresh, nil, nil
		}
		answer = fresh
	default:
		return answer, challenge, nil
	}
	return c.authorise(request, answer, 2)
}

// authorise answers the challenge of a 401. It returns the same answer and a nil challenge where nothing is offered that may be used.
func (c *Client) authorise(request *http.Request, unauthorised *Answer, attempt int) (*Answer, *digest.Challenge, error) {
	all := offers(unauthorised.Header)
	challenge := strongest(all)
	var credentials string
	switch {
	case challenge != nil:
		built, err := c.credentials(request, challenge, 1)
		if err != nil {
			return nil, nil, err
		}
		credentials = built
	case c.cfg.AllowBasic && offersBasic(all):
		credentials = basic(c.cfg.User, c.cfg.Password)
	default:
		unauthorised.Attempts = attempt - 1
		return unauthorised, nil, nil
	}
	answer, err := c.send(request, credentials)
	if err != nil {
		return nil, nil, err
	}
	answer.Attempts = attempt
	return answer, challenge, nil
}

// credentials are those by digest for the count-th use of a challenge.
func (c *Client) credentials(request *http.Request, challenge *digest.Challenge, count int) (string, error) {
	built, err := digest.Digest(challenge, digest.Options{
		Method:   request.Method,
		URI:      request.URL.RequestURI(),
		GetBody:  request.GetBody,
		Count:    count,
		Username: c.cfg.User,
		Password: c.cfg.Password,
	})
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	return built.String(), nil
}

func basic(user, password string) string {
	var carrier http.Request
	carrier.Header = http.Header{}
	carrier.SetBasicAuth(user, password)
	return carrier.Header.Get("Authorization")
}

// send makes one exchange and reads the whole answer.
func (c *Client) send(request *http.Request, credentials string) (*Answer, error) {
	one := request.Clone(request.Context())
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			return nil, fmt.Errorf("request body: %w", err)
		}
		one.Body = body
	}
	if credentials != "" || request.Method == http.MethodPut {
		// Some firmware closes a connection that it promised to keep, also right behind its challenge. This lets the transport repeat what
		// then got no answer at all over a fresh one; an empty list is not sent. A POST without credentials may hold a login of its own,
		// which must not be tried twice.
		one.Header["Idempotency-Key"] = nil
	}
	if credentials != "" {
		one.Header.Set("Authorization", credentials)
	}
	response, err := c.transport.RoundTrip(one)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", request.Method, request.URL.Path, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer := &Answer{Status: response.StatusCode, Header: response.Header}
	if answer.Status == http.StatusUnauthorized {
		answer.Offered = schemes(offers(response.Header))
	}
	good := answer.Status/100 == 2
	limit := int64(MaxErrorBody)
	if good {
		limit = MaxBody + 1
	}
	answer.Body, err = io.ReadAll(io.LimitReader(response.Body, limit))
	switch {
	case good && err != nil:
		return nil, fmt.Errorf("%s %s: body: %w", request.Method, request.URL.Path, err)
	case len(answer.Body) > MaxBody:
		return nil, fmt.Errorf("%s %s: %w", request.Method, request.URL.Path, ErrTooLarge)
	}
	// A refusal counts by its status, also where its body breaks off.
	return answer, nil
}
