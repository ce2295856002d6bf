package main

import (
	"context"
	"path/filepath"

	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/ptz"
)

// cameras is what moves cameras, and what remembers over the end of the process that they move.
type cameras struct {
	guard   *ptz.Guard
	journal *ptz.FileJournal // nil where there is none
	log     *zap.Logger
}

// newCameras opens the journal. count may be nil.
func newCameras(cfg *config.Config, environ []string, count ptz.Observer, log *zap.Logger) *cameras {
	guarding := ptz.GuardConfig{Observer: count, Log: log}
	journal, err := openJournal(cfg, environ, log)
	if err != nil {
		log.Warn("no directory for data (data_dir): a camera that moves while this process is killed is not stopped by the next one",
			zap.Error(err))
	} else {
		guarding.Journal = journal
	}
	return &cameras{guard: ptz.NewGuard(guarding), journal: journal, log: log}
}

func openJournal(cfg *config.Config, environ []string, log *zap.Logger) (*ptz.FileJournal, error) {
	dir, err := cfg.DataDirectory(environ)
	if err != nil {
		return nil, err
	}
	return ptz.OpenJournal(filepath.Join(dir, "ptz"), log)
}

// recover stops what an earlier process left moving.
func (c *cameras) recover(ctx context.Context, devices device.Driver) {
	c.guard.Recover(ctx, func(access []byte) (ptz.Camera, error) { return device.RestoreCamera(devices, access) })
}

// run lets cameras be moved until ctx ends, and returns when they have stopped. That some did not is for the log: the service ends.
func (c *cameras) run(ctx context.Context) error {
	if err := c.guard.Run(ctx); err != nil {
		c.log.Error("cameras were not stopped", zap.Error(err))
	}
	return nil
}

// close gives the journal free. It comes last.
func (c *cameras) close() {
	if c.journal == nil {
		return
	}
	if err := c.journal.Close(); err != nil {
		c.log.Warn("the journal did not close well", zap.Error(err))
	}
}
