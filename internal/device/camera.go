package device

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"mediapusher/ptz"
)

// maxAccess is the ceiling for what RestoreCamera reads, in bytes.
const maxAccess = 64 << 10

// ErrAccess is returned by RestoreCamera. It tells nothing of what was read, which may hold a password.
var ErrAccess = errors.New("this does not describe a camera")

// Camera is a ptz.Camera: one channel of a recorder. Printed with any verb it shows its key and no more. It is safe for concurrent use.
type Camera struct {
	driver  Driver
	target  Target
	channel int
}

var _ ptz.Camera = (*Camera)(nil)

// NewCamera returns the camera at a channel, counted as in LiveRequest, of a recorder that driver opens.
func NewCamera(driver Driver, target Target, channel int) *Camera {
	return &Camera{driver: driver, target: target, channel: channel}
}

// access is how a Camera is written. The names are those of a file that outlives the service's version. Users and passwords are bytes,
// because JSON's texts have no room for any that is not UTF-8.
type access struct {
	Vendor   Vendor `json:"vendor"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	HTTPPort int    `json:"http_port,omitempty"`
	RTSPPort int    `json:"rtsp_port,omitempty"`
	User     []byte `json:"user"`
	Password []byte `json:"password"`
	Channel  int    `json:"channel"`
}

// RestoreCamera returns the camera that Access described. The error is ErrAccess.
func RestoreCamera(driver Driver, description []byte) (ptz.Camera, error) {
	var a access
	if len(description) > maxAccess || json.Unmarshal(description, &a) != nil || a.Vendor == "" || a.Host == "" {
		return nil, ErrAccess
	}
	target := Target{
		Vendor: a.Vendor, Host: a.Host, Port: a.Port, HTTPPort: a.HTTPPort, RTSPPort: a.RTSPPort,
		User: string(a.User), Password: NewSecret(string(a.Password)),
	}
	return NewCamera(driver, target, a.Channel), nil
}

// Key is the vendor, the recorder's address with the ports that the caller named, and the channel, whoever the user is.
func (c *Camera) Key() string {
	r := recorderOf(c.target)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.vendor, JoinAddress(r.host, r.port))
	if r.httpPort != 0 {
		fmt.Fprintf(&b, " http %d", r.httpPort)
	}
	if r.rtsp != 0 {
		fmt.Fprintf(&b, " rtsp %d", r.rtsp)
	}
	fmt.Fprintf(&b, " channel %d", c.channel)
	return b.String()
}

// Access is what RestoreCamera reads. It holds the password as it is: whoever stores it must seal it.
func (c *Camera) Access() []byte {
	t := c.target
	description, err := json.Marshal(access{
		Vendor: t.Vendor, Host: t.Host, Port: t.Port, HTTPPort: t.HTTPPort, RTSPPort: t.RTSPPort,
		User: []byte(t.User), Password: []byte(t.Password.Reveal()), Channel: c.channel,
	})
	if err != nil {
		return nil // strings and numbers always become JSON
	}
	return description
}

// Open logs in, or shares a login, and returns the camera's head, whose Close gives that back. Errors are *Error.
func (c *Camera) Open(ctx context.Context) (ptz.Head, error) {
	device, err := c.driver.Open(ctx, c.target)
	if err != nil {
		return nil, err
	}
	head, err := device.PTZ(ctx, c.channel)
	if err != nil {
		return nil, errors.Join(err, device.Close())
	}
	return &ownHead{head: head, device: device}, nil
}

// Format implements fmt.Formatter: fmt prints the fields of a struct, unexported secrets too, where nothing tells it otherwise.
func (c *Camera) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, c.Key()) // the state keeps the error for whoever prints
}

// ownHead is a head with a login of its own.
type ownHead struct {
	head   ptz.Head
	device Device
}

func (h *ownHead) Start(ctx context.Context, command ptz.Command, duration time.Duration) (timed bool, err error) {
	return h.head.Start(ctx, command, duration)
}

func (h *ownHead) Stop(ctx context.Context, command ptz.Command) error {
	return h.head.Stop(ctx, command)
}

func (h *ownHead) Close() error { return errors.Join(h.head.Close(), h.device.Close()) }
