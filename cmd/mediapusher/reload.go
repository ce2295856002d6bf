package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/logging"
	"mediapusher/internal/osservice"
	"mediapusher/task"
)

// settings are the configuration of the running service, and the ways to read it again: SIGHUP (not on Windows, where nobody sends it), a
// change of the file, and POST /CONFIG/RELOAD. Who needs a setting of the moment asks live; sessions and log are told. Where an operator
// asks for it, and not only the file has changed, accounts that rest are tried again as well.
type settings struct {
	live    *config.Live
	manager osservice.Manager
	tasks   *task.Scheduler
	relent  func() // ends the rests of accounts
	log     *logging.Log
	// reloaded is told of each reading, with what is wrong with the file.
	reloaded func(error)
	// hangUps takes SIGHUP from the start on: before run it waits, and does not end the process.
	hangUps chan os.Signal

	mu sync.Mutex // one reading at a time, so that the last one is what all have
}

var _ api.Configuration = (*settings)(nil)

func newSettings(
	live *config.Live, manager osservice.Manager, tasks *task.Scheduler, relent func(), reloaded func(error), log *logging.Log,
) *settings {
	s := &settings{
		live: live, manager: manager, tasks: tasks, relent: relent, reloaded: reloaded, log: log, hangUps: make(chan os.Signal, 1),
	}
	signal.Notify(s.hangUps, syscall.SIGHUP)
	return s
}

// Reload implements api.Configuration.
func (s *settings) Reload(context.Context) (api.Change, error) {
	s.relent()
	return s.read()
}

// read reads the configuration again. What happened stands in the log, too.
func (s *settings) read() (api.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manager.Reloading()
	defer s.manager.Ready()
	change, err := s.live.Reload()
	s.reloaded(err)
	if err != nil {
		err = oneLine(err)
		s.log.Error("the configuration is wrong, the settings in force stay", zap.Error(err))
		return api.Change{}, err
	}
	now := s.live.Current()
	s.tasks.Change(taskConfig(now))
	if err := s.log.SetLevel(now.Log.Level); err != nil {
		return api.Change{}, err
	}
	s.log.Info("the configuration was read again", zap.Strings("applied", change.Applied))
	if len(change.RestartNeeded) > 0 {
		s.log.Warn("some settings need a restart of the service and stay as they were", zap.Strings("restart_needed", change.RestartNeeded))
	}
	return api.Change(change), nil
}

// State implements api.Configuration.
func (s *settings) State() api.ConfigState {
	state := api.ConfigState(s.live.Status())
	state.Err = oneLine(state.Err)
	return state
}

// oneLine puts the mistakes of a file side by side, for logs and answers.
func oneLine(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}

// run reads the configuration again when it should be, until ctx ends.
func (s *settings) run(ctx context.Context) error {
	defer signal.Stop(s.hangUps)
	again := func() { _, _ = s.read() } // it has told the log
	var watching sync.WaitGroup
	defer watching.Wait()
	watching.Go(func() {
		s.live.Watch(ctx, again, func(err error) {
			s.log.Warn("changes of the configuration file are found within half a minute: the system does not tell them", zap.Error(err))
		})
	})
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.hangUps:
			_, _ = s.Reload(ctx)
		}
	}
}

// public is what the API asks for with each request.
func (s *settings) public() api.Settings { return apiSettings(s.live.Current()) }

// adminToken is that of the admin listener.
func (s *settings) adminToken() device.Secret { return s.live.Current().Admin.Token }

// allow tells whether a device may be dialled.
func (s *settings) allow(ctx context.Context, target device.Target) error {
	return api.AllowNetworks(s.live.Current().AllowDevices, net.DefaultResolver)(ctx, target)
}
