package dahua

import (
	"context"
	"strings"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// Recognises tells, without logging in, whether an HTTP port of the target speaks like a device of this vendor: by the realm, "Login to"
// and the serial number; firmware of about 2014 calls it Device_CGI.
func Recognises(ctx context.Context, cfg netway.Config, target device.Target) bool {
	realm, err := netway.Realm(ctx, cfg, netway.Vendor{SDKPort: sdkPort, LoginPath: pageSystemInfo}, target)
	return err == nil && (strings.HasPrefix(realm, "Login to ") || realm == "Device_CGI")
}
