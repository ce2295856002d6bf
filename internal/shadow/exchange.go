package shadow

import (
	"bufio"
	"errors"
	"io"
	"math"
	"net/http"
	"time"
)

// The ceilings of what is looked at: header lines, the body of a request (one byte more than the API takes, so that it refuses the same),
// the body of an answer.
const (
	maxHeader  = 256 << 10
	maxRequest = 64<<10 + 1
	maxAnswer  = 1 << 20
)

// exchange is a request and what the old server said to it.
type exchange struct {
	request *http.Request // its body is read: see body; nil where it is malformed
	refused bool          // the HTTP server of the new service does not let the request through to the API
	body    []byte        // at most maxRequest
	status  int
	header  http.Header
	answer  []byte // at most maxAnswer
	cut     bool   // the answer was longer
	took    time.Duration
	at      time.Time // when the answer had come, before the client got its end
}

// witness is told what a connection carries.
type witness struct {
	found      func(exchange)
	unanswered func() // a request whose answer did not come, or not to its end
	unreadable func() // once, where a side speaks something else than HTTP
}

// errUnanswered is that of a request without a whole answer.
var errUnanswered = errors.New("no whole answer")

// follow reads the two directions of a connection, which are tapped, and tells of each exchange.
func follow(requests, responses *tap, tell witness) {
	defer requests.shut()
	defer responses.shut()
	asked, said := newMessages(requests), newMessages(responses)
	for {
		e, err := next(asked, said)
		switch {
		case err == nil:
			e.at = responses.written()
			tell.found(e)
		case errors.Is(err, errUnanswered):
			tell.unanswered()
		case !errors.Is(err, io.EOF):
			tell.unreadable()
		}
		if err != nil || e.request == nil { // where the request behind a malformed one begins, nobody knows
			return
		}
	}
}

// next reads one exchange. The error is io.EOF where there is none any more, and errUnanswered where the answer did not come to its end.
func next(asked, said *messages) (exchange, error) {
	var e exchange
	var err error
	if e.request, err = http.ReadRequest(asked.header()); err != nil {
		if errors.Is(ended(err), io.EOF) {
			return e, io.EOF
		}
		e.request, e.refused = nil, true
	} else {
		if e.body, _, err = asked.body(e.request.Body, maxRequest); err != nil {
			return e, io.EOF // the client gave up
		}
		e.refused = e.request.Host == "" && e.request.ProtoAtLeast(1, 1) // RFC 9112 section 3.2
	}
	began := time.Now()
	response, err := http.ReadResponse(said.header(), e.request)
	for err == nil && response.StatusCode < http.StatusOK && response.StatusCode != http.StatusSwitchingProtocols {
		_ = response.Body.Close() // it has none
		response, err = http.ReadResponse(said.header(), e.request)
	}
	switch {
	case err == nil:
	case !errors.Is(ended(err), io.EOF):
		return e, err
	case e.request == nil: // no HTTP, or too bad for both
		return e, errors.New("a malformed request, which was not answered")
	default:
		return e, errUnanswered
	}
	defer func() { _ = response.Body.Close() }() // it is read, or its connection is over
	e.status, e.header = response.StatusCode, response.Header
	e.answer, e.cut, err = said.body(response.Body, maxAnswer)
	e.took = time.Since(began)
	if err != nil {
		if _, _, readable := e.said(); !readable { // a server that counts wrong has still said something
			return e, errUnanswered
		}
	}
	return e, nil
}

// ended tells an end from what is no HTTP.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}

// messages reads HTTP messages one after the other, each within its ceilings.
type messages struct {
	limited *io.LimitedReader
	reader  *bufio.Reader
}

func newMessages(from io.Reader) *messages {
	limited := &io.LimitedReader{R: from}
	return &messages{limited, bufio.NewReader(limited)}
}

// header is where the header of the next message is read from.
func (m *messages) header() *bufio.Reader {
	m.limited.N = maxHeader
	return m.reader
}

// body reads a body to its end and keeps its begin. cut tells that there was more.
func (m *messages) body(body io.ReadCloser, keep int64) (text []byte, cut bool, err error) {
	m.limited.N = math.MaxInt64
	if text, err = io.ReadAll(io.LimitReader(body, keep)); err != nil {
		return text, false, err
	}
	more, err := io.Copy(io.Discard, body)
	return text, more > 0, err
}
