package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"mediapusher/internal/device"
)

// durationError is a text in the file that is no time span. A bare number is none: nobody knows what it counts.
type durationError struct{ text string }

func (e *durationError) Error() string {
	return fmt.Sprintf("%q must be a time with its unit such as 500ms, 20s or 5m", e.text)
}

// plainDuration reads a time span. The library's own way says neither where a wrong one stands nor what would be right.
func plainDuration(d *time.Duration, text []byte) error {
	var plain string
	if err := yaml.Unmarshal(text, &plain); err != nil {
		return &durationError{strings.TrimSpace(string(text))}
	}
	parsed, err := time.ParseDuration(plain)
	if err != nil {
		return &durationError{plain}
	}
	*d = parsed
	return nil
}

// locate puts line, column and key before the error.
func (e *durationError) locate(file []byte) error {
	parsed, err := parser.ParseBytes(file, 0)
	if err != nil {
		return e
	}
	search := &valueSearch{text: e.text}
	for _, document := range parsed.Docs {
		ast.Walk(search, document)
	}
	if search.found == nil {
		return e
	}
	return at(search.found, e)
}

// valueSearch is an ast.Visitor that finds the first key with a value.
type valueSearch struct {
	text  string
	found ast.Node
}

func (s *valueSearch) Visit(node ast.Node) ast.Visitor {
	pair, ok := node.(*ast.MappingValueNode)
	if ok && s.found == nil && (pair.Value.GetToken().Value == s.text || pair.Value.String() == s.text) {
		s.found = pair.Value
	}
	return s
}

// Addresses are one listen address or a list of them.
type Addresses []string

// UnmarshalYAML takes a text or a list of texts.
func (a *Addresses) UnmarshalYAML(node ast.Node) error {
	list, err := oneOrMany(node)
	*a = list
	return at(node, err)
}

// UnmarshalText takes addresses with commas between them, for the environment.
func (a *Addresses) UnmarshalText(text []byte) error {
	*a = split(string(text))
	return nil
}

// Networks are IP networks; a single address is a network of one.
type Networks []netip.Prefix

// UnmarshalYAML takes a text or a list of texts.
func (n *Networks) UnmarshalYAML(node ast.Node) error {
	list, err := oneOrMany(node)
	if err != nil {
		return at(node, err)
	}
	return at(node, n.set(list))
}

// UnmarshalText takes networks with commas between them, for the environment.
func (n *Networks) UnmarshalText(text []byte) error { return n.set(split(string(text))) }

func (n *Networks) set(list []string) error {
	*n = nil
	for _, text := range list {
		network, ok := parseNetwork(text)
		if !ok {
			return fmt.Errorf("%q must be an IP address or a network such as 10.8.0.0/16", text)
		}
		*n = append(*n, network)
	}
	return nil
}

// parseNetwork reads an address or a network; host bits of a network are cut off.
func parseNetwork(text string) (netip.Prefix, bool) {
	if ip, err := netip.ParseAddr(text); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		return netip.PrefixFrom(ip, ip.BitLen()), true
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	return network.Masked(), true
}

func oneOrMany(node ast.Node) ([]string, error) {
	var list []string
	if err := yaml.NodeToValue(node, &list); err == nil {
		return list, nil
	}
	var one string
	if err := yaml.NodeToValue(node, &one); err != nil {
		return nil, errors.New("must be a text or a list of texts")
	}
	return []string{one}, nil
}

// at puts line, column and key before an error, as the YAML library does for its own.
func at(node ast.Node, err error) error {
	if err == nil {
		return nil
	}
	place := node.GetToken().Position
	return &placedError{place.Line, place.Column, keyOf(node), err}
}

// keyOf is the key of a node, such as devices[2].ways.
func keyOf(node ast.Node) string { return strings.TrimPrefix(node.GetPath(), "$.") }

// placedError is an error with its place in the file, in the form of the YAML library's own.
type placedError struct {
	line, column int
	key          string
	err          error
}

func (e *placedError) Error() string {
	return fmt.Sprintf("[%d:%d] %s: %s", e.line, e.column, e.key, e.err)
}

func (e *placedError) Unwrap() error { return e.err }

// plainSecret keeps a password of digits as it is written: to YAML 0123456 is the number 42798.
func plainSecret(secret *device.Secret, text []byte) error {
	plain := strings.TrimSpace(string(text))
	switch {
	case plain == "" || plain == "null" || plain == "~":
		plain = ""
	case strings.ContainsAny(plain[:1], `"'|>[{`):
		if err := yaml.Unmarshal(text, &plain); err != nil {
			return errors.New("a token or address must be a text") // YAML's own error shows it
		}
	}
	*secret = device.NewSecret(plain)
	return nil
}

func split(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
