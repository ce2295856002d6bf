package rtspsource

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// maxValueBytes is the longest header value that gortsplib reads; longer ones are left out.
const maxValueBytes = 2000

// contentLength reads the header of that name. Negative and unreadable lengths, which would crash gortsplib, count as none.
func contentLength(head []byte) (int, error) {
	for line := range bytes.Lines(head) {
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found || !strings.EqualFold(string(bytes.TrimSpace(name)), "Content-Length") {
			continue
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
		if err != nil || n < 0 {
			return 0, nil
		}
		if n > maxBodyBytes {
			return 0, fmt.Errorf("%w: message body of %d bytes", ErrProtocol, n)
		}
		return int(n), nil
	}
	return 0, nil
}

// field is one header line.
type field struct{ name, value string }

// head is the text of a message: an answer has a status, a request a method.
type head struct {
	status int
	reason string
	method string
	target string // of a request: its address
	fields []field
}

// parseHead reads a message's first line and its headers. Lines without a name are skipped.
func parseHead(b []byte) (head, error) {
	first, rest, _ := bytes.Cut(b, []byte("\n"))
	h, err := parseFirstLine(strings.TrimRight(string(first), "\r "))
	if err != nil {
		return head{}, err
	}
	for line := range bytes.Lines(rest) {
		name, value, found := strings.Cut(string(bytes.TrimSpace(line)), ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || len(value) > maxValueBytes {
			continue
		}
		h.fields = append(h.fields, field{name, value})
	}
	return h, nil
}

// parseFirstLine reads a status line or a request line. The status text may be missing.
func parseFirstLine(line string) (head, error) {
	protocol, rest, _ := strings.Cut(line, " ")
	if !strings.Contains(protocol, "/") {
		target, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		return head{method: protocol, target: target}, nil
	}
	if !strings.HasPrefix(protocol, "RTSP/") {
		return head{}, fmt.Errorf("%w: the answer is %s, not RTSP", ErrProtocol, printable(protocol))
	}
	code, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < 100 || status > 999 {
		return head{}, fmt.Errorf("%w: status %q", ErrProtocol, printable(code))
	}
	return head{status: status, reason: printable(strings.TrimSpace(reason))}, nil
}

// printable cuts a text of the peer to what may stand in an error.
func printable(s string) string {
	s = strings.Map(withoutControl, strings.ToValidUTF8(s, "?"))
	if len(s) > 120 {
		s = strings.ToValidUTF8(s[:120], "")
	}
	return s
}

// get returns the first value of a header.
func (h *head) get(name string) string {
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// all returns every value of a header.
func (h *head) all(name string) []string {
	var values []string
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

// cseq is the number of the request that an answer belongs to, -1 where it tells none.
func (h *head) cseq() int {
	n, err := strconv.Atoi(h.get("CSeq"))
	if err != nil {
		return -1
	}
	return n
}

// writeAnswer renders an answer as gortsplib reads it: a status text is never empty, and there is only what it has a use for.
func writeAnswer(status int, reason string, fields []field, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "RTSP/1.0 %d %s\r\n", status, reason)
	for _, f := range fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	if len(body) > 0 {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// writeReply renders our answer to a request of the server: recorders announce the end of a recording or ask whether we are alive.
func writeReply(h *head) []byte {
	status := "501 Not Implemented"
	switch h.method {
	case "OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "ANNOUNCE", "TEARDOWN", "PLAY_NOTIFY":
		status = "200 OK"
	}
	reply := "RTSP/1.0 " + status + "\r\n"
	if n := h.cseq(); n >= 0 {
		reply += "CSeq: " + strconv.Itoa(n) + "\r\n"
	}
	return []byte(reply + "\r\n")
}
