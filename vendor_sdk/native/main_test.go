//go:build (hiksdk || dahuasdk) && cgo

package native_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
