package rtspsource

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/aler9/gortsplib/v2/pkg/base"
	"go.uber.org/zap"
)

// emptySDP stands in for the device's description towards gortsplib: we read that ourselves, and hand gortsplib the media to set up.
const emptySDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

// noReason stands in for an empty status text, which gortsplib does not read.
const noReason = "-"

// Keep-alive. gortsplib sends it after 0.8 of the session's time limit, as far as it knows it; we tell it 0.6, so that it comes before the
// half, and never more than every 28 s.
const (
	keepAliveMost  = 36 // s
	keepAliveLeast = 2  // s: gortsplib would make a flood of 1
)

// dialled gives gortsplib its connection.
func (s *session) dialled(context.Context, string, string) (net.Conn, error) { return s.answers, nil }

// onRequest signs a request and takes out what some servers stumble over. gortsplib calls it for every request, also for keep-alives.
func (t *talk) onRequest(req *base.Request) {
	if v := req.Header["Transport"]; len(v) == 1 {
		req.Header["Transport"] = base.HeaderValue{strings.TrimSuffix(v[0], ";mode=play")}
	}
	if recording := t.s.src.cfg.Recording; recording != nil && req.Method == base.Play {
		req.Header["Range"] = base.HeaderValue{wholeRange}
		if scale := recording.scale(); scale != "" && !t.ownPace.Load() {
			req.Header["Scale"] = base.HeaderValue{scale}
		}
	}
	authorization, err := t.s.auth.sign(string(req.Method), req.URL.String())
	if err != nil {
		t.s.log.Debug("RTSP request not signed", zap.Error(err))
	}
	if authorization != "" {
		req.Header["Authorization"] = base.HeaderValue{authorization}
	}
}

// cleanAnswer renders an answer for gortsplib with the headers that it or onResponse has a use for.
func cleanAnswer(h *head, body []byte) []byte {
	var fields []field
	add := func(name, value string) {
		if value != "" {
			fields = append(fields, field{name, value})
		}
	}
	add("CSeq", h.get("CSeq"))
	add("Session", h.get("Session"))
	add("Public", strings.Join(h.all("Public"), ","))
	add("Content-Base", h.get("Content-Base"))
	add("Transport", h.get("Transport"))
	for _, v := range h.all("WWW-Authenticate") {
		add("WWW-Authenticate", v)
	}
	reason := h.reason
	if reason == "" {
		reason = noReason
	}
	return writeAnswer(h.status, reason, fields, body)
}

// defaultSessionTimeout is RFC 2326 section 12.37's, in seconds.
const defaultSessionTimeout = 60

// parseSession takes "  123 ; timeout = 60 " apart. timeout is in seconds, 0 where the header tells none.
func parseSession(v string) (id string, timeout int) {
	id, params, _ := strings.Cut(v, ";")
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && strings.EqualFold(strings.TrimSpace(name), "timeout") && n > 0 {
			timeout = n
		}
	}
	return strings.TrimSpace(id), timeout
}

// session sets the Session header right, with the time limit that makes gortsplib keep the session alive in time. An answer that
// repeats the session without a limit does not change it.
func (t *talk) session(res *base.Response) {
	v := res.Header["Session"]
	delete(res.Header, "Session")
	if len(v) == 0 {
		return
	}
	id, timeout := parseSession(v[0])
	if id == "" {
		return
	}
	if timeout > 0 {
		t.timeout = min(timeout, defaultSessionTimeout)
	}
	told := min(max(t.timeout*6/10, keepAliveLeast), keepAliveMost)
	res.Header["Session"] = base.HeaderValue{id + ";timeout=" + strconv.Itoa(told)}
}

// onResponse sees every awaited answer before gortsplib does.
func (t *talk) onResponse(res *base.Response) {
	a := answer{status: int(res.StatusCode), reason: res.StatusMessage, challenges: res.Header["WWW-Authenticate"]}
	if a.reason == noReason {
		a.reason = ""
	}
	t.session(res)
	if a.status >= 200 && a.status < 300 {
		res.StatusCode = base.StatusOK
		a.status = statusOK
	}
	switch {
	case t.step == StepOptions && tolerable(res.StatusCode):
		// The device does not know OPTIONS; DESCRIBE will tell what it is worth.
		res.StatusCode = base.StatusOK
		a.status = statusOK
	case t.step == StepDescribe && a.status == statusOK:
		a.err = t.describe(res)
	case t.step == StepSetup && a.status == statusOK:
		a.err = t.transport(res)
	}
	t.answer = a
}

// tolerable tells the answers to OPTIONS that only mean that the method is not known.
func tolerable(code base.StatusCode) bool {
	switch code {
	case base.StatusBadRequest, base.StatusNotFound, base.StatusMethodNotAllowed, base.StatusSessionNotFound,
		base.StatusMethodNotValidInThisState, base.StatusNotImplemented, base.StatusOptionNotSupported:
		return true
	default:
		return false
	}
}

// describe reads the stream description and puts one in its place that gortsplib cannot stumble over.
func (t *talk) describe(res *base.Response) error {
	d := parseSDP(res.Body)
	var contentBase string
	if v := res.Header["Content-Base"]; len(v) > 0 {
		contentBase = strings.TrimSpace(v[0])
	}
	delete(res.Header, "Content-Base")
	res.Header["Content-Type"] = base.HeaderValue{"application/sdp"}
	res.Body = []byte(emptySDP)

	streams, notes, err := d.choose()
	if err != nil {
		return err
	}
	t.offer = offer{base: baseURL(t.s.src.url, d.control, contentBase), streams: streams, notes: notes}
	return nil
}

var errNotInterleaved = fmt.Errorf("%w: the device does not send media over the connection", ErrProtocol)

// transport reads which channels the device uses, and answers gortsplib with those it asked for.
func (t *talk) transport(res *base.Response) error {
	asked := [2]int{2 * t.setups, 2*t.setups + 1}
	text := strings.Join(res.Header["Transport"], ",")
	res.Header["Transport"] = base.HeaderValue{fmt.Sprintf("RTP/AVP/TCP;unicast;interleaved=%d-%d", asked[0], asked[1])}
	channel, err := parseTransport(text, asked)
	t.channel = channel
	return err
}

// parseTransport finds the interleaved channels (RFC 2326 section 12.39). A single number is that of RTP; no number means the ones asked
// for.
func parseTransport(text string, asked [2]int) ([2]int, error) {
	text, _, _ = strings.Cut(text, ",")
	interleaved := strings.Contains(strings.ToUpper(text), "/TCP")
	channel := asked
	for param := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "interleaved") {
			continue
		}
		first, second, pair := strings.Cut(strings.TrimSpace(value), "-")
		rtp, err := strconv.ParseUint(strings.TrimSpace(first), 10, 8)
		if err != nil {
			continue
		}
		interleaved = true
		channel = [2]int{int(rtp), int(rtp+1) & 0xff}
		if rtcp, err := strconv.ParseUint(strings.TrimSpace(second), 10, 8); pair && err == nil {
			channel[1] = int(rtcp)
		}
	}
	if !interleaved {
		return channel, errNotInterleaved
	}
	return channel, nil
}
