package netway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// errNotRTSP is what something else than an RTSP server says.
var errNotRTSP = errors.New("does not speak RTSP")

// dialFunc is net.Dialer.DialContext or what stands for it.
type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// AskRTSP tells whether an RTSP server answers at host:port, for at most two seconds. It sends one OPTIONS without credentials (RFC 2326
// section 10.1).
func AskRTSP(ctx context.Context, dial dialFunc, address string) error {
	ctx, cancel := context.WithTimeout(ctx, reachLimit)
	defer cancel()
	conn, err := dial(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("rtsp: %w", err)
	}
	defer func() { _ = conn.Close() }()
	// A deadline in the past ends the exchange when ctx does.
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := fmt.Fprintf(conn, "OPTIONS rtsp://%s/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", address); err != nil {
		return fmt.Errorf("rtsp: OPTIONS %s: %w", address, err)
	}
	answer := make([]byte, len("RTSP/1.0 "))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return fmt.Errorf("rtsp: OPTIONS %s: %w", address, err)
	}
	if !bytes.HasPrefix(answer, []byte("RTSP/")) {
		return fmt.Errorf("%s %w", address, errNotRTSP)
	}
	return nil
}
