package osservice

import (
	"context"
	"os/exec"
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
	command := exec.CommandContext(ctx, name, args...)
	command.Env = append(command.Environ(), "LC_ALL=C", "SYSTEMD_PAGER=", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	output, err := command.CombinedOutput()
	return strings.ToValidUTF8(string(output), "?"), err
}
