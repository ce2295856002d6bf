// Package logging owns the set-up of the log: lines for people on standard error, and the loggers of libraries brought into them.
package logging

import (
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// New returns a logger that writes lines to standard error. level is debug, info, warn or error.
func New(level string) (*zap.Logger, error) { return newTo(os.Stderr, level) }

func newTo(w io.Writer, level string) (*zap.Logger, error) {
	lowest, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000Z07:00")
	config.EncodeLevel = zapcore.CapitalLevelEncoder
	config.EncodeDuration = zapcore.StringDurationEncoder
	config.ConsoleSeparator = " "
	core := zapcore.NewCore(zapcore.NewConsoleEncoder(config), zapcore.Lock(zapcore.AddSync(w)), lowest)
	return zap.New(core, zap.ErrorOutput(zapcore.Lock(zapcore.AddSync(w)))), nil
}

// Bridge sends what libraries log through logrus's global logger into log, at debug. go-rtmp v0.0.7 does so whatever logger it was
// given: ChunkStreamer when it closes ("Failed to wait writer"), Stream when a chunk size changes. It changes the global logger and is
// called once, before the first connection.
func Bridge(log *zap.Logger) {
	std := logrus.StandardLogger()
	std.SetOutput(io.Discard)
	std.ReplaceHooks(logrus.LevelHooks{})
	std.AddHook(hook{log.Named("rtmp")})
}

// hook is a logrus.Hook.
type hook struct{ log *zap.Logger }

// Levels are all of them.
func (hook) Levels() []logrus.Level { return logrus.AllLevels }

// Fire takes the message without its fields, which hold addresses as the library saw them.
func (h hook) Fire(entry *logrus.Entry) error {
	h.log.Debug(entry.Message)
	return nil
}
