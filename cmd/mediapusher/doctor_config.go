package main

import (
	"io/fs"
	"os"
	"runtime"
	"strings"

	"mediapusher/internal/config"
	"mediapusher/internal/doctor"
)

// ofSecrets finds a configuration whose secrets everybody may read. Windows tells rights otherwise; there the directory of the
// installation keeps others out.
func ofSecrets(file string) []doctor.Finding {
	const others fs.FileMode = 0o004
	info, err := os.Stat(file)
	if err != nil || info.Mode()&others == 0 || runtime.GOOS == "windows" {
		return nil
	}
	cfg, err := config.Load(file, nil) // not what the environment holds
	if err != nil || !holdsSecrets(&cfg) {
		return nil
	}
	return []doctor.Finding{doctor.Readable(file)}
}

func holdsSecrets(cfg *config.Config) bool {
	return cfg.API.Token.Reveal() != "" || cfg.Admin.Token.Reveal() != "" || strings.ContainsAny(cfg.RTMP.PublishURL.Reveal(), "@?") ||
		strings.Contains(cfg.SRS.APIURL.Reveal(), "@")
}
