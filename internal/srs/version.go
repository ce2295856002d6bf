package srs

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Version is the version of a server.
type Version struct {
	Major, Minor, Revision int
	// Text is as the server writes it, such as "6.0.155"; printable, at most 64 characters.
	Text string
}

// HEVC is the form in which an SRS of this version takes H.265 by RTMP: "none", "legacy" (codec id 12, from 6.0.2 on) or "enhanced" (by
// enhanced RTMP, from 6.0.42 on; ossrs/srs pull requests 3272 and 3495).
func (v Version) HEVC() string {
	switch {
	case v.Major > 6, v.Major == 6 && (v.Minor > 0 || v.Revision >= 42):
		return "enhanced"
	case v.Major == 6 && v.Revision >= 2:
		return "legacy"
	default:
		return "none"
	}
}

// Version asks for the server's version, and believes the answer for half a minute. It fails with ErrNotSRS where something else
// answers, or with why nothing does.
func (c *Client) Version(ctx context.Context) (Version, error) {
	return c.version.get(ctx, c.askVersion)
}

func (c *Client) askVersion(ctx context.Context) (Version, error) {
	var answer struct {
		envelope
		Data struct {
			Major    *int   `json:"major"`
			Minor    int    `json:"minor"`
			Revision int    `json:"revision"`
			Version  string `json:"version"`
		} `json:"data"`
	}
	if err := c.get(ctx, "/api/v1/versions", nil, &answer); err != nil {
		return Version{}, err
	}
	if err := answer.check(c); err != nil {
		return Version{}, err
	}
	if answer.Data.Major == nil {
		return Version{}, fmt.Errorf("%s: %w: the answer has no version", c.URL(), ErrNotSRS)
	}
	v := Version{*answer.Data.Major, answer.Data.Minor, answer.Data.Revision, printable(answer.Data.Version)}
	if v.Text == "" {
		v.Text = strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) + "." + strconv.Itoa(v.Revision)
	}
	return v, nil
}

// maxText bounds what is kept of a server's texts, in characters.
const maxText = 64

// printable makes one short line of a server's text.
func printable(text string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text))
	return string(runes[:min(len(runes), maxText)])
}
