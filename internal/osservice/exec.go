package osservice

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// commandLimit is how long one program of the system may take: a stop and a start of the service together, at their limits in the unit.
const commandLimit = 150 * time.Second

// Exec runs programs of the system, in the language that they speak to programs.
type Exec struct{}

// Run implements Commands.
func (Exec) Run(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	path, err := exec.LookPath(name)
	if err != nil {
		path = filepath.Join("/usr/sbin", name) // su without a login leaves it out of PATH
	}
	command := exec.CommandContext(ctx, path, args...)
	command.Env = append(command.Environ(), "LC_ALL=C", "SYSTEMD_PAGER=")
	output, err := command.CombinedOutput()
	return strings.ToValidUTF8(string(output), "?"), err
}
