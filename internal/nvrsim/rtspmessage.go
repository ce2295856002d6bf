package nvrsim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What is taken from a client at most.
const (
	maxRTSPLine    = 4096
	maxRTSPHeaders = 64
	maxRTSPBody    = 64 << 10
)

var errRTSPSyntax = errors.New("not RTSP")

// rtspRequest is one request. A client's answer to a request of ours has an empty method.
type rtspRequest struct {
	method, url string
	// header has names in lower case; the last of several wins.
	header map[string]string
}

// readRTSP reads the next request or answer and skips interleaved frames, which clients send as receiver reports. It fails with
// errRTSPSyntax where the bytes make no sense, and with the reader's errors. The reader's buffer must hold maxRTSPLine bytes.
func readRTSP(br *bufio.Reader) (*rtspRequest, error) {
	for {
		first, err := br.Peek(1)
		if err != nil {
			return nil, err
		}
		if first[0] != '$' {
			break
		}
		frame, err := br.Peek(4)
		if err != nil {
			return nil, err
		}
		if _, err := br.Discard(4 + int(frame[2])<<8 + int(frame[3])); err != nil {
			return nil, err
		}
	}
	line, err := readRTSPLine(br)
	if err != nil {
		return nil, err
	}
	req := &rtspRequest{header: make(map[string]string)}
	if !strings.HasPrefix(line, "RTSP/") {
		parts := strings.Split(line, " ")
		if len(parts) != 3 || parts[0] == "" || parts[1] == "" || !strings.HasPrefix(parts[2], "RTSP/") {
			return nil, fmt.Errorf("%w: request line", errRTSPSyntax)
		}
		req.method, req.url = parts[0], parts[1]
	}
	if err := req.readHeader(br); err != nil {
		return nil, err
	}
	return req, req.skipBody(br)
}

func (q *rtspRequest) readHeader(br *bufio.Reader) error {
	for range maxRTSPHeaders {
		line, err := readRTSPLine(br)
		if err != nil || line == "" {
			return err
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%w: header", errRTSPSyntax)
		}
		q.header[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
	}
	return fmt.Errorf("%w: too many headers", errRTSPSyntax)
}

// skipBody reads the body away; no request to a recorder has one that matters here.
func (q *rtspRequest) skipBody(br *bufio.Reader) error {
	text, ok := q.header["content-length"]
	if !ok {
		return nil
	}
	length, err := strconv.Atoi(text)
	if err != nil || length < 0 || length > maxRTSPBody {
		return fmt.Errorf("%w: length of the body", errRTSPSyntax)
	}
	_, err = br.Discard(length)
	return err
}

func readRTSPLine(br *bufio.Reader) (string, error) {
	line, err := br.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) || len(line) > maxRTSPLine {
		return "", fmt.Errorf("%w: line too long", errRTSPSyntax)
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

// reply is an answer under construction; headers keep their order and spelling.
type reply struct {
	status  int
	headers []string
	body    string
}

func (p *reply) add(name, value string) { p.headers = append(p.headers, name+": "+value) }

func (p *reply) writeTo(w io.Writer, cseq string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "RTSP/1.0 %d %s\r\nCSeq: %s\r\n", p.status, rtspStatusText(p.status), cseq)
	for _, header := range p.headers {
		b.WriteString(header + "\r\n")
	}
	if p.body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(p.body))
	}
	b.WriteString("\r\n" + p.body)
	_, err := io.WriteString(w, b.String())
	return err
}

// rtspStatusText gives the phrase of RFC 2326 section 7.1.1.
func rtspStatusText(status int) string {
	text, ok := map[int]string{
		200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
		453: "Not Enough Bandwidth", 454: "Session Not Found", 455: "Method Not Valid in This State",
		457: "Invalid Range",
		461: "Unsupported Transport", 500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
	}[status]
	if !ok {
		return "Error"
	}
	return text
}
