//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"mediapusher/vendor_sdk/dhnetsdk"
	"mediapusher/vendor_sdk/sdk"
)

// shared is the fake library: a process has one, and initialises it once.
var shared = sync.OnceValues(func() (sdk.Library, error) {
	return dhnetsdk.Open(filepath.Join(os.Getenv("MEDIAPUSHER_FAKE_SDK"), "dahua"))
})

// closing frees the library behind the tests, and before goroutines are counted.
type closing struct{ *testing.M }

func (c closing) Run() int {
	code := c.M.Run()
	if os.Getenv("MEDIAPUSHER_FAKE_SDK") == "" {
		return code
	}
	library, err := shared()
	if err == nil {
		err = library.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(closing{m}) }
