// Package logging owns the set-up of the log: lines for people or for machines, on standard error or in files that are kept small, and
// the loggers of libraries brought into them.
package logging

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"gopkg.in/natefinch/lumberjack.v2"
)

// Config says what a log is like.
type Config struct {
	// Level is the lowest that is written: debug, info, warn or error.
	Level string
	// Format is "text", a line for people, or "json", an object in each line; empty means text.
	Format string
	// File is where the lines go, empty for standard error. Its directory is made where there is none. At MaxSize MiB the file is renamed,
	// with the time in its name, and a new one begun; MaxFiles renamed ones are kept, without limit where it is 0.
	File              string
	MaxSize, MaxFiles int
}

// Log is a logger whose level can be changed while it is used. It is safe for concurrent use.
type Log struct {
	*zap.Logger
	level zap.AtomicLevel
	close func() error
}

// New opens a log. The error says that level or format are unknown, or that the file cannot be written. Close ends it.
func New(cfg Config) (*Log, error) {
	if cfg.File == "" {
		return newTo(os.Stderr, cfg)
	}
	// lumberjack opens at the first line, where nobody is told any more.
	if err := writable(cfg.File); err != nil {
		return nil, fmt.Errorf("log.file: %w", err)
	}
	file := &lumberjack.Logger{Filename: cfg.File, MaxSize: cfg.MaxSize, MaxBackups: cfg.MaxFiles, LocalTime: true}
	log, err := newTo(file, cfg)
	if err != nil {
		return nil, err
	}
	log.close = file.Close
	return log, nil
}

// writable makes the directory of a file and the file. Only the service's account reads them: a log names users and addresses.
func writable(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func newTo(w io.Writer, cfg Config) (*Log, error) {
	lowest, err := zap.ParseAtomicLevel(cfg.Level)
	if err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	encoder, err := newEncoder(cfg.Format)
	if err != nil {
		return nil, err
	}
	core := zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), lowest)
	return &Log{
		// What goes wrong with the log is told beside it.
		Logger: zap.New(core, zap.ErrorOutput(zapcore.Lock(os.Stderr))),
		level:  lowest,
		close:  func() error { return nil },
	}, nil
}

func newEncoder(format string) (zapcore.Encoder, error) {
	config := zap.NewProductionEncoderConfig()
	config.EncodeTime = zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000Z07:00")
	config.EncodeLevel = zapcore.CapitalLevelEncoder
	config.EncodeDuration = zapcore.StringDurationEncoder
	config.ConsoleSeparator = " "
	switch format {
	case "", "text":
		return zapcore.NewConsoleEncoder(config), nil
	case "json":
		config.EncodeLevel = zapcore.LowercaseLevelEncoder
		return zapcore.NewJSONEncoder(config), nil
	default:
		return nil, fmt.Errorf("log format: unrecognized format: %q", format)
	}
}

// SetLevel changes the lowest level that is written, here and in all loggers made of this one. The error says that the level is unknown.
func (l *Log) SetLevel(level string) error {
	lowest, err := zapcore.ParseLevel(level)
	if err != nil {
		return fmt.Errorf("log level: %w", err)
	}
	l.level.SetLevel(lowest)
	return nil
}

// Close writes out what waits and gives the file free. Lines that come later begin it again.
func (l *Log) Close() error {
	_ = l.Sync() // a terminal cannot be synced: there is nobody to tell
	return l.close()
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
