package netway

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

const (
	defaultTimeout  = 4 * time.Second
	defaultRTSPPort = 554

	// searchTimeout is for each HTTP exchange of a search: a recorder reads its disks before it answers, which wakes some of them first.
	searchTimeout = 20 * time.Second
	// inspectTimeout is for each HTTP exchange of a description or a single picture.
	inspectTimeout = 8 * time.Second
)

// Config is what an adapter needs on this way. The zero value of each field means the default.
type Config struct {
	// Settings tells what the operator knows about a recorder.
	Settings device.SettingsFunc
	// DialContext opens all connections, HTTP and RTSP, as net.Dialer does. A *device.Error that it returns is kept, so that it can hold
	// addresses back.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout is for each HTTP exchange and each RTSP answer, 4 s by default; an exchange of a search may take 20 s.
	Timeout time.Duration
	// Silence tells how long a live stream that begins now may send nothing; nil or 0 mean rtspsource's default. A recording may for twice
	// as long, since disks pause longer than cameras.
	Silence func() time.Duration
	// Log may be nil.
	Log *zap.Logger
}

// WithDefaults fills in what was left empty.
func (c Config) WithDefaults() Config {
	if c.Settings == nil {
		c.Settings = func(device.Target) device.Settings { return device.Settings{} }
	}
	if c.DialContext == nil {
		c.DialContext = (&net.Dialer{}).DialContext
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Silence == nil {
		c.Silence = func() time.Duration { return 0 }
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

// Vendor is what differs between the vendors before the login.
type Vendor struct {
	// SDKPort is the usual port of the vendor's own protocol, at which HTTP is not looked for.
	SDKPort int
	// LoginPath is a page that every recorder of the vendor has behind its password. It is asked for without credentials.
	LoginPath string
	// Expired tells a 403 that only speaks of an expired nonce; nil where the vendor does not do that.
	Expired func(answer *httpdigest.Answer) bool
	// Locked tells a challenge that already says that the account is locked; nil where the vendor does not tell it there.
	Locked func(answer *httpdigest.Answer) bool
	// Meanings are the vendor's own for RTSP status codes.
	Meanings map[int]Meaning
}

// Recorder is a recorder that answers, by HTTP or by RTSP alone. Nothing was logged in to yet. It is safe for concurrent use.
type Recorder struct {
	Target   device.Target
	Settings device.Settings
	// Way is device.WayNet or device.WayRTSP.
	Way string
	// RTSPPort is the port that the caller or the settings name, 0 for none.
	RTSPPort int

	cfg    Config
	vendor Vendor
	http   Endpoint           // zero on WayRTSP
	client *httpdigest.Client // nil on WayRTSP
	proven atomic.Bool        // HTTP asked for the password and took it
}

// Connect finds out how a recorder can be reached: by HTTP, or where that answers nowhere by RTSP alone. The error is a *device.Error of
// KindUnreachable.
func Connect(ctx context.Context, cfg Config, vendor Vendor, target device.Target) (*Recorder, error) {
	settings := cfg.Settings(target)
	r := &Recorder{
		Target: target, Settings: settings, Way: device.WayNet, RTSPPort: cmp.Or(target.RTSPPort, settings.RTSPPort),
		cfg: cfg, vendor: vendor,
	}
	search := Search{Target: target, Settings: r.Settings, SDKPort: vendor.SDKPort, Path: vendor.LoginPath, DialContext: cfg.DialContext}
	found, noHTTP := search.Find(ctx)
	if noHTTP == nil {
		r.http = found
		r.client = httpdigest.New(httpdigest.Config{
			User: target.User, Password: target.Password.Reveal(), AllowBasic: r.Settings.BasicAuth,
			Expired: vendor.Expired, Locked: vendor.Locked,
			DialContext: cfg.DialContext,
		})
		return r, nil
	}
	r.Way = device.WayRTSP
	noRTSP := r.findRTSP(ctx)
	if noRTSP == nil {
		return r, nil
	}
	return nil, keepDevice(noHTTP, &device.Error{
		Vendor: target.Vendor, Address: target.Address(), Op: device.OpLogin, Kind: device.KindUnreachable,
		Meaning: "the recorder answers neither HTTP nor RTSP; http_port and rtsp_port name other ports than 80, 443 and 554",
		Err:     joined([]error{noHTTP, noRTSP}),
	})
}

// findRTSP asks where RTSP may be when there is no HTTP to tell: at the port that is named, or else at the usual one and at the caller's
// port, which is then kept as the named one.
func (r *Recorder) findRTSP(ctx context.Context) error {
	usual := AskRTSP(ctx, r.cfg.DialContext, r.rtspAddress(r.RTSPPort))
	if usual == nil || r.RTSPPort != 0 || r.Target.Port == r.vendor.SDKPort || r.Target.Port == defaultRTSPPort {
		return usual
	}
	if err := AskRTSP(ctx, r.cfg.DialContext, r.rtspAddress(r.Target.Port)); err != nil {
		return joined([]error{usual, err})
	}
	r.RTSPPort = r.Target.Port
	return nil
}

// Close closes idle connections; HTTP digest knows no logout. The error is nil.
func (r *Recorder) Close() error {
	if r.client != nil {
		r.client.Close()
	}
	return nil
}

// NeedsChannel tells whether the path of a live stream holds the vendor's RTSP channel number. An operator's path may do without, and then
// translating the caller's number must not stand in its way.
func (r *Recorder) NeedsChannel() bool {
	return r.Settings.LivePath == "" || strings.Contains(r.Settings.LivePath, "{channel}")
}

// Get asks for a page of the vendor's API. An answer of whatever status is no error; the error is a *device.Error, on WayRTSP always one of
// KindUnsupported.
func (r *Recorder) Get(ctx context.Context, op device.Operation, path string) (*httpdigest.Answer, error) {
	return r.Send(ctx, op, http.MethodGet, path, "", nil)
}

// Send is Get with another method, and with a body of a content type where body is not nil. The body goes out twice where the recorder asks
// for the password. What got no answer at all over a kept connection is sent once more over a fresh one, but for a POST that the recorder
// did not ask the password for.
func (r *Recorder) Send(
	ctx context.Context, op device.Operation, method, path, contentType string, body []byte,
) (*httpdigest.Answer, error) {
	return r.exchange(ctx, op, method, path, contentType, body, (*httpdigest.Client).Do)
}

// SendAgain is Send for what must not lose time, as the start and the stop of a movement: it saves the challenge where the recorder has
// lately taken the answer to one at the same page.
func (r *Recorder) SendAgain(
	ctx context.Context, op device.Operation, method, path, contentType string, body []byte,
) (*httpdigest.Answer, error) {
	return r.exchange(ctx, op, method, path, contentType, body, (*httpdigest.Client).DoAgain)
}

func (r *Recorder) exchange(
	ctx context.Context, op device.Operation, method, path, contentType string, body []byte,
	do func(*httpdigest.Client, *http.Request) (*httpdigest.Answer, error),
) (*httpdigest.Answer, error) {
	if r.client == nil {
		return nil, r.Failure(op, 0, Meaning{device.KindUnsupported, "the recorder answers RTSP alone; http_port names its HTTP port"})
	}
	start := time.Now()
	limited, cancel := context.WithTimeout(ctx, r.limit(op))
	defer cancel()
	request, err := http.NewRequestWithContext(limited, method, r.http.URL(path), bytes.NewReader(body))
	if err != nil {
		return nil, r.failure(op, device.KindProtocol, "the address cannot be asked for", err)
	}
	if body != nil {
		request.Header.Set("Content-Type", contentType)
	}
	answer, err := do(r.client, request)
	switch {
	case err == nil:
		if answer.Status/100 == 2 && answer.Attempts > 0 {
			r.proven.Store(true)
		}
		return answer, nil
	case errors.Is(err, httpdigest.ErrTooLarge):
		return nil, r.failure(op, device.KindProtocol, "", err)
	case errors.Is(err, context.DeadlineExceeded):
		page, _, _ := strings.Cut(path, "?")
		words := fmt.Sprintf("no answer to %s within %s", page, time.Since(start).Round(100*time.Millisecond))
		return nil, r.failure(op, device.KindUnreachable, words, err)
	default:
		return nil, r.failure(op, device.KindUnreachable, "", err)
	}
}

// limit is how long an exchange may take.
func (r *Recorder) limit(op device.Operation) time.Duration {
	switch op {
	case device.OpSearch:
		return max(searchTimeout, r.cfg.Timeout)
	case device.OpDescribe, device.OpSnapshot:
		return max(inspectTimeout, r.cfg.Timeout)
	default:
		return r.cfg.Timeout
	}
}

// Zone is the operator's for this device, or else the service's.
func (r *Recorder) Zone() *time.Location {
	if r.Settings.TimeZone != "" {
		zone, err := time.LoadLocation(r.Settings.TimeZone)
		if err == nil {
			return zone
		}
		r.cfg.Log.Warn("time zone not known", zap.String("device", r.Target.Address()), zap.Error(err))
	}
	return time.Local
}

// Proven tells whether the recorder has asked for the password by HTTP and taken it.
func (r *Recorder) Proven() bool { return r.proven.Load() }

// Failure makes the error for what the vendor's HTTP API said; status is 0 where that is no matter of a status.
func (r *Recorder) Failure(op device.Operation, status int, meaning Meaning) *device.Error {
	address := r.Target.Address()
	if r.Way == device.WayNet {
		address = r.http.Address()
	}
	return &device.Error{Vendor: r.Target.Vendor, Address: address, Op: op, Kind: meaning.Kind, Code: status, Meaning: meaning.Words}
}

// TooLong makes the error for what ctx did not leave time for.
func (r *Recorder) TooLong(ctx context.Context, op device.Operation, words string) *device.Error {
	failure := r.Failure(op, 0, Meaning{device.KindUnreachable, words})
	failure.Err = context.Cause(ctx)
	return failure
}

func (r *Recorder) failure(op device.Operation, kind device.Kind, words string, err error) error {
	failure := r.Failure(op, 0, Meaning{kind, words})
	failure.Err = err
	return keepDevice(err, failure)
}

// keepDevice returns the *device.Error in a cause's chain, or the other where there is none.
func keepDevice(cause error, other *device.Error) error {
	var kept *device.Error
	if errors.As(cause, &kept) {
		return kept
	}
	return other
}
