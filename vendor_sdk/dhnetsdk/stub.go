//go:build !(dahuasdk && cgo && amd64 && (linux || windows))

package dhnetsdk

import (
	"fmt"

	"mediapusher/vendor_sdk/sdk"
)

// Built says whether this program holds the binding.
const Built = false

// Open fails: the binding was left out. The error wraps sdk.ErrNotBuilt.
func Open(directory string) (sdk.Library, error) {
	return nil, fmt.Errorf("the Dahua SDK in %q: %w: build with -tags dahuasdk (make build-sdk)", directory, sdk.ErrNotBuilt)
}
