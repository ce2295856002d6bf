package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mediapusher/internal/device"
)

func TestTarget(t *testing.T) {
	nobody := errors.New("nobody knows")
	tests := []struct {
		address string
		access  access
		want    string // vendor and address; empty where it fails
	}{
		{"192.0.2.1", access{Vendor: "hikvision"}, "hikvision 192.0.2.1:8000"},
		{"192.0.2.1", access{Vendor: "dahua"}, "dahua 192.0.2.1:37777"},
		{"192.0.2.1:8001", access{Vendor: "hikvision"}, "hikvision 192.0.2.1:8001"},
		{"192.0.2.1:8001", access{Vendor: "hikvision", Port: 9000}, "hikvision 192.0.2.1:9000"},
		{"[2001:db8::1]", access{Vendor: "dahua"}, "dahua [2001:db8::1]:37777"},
		{"[2001:db8::1]:80", access{Vendor: "dahua"}, "dahua [2001:db8::1]:80"},
		{"nvr.example", access{Vendor: "auto"}, "dahua nvr.example:37777"},
		{"unknown", access{Vendor: "auto"}, ""},
		{"192.0.2.1:x", access{Vendor: "dahua"}, ""},
		{"192.0.2.1:70000", access{Vendor: "dahua"}, ""},
		{"http://192.0.2.1/", access{Vendor: "dahua"}, ""},
		{"admin:hush@192.0.2.1", access{Vendor: "dahua"}, ""},
		{"", access{Vendor: "dahua"}, ""},
	}
	for _, tt := range tests {
		got, err := tt.access.target(t.Context(), tt.address, device.Secret{}, func(_ context.Context, target device.Target) (device.Vendor, error) {
			if target.Host == "unknown" {
				return "", nobody
			}
			return device.Dahua, nil
		})
		words := string(got.Vendor) + " " + got.Address()
		if (err == nil) != (tt.want != "") || err == nil && words != tt.want {
			t.Errorf("%s %+v: %s, %v; want %q", tt.address, tt.access, words, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%v holds the password", err)
		}
	}
}

func TestPassword(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in")
	for text, want := range map[string]string{"secret\n": "secret", "two words \r\nmore\n": "two words ", "no end": "no end", "": ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(passwordVariable, "of the variable")
		if got, err := (access{PasswordStdin: true}).password(in, io.Discard); err != nil || got.Reveal() != want {
			t.Errorf("%q: %q, %v", text, got.Reveal(), err)
		}
		if got, err := (access{}).password(in, io.Discard); err != nil || got.Reveal() != "of the variable" {
			t.Errorf("variable: %q, %v", got.Reveal(), err)
		}
		_ = os.Unsetenv(passwordVariable)
		if got, err := (access{}).password(in, io.Discard); err == nil {
			t.Errorf("%q without a terminal", got.Reveal())
		}
		_ = in.Close()
	}
}
