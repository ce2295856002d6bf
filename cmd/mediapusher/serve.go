package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/api/openapi"
	"mediapusher/internal/aac"
	"mediapusher/internal/config"
	"mediapusher/internal/device"
	"mediapusher/internal/logging"
	"mediapusher/internal/metrics"
	"mediapusher/internal/osservice"
	"mediapusher/playback"
	"mediapusher/ptz"
	"mediapusher/task"
	"mediapusher/web"
)

// answerLimit is how long requests may go on when the service ends. Their sessions end beside them.
const answerLimit = time.Second

// serve wires the rooms from the edges to the middle, runs them, and ends them in order when ctx ends or one of them fails.
func serve(ctx context.Context, live *config.Live, manager osservice.Manager, log *logging.Log) error {
	cfg := live.Current()
	numbers, err := newMetrics(log.Named("metrics"))
	if err != nil {
		return err
	}
	left, err := newDevices(live.Current, numbers, log.Logger)
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
	reloading := newSettings(live, manager, tasks, numbers.Reloaded, log)
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

func clip(choice config.Playback) playback.Clip {
	if choice.StopAtEndTime {
		return playback.ClipAsked
	}
	return playback.ClipNone
}

func audioPolicy(choice config.OtherAudio) aac.Policy {
	if choice == config.AudioDrop {
		return aac.Drop
	}
	return aac.Transcode
}

// doors are the listeners of the API and of the admin side.
type doors struct {
	servers   []*http.Server
	listeners []net.Listener // of the servers; the last is the admin's
	closing   sync.WaitGroup
}

// open opens all listeners, or none.
func open(
	ctx context.Context, settings *settings, devices api.Devices, server *serverView, tasks *task.Scheduler, numbers *metrics.Metrics,
	log *zap.Logger,
) (*doors, error) {
	cfg := settings.live.Current()
	public := api.Config{
		Settings: settings.public, Devices: devices, Allow: settings.allow, Observer: numbers.Requests(), Server: server.of,
		Log: log.Named("api"),
	}
	reference, err := openapi.New()
	if err != nil {
		return nil, err
	}
	d := &doors{}
	admin := api.NewAdmin(api.AdminConfig{
		Loopback: cfg.Admin.Loopback(), Token: settings.adminToken, Healthy: ctx.Err, Configuration: settings,
		Console: web.Handler(), Docs: reference,
		Metrics: numbers.Handler(), Info: server.about(time.Now(), d), Ready: server.ready(ctx.Err), Log: log.Named("admin"),
	}, public, tasks, tasks)
	for _, address := range cfg.API.Listen {
		if err := d.add(ctx, "api.listen", address, api.NewServer(api.New(public, tasks), log)); err != nil {
			return nil, err
		}
	}
	if err := d.add(ctx, "admin.listen", cfg.Admin.Listen, api.NewServer(admin, log)); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *doors) add(ctx context.Context, key, address string, server *http.Server) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		for _, l := range d.listeners {
			_ = l.Close()
		}
		return fmt.Errorf("%s: %w", key, err)
	}
	d.servers = append(d.servers, server)
	d.listeners = append(d.listeners, listener)
	return nil
}

func (d *doors) serve(failed chan<- error) {
	for i, server := range d.servers {
		go func() {
			if err := server.Serve(d.listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
}

// stopAccepting closes the listeners and lets answers go on for answerLimit.
func (d *doors) stopAccepting() {
	for _, server := range d.servers {
		started := make(chan struct{})
		server.RegisterOnShutdown(func() { close(started) })
		d.closing.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), answerLimit)
			defer cancel()
			if server.Shutdown(ctx) != nil {
				_ = server.Close()
			}
		})
		<-started // the listeners are closed before the hooks are called
	}
}

// close waits for the last answers.
func (d *doors) close() { d.closing.Wait() }

func (d *doors) apiAddresses() []string {
	addresses := make([]string, 0, len(d.listeners)-1)
	for _, l := range d.listeners[:len(d.listeners)-1] {
		addresses = append(addresses, l.Addr().String())
	}
	return addresses
}

func (d *doors) adminAddress() string { return d.listeners[len(d.listeners)-1].Addr().String() }

var (
	_ api.Tasks     = (*task.Scheduler)(nil)
	_ api.Sessions  = (*task.Scheduler)(nil)
	_ device.Driver = (*device.Pool)(nil)
	_ task.Mover    = (*ptz.Guard)(nil)

	// By these the guard knows what to make of an error of a recorder; see ptz.Head.
	_ interface {
		Refused() bool
		Permanent() bool
	} = (*device.Error)(nil)
)
