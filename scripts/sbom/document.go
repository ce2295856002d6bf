package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// bom is the part of a CycloneDX 1.6 document that is used here; the names are those of its JSON schema.
type bom struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	SerialNumber string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type     string    `json:"type"`
	Ref      string    `json:"bom-ref"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Hashes   []hash    `json:"hashes,omitempty"`
	Licenses []licence `json:"licenses,omitempty"`
	PURL     string    `json:"purl,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type licence struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type dependency struct {
	Ref string   `json:"ref"`
	On  []string `json:"dependsOn"`
}

func document(version string, sum [sha256.Size]byte, at time.Time, parts []component) bom {
	program := component{
		Type: "application", Ref: "mediapusher", Name: "mediapusher", Version: version, Licenses: licensed("MIT"),
		Hashes: []hash{{Algorithm: "SHA-256", Content: hex.EncodeToString(sum[:])}},
	}
	refs := make([]string, len(parts))
	for i, part := range parts {
		refs[i] = part.Ref
	}
	return bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		SerialNumber: serial(sum),
		Metadata:     metadata{Timestamp: at.Format(time.RFC3339), Component: program},
		Components:   parts, Dependencies: []dependency{{Ref: program.Ref, On: refs}},
	}
}

// serial makes a UUID of a sum: version 8, which RFC 9562 section 5.8 leaves to its maker.
func serial(sum [sha256.Size]byte) string {
	id := sum[:16]
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16])
}

func licensed(id string) []licence {
	if id == "" {
		return nil
	}
	var one licence
	one.License.ID = id
	return []licence{one}
}

// modules lists what the program was linked of: the modules, and Go's own library.
func modules(info *debug.BuildInfo, licences map[string]string) []component {
	goVersion := strings.TrimPrefix(info.GoVersion, "go")
	parts := []component{library("pkg:golang/std@"+goVersion, "std", goVersion, "BSD-3-Clause")}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		parts = append(parts, library("pkg:golang/"+module.Path+"@"+module.Version, module.Path, module.Version, licences[module.Path]))
	}
	return parts
}

func library(purl, name, version, licence string) component {
	return component{Type: "library", Ref: purl, Name: name, Version: version, Licenses: licensed(licence), PURL: purl}
}

// packages lists what a lock file of npm (lockfileVersion 2 and 3) names for more than building and testing.
func packages(lock []byte) ([]component, error) {
	var file struct {
		Packages map[string]struct {
			Version string `json:"version"`
			License string `json:"license"`
			Dev     bool   `json:"dev"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(lock, &file); err != nil {
		return nil, fmt.Errorf("package-lock.json: %w", err)
	}
	var parts []component
	for path, found := range file.Packages {
		at := strings.LastIndex(path, "node_modules/")
		if at < 0 || found.Dev {
			continue
		}
		name := path[at+len("node_modules/"):]
		// The @ of a scope is written as %40 (package-url, type npm).
		purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + found.Version
		parts = append(parts, library(purl, name, found.Version, found.License))
	}
	slices.SortFunc(parts, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })
	return slices.CompactFunc(parts, func(a, b component) bool { return a.Ref == b.Ref }), nil
}
