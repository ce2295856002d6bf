package api

import (
	"bytes"
	"log" //nolint:depguard // the type that net/http wants
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// acceptErrorEvery is how often a server tells that it cannot accept.
const acceptErrorEvery = 10 * time.Second

// errorLog is for net/http, which tells at length of every stranger who cannot speak HTTP: that is for debugging. That it cannot
// accept anybody, mostly for want of file descriptors, is for the operator.
type errorLog struct{ usual, urgent *zap.Logger }

func newErrorLog(to *zap.Logger) *log.Logger {
	seldom := zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, acceptErrorEvery, 1, 0)
	})
	return log.New(errorLog{usual: to, urgent: to.WithOptions(seldom)}, "", 0)
}

// Write takes one line.
func (l errorLog) Write(line []byte) (int, error) {
	text := zap.ByteString("error", bytes.TrimSpace(line))
	if bytes.HasPrefix(line, []byte("http: Accept error")) {
		l.urgent.Warn("cannot accept callers", text)
	} else {
		l.usual.Debug("HTTP", text)
	}
	return len(line), nil
}
