package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/api/openapi"
	"mediapusher/internal/metrics"
	"mediapusher/task"
	"mediapusher/web"
)

// answerLimit is how long requests may go on when the service ends. Their sessions end beside them.
const answerLimit = time.Second

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
