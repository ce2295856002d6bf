package main

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"go.uber.org/zap"

	"mediapusher/internal/osservice"
	"mediapusher/task"
)

// keepAlive returns a part of the service that tells the manager that it is alive while that is so: the sessions can be listed, which goes
// through the scheduler's lock and every session's, and the admin listener answers.
func keepAlive(manager osservice.Manager, tasks *task.Scheduler, admin string, log *zap.Logger) func(context.Context) error {
	check := func(ctx context.Context) error {
		tasks.Snapshots()
		return askHealth(ctx, admin)
	}
	return func(ctx context.Context) error {
		return osservice.Watch(ctx, manager, check, func(err error) { log.Warn("not alive as it should be", zap.Error(err)) })
	}
}

// askHealth asks the listener at the address whether it is well. Any answer that does not deny it will do: what a listener asks of
// strangers is not the question.
func askHealth(ctx context.Context, address string) error {
	response, err := getHealth(ctx, address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("%s: %s", response.Request.URL, response.Status)
	}
	return nil
}

// getHealth sends GET /healthz to a listener of this machine, past every proxy, on a connection that does not stay open. The caller
// closes the answer's body.
func getHealth(ctx context.Context, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+fromHere(address)+"/healthz", http.NoBody)
	if err != nil {
		return nil, err
	}
	return (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
}

// fromHere returns the address by which this machine itself reaches a listener: where it listens everywhere, by loopback.
func fromHere(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	switch ip := net.ParseIP(host); {
	case host == "":
		host = "127.0.0.1"
	case ip.IsUnspecified() && ip.To4() != nil:
		host = "127.0.0.1"
	case ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
