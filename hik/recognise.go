package hik

import (
	"context"
	"strings"

	"mediapusher/internal/device"
	"mediapusher/internal/netway"
)

// othersRealm is how the realms of Dahua's devices begin. They ask for a password at every page, those of ISAPI too.
const othersRealm = "Login to "

// Recognises tells, without logging in, whether an HTTP port of the target speaks like a device of this vendor.
func Recognises(ctx context.Context, cfg netway.Config, target device.Target) bool {
	realm, err := netway.Realm(ctx, cfg, netway.Vendor{SDKPort: sdkPort, LoginPath: pageDeviceInfo}, target)
	return err == nil && realm != "" && !strings.HasPrefix(realm, othersRealm)
}
