package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/logging"
	"mediapusher/internal/osservice"
	"mediapusher/ptz"
	"mediapusher/task"
)

// serve wires the rooms from the edges to the middle, runs them, and ends them in order when ctx ends or one of them fails.
func serve(ctx context.Context, live *config.Live, manager osservice.Manager, log *logging.Log) error {
	cfg := live.Current()
	numbers, err := newMetrics(log.Named("metrics"))
	if err != nil {
		return err
	}
	left, err := newDevices(live.Current, countingDevices(numbers), log.Logger)
	if err != nil {
		return err
	}
	right, err := newTarget(cfg, log.Logger)
	if err != nil {
		return err
	}
	moving := newCameras(cfg, os.Environ(), numbers.Cameras(), log.Named("ptz"))
	defer moving.close()
	scheduling := taskConfig(cfg)
	scheduling.Observer = numbers.Sessions()
	scheduling.Devices, scheduling.RTMP, scheduling.PTZ, scheduling.Log = left, right.dialer, moving.guard, log.Named("task")
	tasks, err := task.New(scheduling)
	if err != nil {
		return err
	}
	reloading := newSettings(live, manager, tasks, left.Relent, numbers.Reloaded, log)
	server, err := newServerView(cfg, right)
	if err != nil {
		return errors.Join(err, right.giveUp())
	}
	if err := numbers.Watch(tasks, left, server.reachable); err != nil {
		return errors.Join(err, right.giveUp())
	}
	doors, err := open(ctx, reloading, inspection{left}, server, tasks, numbers, log.Logger)
	if err != nil {
		return errors.Join(err, right.giveUp())
	}

	// Each of these has a context of its own, because they end one after the other.
	failed := make(chan error, 5)
	endTarget := runUntilEnded(right.run, failed)
	endTasks := runUntilEnded(tasks.Run, failed)
	endCameras := runUntilEnded(moving.run, failed)
	moving.recover(ctx, left)
	doors.serve(failed)
	log.Info("serving", zap.String("version", version), zap.Strings("api", doors.apiAddresses()), zap.String("admin", doors.adminAddress()),
		zap.String("media", right.description))
	manager.Ready()
	endWatch := runUntilEnded(keepAlive(manager, tasks, doors.adminAddress(), log.Logger), failed)
	endReloading := runUntilEnded(reloading.run, failed)

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
		log.Error("ending, because a part of the service failed", zap.Error(cause))
	}
	begin := time.Now()
	manager.Stopping()
	endReloading()
	endWatch()
	doors.stopAccepting()      // nobody can start anything any more
	both(endTasks, endCameras) // recorders get their TEARDOWN, the RTMP server its unpublish, cameras their stop; who waits is answered
	doors.close()              // what is still being answered has had its answer
	endTarget()                // players of the embedded server are let go
	left.Close()               // logins that lingered
	log.Info("ended", zap.Duration("took", time.Since(begin)))
	return cause
}

// runUntilEnded runs a part of the service. The function it returns ends the part and waits for it.
func runUntilEnded(run func(context.Context) error, failed chan<- error) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := run(ctx); err != nil && ctx.Err() == nil {
			failed <- err
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// both ends two parts side by side.
func both(end, other func()) {
	var ending sync.WaitGroup
	ending.Go(end)
	ending.Go(other)
	ending.Wait()
}

var (
	_ api.Tasks     = (*task.Scheduler)(nil)
	_ api.Sessions  = (*task.Scheduler)(nil)
	_ device.Driver = (*device.Pool)(nil)
	_ task.Mover    = (*ptz.Guard)(nil)

	// By these the guard and the player know what to make of an error of a recorder; see ptz.Head and playback.Config.
	_ interface {
		Refused() bool
		Permanent() bool
		Busy() bool
	} = (*device.Error)(nil)
)
