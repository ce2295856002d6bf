package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/dahua"
	"mediapusher/hik"
	"mediapusher/internal/config"
	"mediapusher/internal/device"
)

// inspectLimit is how long a recorder may take to log in and tell what it is.
const inspectLimit = 30 * time.Second

// probeCommand prints what one recorder tells about itself.
type probeCommand struct {
	Address string `arg:"" help:"Recorder, host or host:port of the maker's SDK."`
	access
	configFile
}

// Run logs in once and prints the field device of POST /DEVICE.
func (c *probeCommand) Run() error {
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	password, err := c.password(os.Stdin, os.Stderr)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), inspectLimit)
	defer cancel()
	looking, err := newInspectors(&cfg)
	if err != nil {
		return err
	}
	defer looking.close()
	target, err := c.target(ctx, c.Address, password, looking.recognise)
	if err != nil {
		return err
	}
	told, err := looking.Describe(ctx, target)
	if err != nil {
		return err
	}
	return printDevice(os.Stdout, target, told)
}

func printDevice(out io.Writer, target device.Target, told *device.Description) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(api.NewDeviceView(target, told)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// inspectors look at recorders from a command.
type inspectors struct {
	inspection
	pool *device.Pool
	cfg  func() *config.Config
}

func newInspectors(cfg *config.Config) (*inspectors, error) {
	current := func() *config.Config { return cfg }
	pool, err := newDevices(current, watchers{}, zap.NewNop())
	if err != nil {
		return nil, err
	}
	return &inspectors{inspection{pool}, pool, current}, nil
}

// close logs out.
func (i *inspectors) close() { i.pool.Close() }

// recognise tells of which vendor a recorder is: by its port where that is one of the makers' SDKs, or else by what its HTTP port says to
// a stranger.
func (i *inspectors) recognise(ctx context.Context, target device.Target) (device.Vendor, error) {
	for _, vendor := range device.Vendors() {
		if target.Port == usualPort(vendor) {
			return vendor, nil
		}
	}
	byNet := overNetwork(i.cfg, zap.NewNop())
	switch {
	case dahua.Recognises(ctx, byNet, target):
		return device.Dahua, nil
	case hik.Recognises(ctx, byNet, target):
		return device.Hikvision, nil
	default:
		return "", fmt.Errorf("%s: no HTTP port there tells whose recorder it is: --vendor names it, --http-port the port", target.Host)
	}
}
