package netway

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"mediapusher/internal/device"
	"mediapusher/internal/httpdigest"
)

// Realm asks for the vendor's page without credentials and returns the name by which the recorder asks for them (RFC 7616 section 3.3),
// empty where it asks for none. The error says that no port answers for that page.
func Realm(ctx context.Context, cfg Config, vendor Vendor, target device.Target) (string, error) {
	cfg = cfg.WithDefaults()
	search := Search{
		Target: target, Settings: cfg.Settings(target), SDKPort: vendor.SDKPort, Path: vendor.LoginPath, DialContext: cfg.DialContext,
	}
	found, err := search.Find(ctx)
	if err != nil {
		return "", err
	}
	client := httpdigest.New(httpdigest.Config{DialContext: cfg.DialContext})
	defer client.Close()
	limited, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	answer, err := client.Ask(limited, found.URL(vendor.LoginPath))
	if err != nil {
		return "", fmt.Errorf("%s: %w", found.Address(), err)
	}
	if answer.Status == http.StatusNotFound {
		return "", fmt.Errorf("%s: %w", found.Address(), ErrNoHTTP)
	}
	return realmIn(strings.Join(answer.Header.Values("WWW-Authenticate"), ", ")), nil
}

// realmIn reads the first realm of a challenge.
func realmIn(challenge string) string {
	at := strings.Index(strings.ToLower(challenge), "realm=")
	if at < 0 {
		return ""
	}
	rest := strings.TrimSpace(challenge[at+len("realm="):])
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		realm, _, _ := strings.Cut(quoted, `"`)
		return realm
	}
	realm, _, _ := strings.Cut(rest, ",")
	return strings.TrimSpace(realm)
}
