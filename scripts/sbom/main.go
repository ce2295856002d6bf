// Command sbom prints the parts of a built program as a CycloneDX 1.6 document (ECMA-424): the Go modules that the binary itself names,
// with the licences that NOTICE names, and the npm packages of web/package-lock.json that the pages are built with. The same program
// gives the same bytes. It runs in the root of the sources.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	version := flag.String("version", "", "version of the program")
	flag.Parse()
	if err := run(flag.Arg(0), *version, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sbom: "+err.Error())
		os.Exit(1)
	}
}

func run(program, version string, out io.Writer) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	sum, err := digest(program)
	if err != nil {
		return err
	}
	notice, err := os.ReadFile("NOTICE")
	if err != nil {
		return err
	}
	lock, err := os.ReadFile("web/package-lock.json")
	if err != nil {
		return err
	}
	at, err := epoch(os.Getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return err
	}
	parts := modules(info, licences(string(notice)))
	pages, err := packages(lock)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document(version, sum, at, append(parts, pages...)))
}

func digest(path string) ([sha256.Size]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return [sha256.Size]byte{}, err
	}
	return [sha256.Size]byte(hash.Sum(nil)), nil
}

// epoch reads SOURCE_DATE_EPOCH (reproducible-builds.org), in seconds since 1970.
func epoch(text string) (time.Time, error) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// licences reads the lines "  MODULE   SPDX, who" of NOTICE.
func licences(notice string) map[string]string {
	found := make(map[string]string)
	for line := range strings.Lines(notice) {
		rest, indented := strings.CutPrefix(line, "  ")
		name, said, known := strings.Cut(rest, " ")
		licence, _, whose := strings.Cut(strings.TrimSpace(said), ",")
		if indented && known && whose && strings.Contains(name, "/") && !strings.Contains(licence, " ") {
			found[name] = licence
		}
	}
	return found
}
