package shadow

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// maxWaiting is how many exchanges may wait for being answered once more; what comes beyond is counted and left out.
	maxWaiting = 256
	// hold is how long an exchange waits for earlier ones of other connections: a call must not come before the start of its session.
	hold = 200 * time.Millisecond
)

// replayer lets the new side answer what the old one has answered.
type replayer struct {
	fresh   http.Handler
	double  *double
	report  *report
	waiting chan exchange
}

// offer hands an exchange over, and never waits.
func (r *replayer) offer(e exchange) {
	select {
	case r.waiting <- e:
	default:
		r.report.leftOut()
	}
}

// run answers one exchange after the other, in the order in which the old server did, until ctx ends, and then what waits still.
func (r *replayer) run(ctx context.Context) {
	var held []exchange // the earliest first
	due := time.NewTimer(hold)
	defer due.Stop()
	for {
		select {
		case e := <-r.waiting:
			held = inOrder(held, e)
		case <-due.C:
		case <-ctx.Done():
			for len(r.waiting) > 0 {
				held = inOrder(held, <-r.waiting)
			}
			for _, e := range held {
				r.answer(ctx, e)
			}
			return
		}
		for len(held) > 0 && (len(held) > maxWaiting || time.Since(held[0].at) >= hold) {
			r.answer(ctx, held[0])
			held = slices.Delete(held, 0, 1)
		}
		if len(held) > 0 {
			due.Reset(hold - time.Since(held[0].at))
		}
	}
}

// inOrder puts an exchange behind those that were answered before it.
func inOrder(held []exchange, e exchange) []exchange {
	i := len(held)
	for i > 0 && e.at.Before(held[i-1].at) {
		i--
	}
	return slices.Insert(held, i, e)
}

func (r *replayer) answer(ctx context.Context, e exchange) {
	said, strict, readable := e.said()
	if e.refused {
		r.report.add(refusal(e, said))
		return
	}
	name, handle, called := endpointOf(e.request.URL.Path)
	switch {
	case called && said.code == okCode && !r.double.knows(handle):
		r.report.earlier()
		return
	case called && said.code == noSessionCode && r.double.forget(handle):
		r.report.endedByOld()
	}
	r.double.prepare(said)
	written := &answerWriter{header: http.Header{}, status: http.StatusOK}
	began := time.Now()
	r.fresh.ServeHTTP(written, e.again(ctx))
	line := line{
		Time: began, Method: methodName(e.request.Method), Endpoint: name, OldStatus: said.code, NewStatus: written.code(),
		OldMillis: milliseconds(e.took), NewMillis: milliseconds(time.Since(began)), Note: r.double.note(),
	}
	if e.cut {
		line.Note = "the old answer is too long to be compared"
	} else if readable && !strict {
		line.Note = strings.TrimPrefix(line.Note+"; the old answer is no strict JSON", "; ")
	}
	line.Differences = compare(e, said, readable, written)
	r.report.add(line)
}

// refusal is the line of a request that net/http answers by itself. What is wrong with it is not told: it may hold a handle.
func refusal(e exchange, said saying) line {
	l := line{
		Time: time.Now(), Method: "other", Endpoint: "other", OldStatus: said.code, OldMillis: milliseconds(e.took),
		Note: "the first line or a header field of the request is malformed: the new service answers with HTTP's own 400",
	}
	if e.request != nil {
		l.Method = methodName(e.request.Method)
		l.Endpoint, _, _ = endpointOf(e.request.URL.Path)
		l.Note = "the request has no Host, which HTTP/1.1 demands: the new service answers with HTTP's own 400"
	}
	var c comparison
	if e.status != http.StatusBadRequest {
		c.add("http_status", KindValue, strconv.Itoa(e.status), strconv.Itoa(http.StatusBadRequest))
	}
	l.Differences = c.found
	return l
}

// okCode is the status_code of success, noSessionCode the one of a handle that nobody knows.
const (
	okCode        = 200
	noSessionCode = 605
)

// compare tells where the two answers to a request differ.
func compare(e exchange, said saying, readable bool, written *answerWriter) []Difference {
	var c comparison
	if e.status != written.status {
		c.add("http_status", KindValue, strconv.Itoa(e.status), strconv.Itoa(written.status))
	}
	old, fresh := mediaType(e.header), mediaType(written.header)
	if old != fresh {
		c.add("header:Content-Type", KindValue, short(old), short(fresh))
	}
	const allowOrigin = "Access-Control-Allow-Origin"
	if e.request.Header.Get("Origin") != "" && e.header.Get(allowOrigin) != "" && written.header.Get(allowOrigin) == "" {
		c.add("header:"+allowOrigin, KindMissing, "present", "")
	}
	if e.cut || e.request.Method == http.MethodOptions {
		return c.found // nobody reads the body of a preflight
	}
	object, _, err := parseAnswer(written.body.Bytes())
	switch {
	case readable && err == nil:
		c.objects("", said.fields, object)
	case readable:
		c.add("body", KindType, "object", "no JSON")
	case err == nil:
		c.add("body", KindType, "no JSON", "object")
	}
	return c.found
}

// said reads the old server's answer. What is compressed is not read: the old servers do not.
func (e *exchange) said() (s saying, strict, readable bool) {
	fields, strict, err := parseAnswer(e.answer)
	if err != nil {
		return saying{}, false, false
	}
	s.fields = fields
	s.code = codeOf(fields["status_code"])
	return s, strict, true
}

// codeOf reads a status_code, also one that is a text; 0 where there is none.
func codeOf(value any) int {
	code, _ := handleOf(value) // any positive number
	return int(code)
}

// again is the request once more.
func (e *exchange) again(ctx context.Context) *http.Request {
	r := e.request.WithContext(ctx)
	length := r.ContentLength
	r.Body = io.NopCloser(bytes.NewReader(e.body))
	if length < int64(len(e.body)) {
		length = -1 // chunked
	}
	if len(e.body) == 0 {
		r.Body, length = http.NoBody, 0
	}
	r.ContentLength = length
	r.RemoteAddr = "192.0.2.1:1" // a client's address, for nobody (RFC 5737)
	return r
}

// endpointOf names the path of a request by what it is, without the handle, which is a right. handle is that of a call that
// belongs to a session.
func endpointOf(path string) (name string, handle int32, called bool) {
	var segments []string
	for segment := range strings.SplitSeq(path, "/") {
		if segment = strings.TrimSpace(segment); segment != "" {
			segments = append(segments, segment)
		}
	}
	switch {
	case len(segments) == 1 && (strings.EqualFold(segments[0], "REAL_STREAM") || strings.EqualFold(segments[0], "BACK_STREAM")):
		return "/" + strings.ToUpper(segments[0]), 0, false
	case len(segments) == 3 && strings.EqualFold(segments[0], "STREAM"):
		for _, known := range []string{"BEATS", "POSITION", "PTZControl", "STOP"} {
			if strings.EqualFold(segments[2], known) {
				handle, _ := handleOf(segments[1])
				return "/STREAM/{play_handle}/" + known, handle, true
			}
		}
	}
	return "other", 0, false
}

// methodName bounds what a client made up.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead, http.MethodPut, http.MethodDelete:
		return method
	default:
		return "other"
	}
}

func mediaType(h http.Header) string {
	name, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return name
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// answerWriter is an http.ResponseWriter into memory.
type answerWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *answerWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *answerWriter) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *answerWriter) Write(p []byte) (int, error) { return w.body.Write(p) }

// code is the status_code, 0 where there is none.
func (w *answerWriter) code() int {
	fields, _, err := parseAnswer(w.body.Bytes())
	if err != nil {
		return 0
	}
	return codeOf(fields["status_code"])
}
