package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"mediapusher/internal/config"
	"mediapusher/internal/doctor"
	"mediapusher/internal/machine"
)

// askLimit is how long one question of the doctor's may take.
const askLimit = 3 * time.Second

// ofPorts tries every address that the service would listen at.
func ofPorts(ctx context.Context, cfg *config.Config) []doctor.Finding {
	findings := make([]doctor.Finding, 0, len(cfg.API.Listen)+3)
	for _, address := range cfg.API.Listen {
		findings = append(findings, doctor.Port("api.listen", address, tryPort(ctx, address, answersAsOurs)))
	}
	admin := tryPort(ctx, cfg.Admin.Listen, answersAsOurs)
	findings = append(findings, doctor.Port("admin.listen", cfg.Admin.Listen, admin))
	if cfg.RTMP.PublishURL.Reveal() != "" {
		return findings
	}
	// The embedded server's are held by the service that holds the admin's.
	withAdmin := func(context.Context, string) bool { return errors.Is(admin, doctor.ErrOurs) }
	return append(findings,
		doctor.Port("embedded.rtmp_listen", cfg.Embedded.RTMPListen, tryPort(ctx, cfg.Embedded.RTMPListen, withAdmin)),
		doctor.Port("embedded.http_listen", cfg.Embedded.HTTPListen, tryPort(ctx, cfg.Embedded.HTTPListen, withAdmin)))
}

// What Windows calls these errors of sockets (Winsock 2, WSAEACCES and WSAEADDRINUSE); no other system has the numbers.
const (
	errWinsockForbidden = syscall.Errno(10013)
	errWinsockInUse     = syscall.Errno(10048)
)

// tryPort listens for a moment. The error is one of package doctor, or what the system says.
func tryPort(ctx context.Context, address string, ours func(ctx context.Context, address string) bool) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return listener.Close()
	case errors.Is(err, fs.ErrPermission), errors.Is(err, errWinsockForbidden):
		return doctor.ErrForbidden
	case !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, errWinsockInUse):
		return err
	case ours(ctx, address):
		return doctor.ErrOurs
	default:
		return doctor.ErrHeld
	}
}

// answersAsOurs tells a listener of a mediapusher by the form of its answers, which all have status_code and status_message.
func answersAsOurs(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	response, err := getHealth(ctx, address)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	var said struct {
		Code    *int    `json:"status_code"`
		Message *string `json:"status_message"`
	}
	const enough = 64 << 10
	return json.NewDecoder(io.LimitReader(response.Body, enough)).Decode(&said) == nil && said.Code != nil && said.Message != nil
}

// ofSystem looks at clock, files and memory.
func ofSystem() []doctor.Finding {
	available, total := machine.Memory()
	return []doctor.Finding{
		doctor.Clock(time.Now(), machine.ClockSynchronised()), doctor.OpenFiles(machine.OpenFiles()), doctor.Memory(available, total),
	}
}

// ofDataDir tries to write where the service keeps what outlives it. A directory that is not there yet is made by the service, where its
// parent can be written.
func ofDataDir(cfg *config.Config, environ []string) doctor.Finding {
	directory, err := cfg.DataDirectory(environ)
	if err != nil {
		return doctor.DataDir("", err)
	}
	try := directory
	for {
		if _, err := os.Stat(try); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(try) == try {
			break
		}
		try = filepath.Dir(try)
	}
	file, err := os.CreateTemp(try, ".mediapusher-doctor-*")
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return doctor.DataDir(directory, fmt.Errorf("%s: %w", directory, failed.Err)) // and not the name of the file that was tried
	}
	if err != nil {
		return doctor.DataDir(directory, err)
	}
	_ = file.Close()
	return doctor.DataDir(directory, os.Remove(file.Name()))
}

// ofNames looks up the names among the configured devices.
func ofNames(ctx context.Context, cfg *config.Config) []doctor.Finding {
	var findings []doctor.Finding
	known := map[string]bool{}
	for _, d := range cfg.Devices {
		if _, err := netip.ParseAddr(d.Address); err == nil || known[d.Address] {
			continue
		}
		if _, err := netip.ParsePrefix(d.Address); err == nil {
			continue
		}
		known[d.Address] = true
		limited, cancel := context.WithTimeout(ctx, askLimit)
		addresses, err := net.DefaultResolver.LookupHost(limited, d.Address)
		cancel()
		findings = append(findings, doctor.HostName(d.Address, addresses, err))
	}
	return findings
}
