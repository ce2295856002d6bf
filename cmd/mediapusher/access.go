package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"mediapusher/internal/device"
)

// passwordVariable holds the password of a recorder where nobody can type one.
const passwordVariable = "MEDIAPUSHER_PROBE_PASSWORD" //nolint:gosec // it is the name of a variable

// maxPassword is the ceiling for a password that is read, in bytes.
const maxPassword = 4096

// access is how commands are told the way to recorders. No password stands on a command line, which every user of the machine can read.
type access struct {
	Vendor        string `enum:"hikvision,dahua,auto" default:"auto" help:"hikvision, dahua, or auto: by what its HTTP port says."`
	Port          int    `help:"Port of the maker's SDK. Default 8000 (hikvision), 37777 (dahua)."`
	HTTPPort      int    `name:"http-port" help:"HTTP port, where it is not 80 or 443."`
	RTSPPort      int    `name:"rtsp-port" help:"RTSP port, where the recorder does not tell it and it is not 554."`
	User          string `default:"admin" help:"User at the recorder."`
	PasswordStdin bool   `help:"Read the password from standard input, else from MEDIAPUSHER_PROBE_PASSWORD, else ask."`
}

// usualPorts are those of the makers' SDKs.
func usualPort(vendor device.Vendor) int {
	if vendor == device.Dahua {
		return 37777
	}
	return 8000
}

// recogniser tells of which vendor a recorder is, without logging in.
type recogniser func(ctx context.Context, target device.Target) (device.Vendor, error)

// errAddress does not repeat what was typed, in which a password may stand.
var errAddress = errors.New("a recorder's address is a name or an IP address, with or without :port")

// target reads an address, "host" or "host:port", and finds out the vendor where nobody named it.
func (a access) target(ctx context.Context, address string, password device.Secret, recognise recogniser) (device.Target, error) {
	t := device.Target{
		Vendor: device.Vendor(a.Vendor), Host: strings.Trim(address, "[]"), Port: a.Port, HTTPPort: a.HTTPPort, RTSPPort: a.RTSPPort,
		User: a.User, Password: password,
	}
	if host, text, err := net.SplitHostPort(address); err == nil {
		const largest = 65535
		port, err := strconv.Atoi(text)
		if err != nil || port < 1 || port > largest {
			return t, errAddress
		}
		t.Host, t.Port = host, cmp.Or(a.Port, port)
	}
	if t.Host == "" || strings.ContainsAny(t.Host, "/@ ") {
		return t, errAddress
	}
	if a.Vendor == "auto" || a.Vendor == "" {
		var err error
		if t.Vendor, err = recognise(ctx, t); err != nil {
			return t, err
		}
	}
	t.Port = cmp.Or(t.Port, usualPort(t.Vendor))
	return t, nil
}

// password reads the password of the recorders.
func (a access) password(in *os.File, out io.Writer) (device.Secret, error) {
	if a.PasswordStdin {
		line, err := bufio.NewReader(io.LimitReader(in, maxPassword)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return device.Secret{}, fmt.Errorf("password: %w", err)
		}
		return device.NewSecret(strings.TrimRight(line, "\r\n")), nil
	}
	if value, ok := os.LookupEnv(passwordVariable); ok {
		return device.NewSecret(value), nil
	}
	if !term.IsTerminal(int(in.Fd())) {
		return device.Secret{}, errors.New("no password: --password-stdin, or " + passwordVariable)
	}
	fmt.Fprintf(out, "Password of %s at the recorder: ", a.User)
	typed, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(out)
	if err != nil {
		return device.Secret{}, fmt.Errorf("password: %w", err)
	}
	return device.NewSecret(string(typed)), nil
}
