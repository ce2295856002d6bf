//go:build !unix

package nginx

import (
	"errors"
	"syscall"
)

func group() *syscall.SysProcAttr { return nil }

func kill(int) error { return errors.New("nginx is run on Unix only") }
