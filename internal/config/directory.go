package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// DataDirectory returns where the service keeps what outlives it: data_dir, else the directory that systemd made for it
// (StateDirectory= in the unit, STATE_DIRECTORY in environ), else a directory of the user's configuration. It makes none. The error
// says that the system names no such directory.
func (c *Config) DataDirectory(environ []string) (string, error) {
	if c.DataDir != "" {
		return c.DataDir, nil
	}
	for _, line := range environ {
		if list, found := strings.CutPrefix(line, "STATE_DIRECTORY="); found && list != "" {
			first, _, _ := strings.Cut(list, ":") // systemd.exec(5): more than one are joined with colons
			return first, nil
		}
	}
	own, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("data_dir: %w", err)
	}
	return filepath.Join(own, "mediapusher"), nil
}
