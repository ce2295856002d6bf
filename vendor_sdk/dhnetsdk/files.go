//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

import "mediapusher/vendor_sdk/sdk"

// findFiles returns the library itself and the one that it loads when it logs in, without which each login fails (nError 11). The error is
// an *sdk.LoadError that names the first needed file that is missing or is none for that system.
func findFiles(directory, system string) (library, network string, err error) {
	var needed []string
	for _, part := range Parts(system) {
		if !part.Needed {
			continue
		}
		path, err := part.Find(directory, system)
		if err != nil {
			return "", "", err
		}
		needed = append(needed, path)
	}
	if len(needed) != 2 {
		return "", "", &sdk.LoadError{File: directory, Reason: "the needed files are not known for " + system}
	}
	return needed[0], needed[1], nil
}
