package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"
)

// versionLimit is how long a program may take to print its version.
const versionLimit = 5 * time.Second

// installedVersion returns the version of the program at path, which may be another one than this, and "unknown" where it does not tell.
func installedVersion(ctx context.Context, path string) string {
	if own, err := os.Executable(); err == nil && own == path {
		return version
	}
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	output, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(output))
}
