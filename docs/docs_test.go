// Package docs_test holds what the documents promise: each guide exists in English and Chinese with the same outline, and what
// both languages show as commands, tables and code is the same.
package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// english are the documents for developers, which have no twin.
var english = []string{"CHANGELOG.md", "CONTRIBUTING.md"}

// comment is one in code: it is for readers, and in their language.
var comment = regexp.MustCompile(`(^|\s{2,})(#|//) .*$`)

// TestBothLanguages compares each document of the project's root and of docs with its twin.
func TestBothLanguages(t *testing.T) {
	documents := slices.Concat(glob(t, "../*.md"), glob(t, "*.md"))
	if len(documents) < 10 {
		t.Fatalf("only %d documents were found", len(documents))
	}
	for _, document := range documents {
		base := strings.TrimSuffix(strings.TrimSuffix(document, ".md"), ".zh")
		if slices.Contains(english, filepath.Base(document)) || strings.HasSuffix(document, ".zh.md") {
			if _, err := os.Stat(base + ".md"); err != nil {
				t.Errorf("%s has no English twin: %v", document, err)
			}
			continue
		}
		t.Run(filepath.Base(base), func(t *testing.T) {
			want, got := outline(t, base+".md"), outline(t, base+".zh.md")
			for i := range max(len(want), len(got)) {
				if i >= len(want) || i >= len(got) || want[i].form != got[i].form {
					t.Fatalf("the outlines part at\n%s: %s\n%s: %s", base+".md", at(want, i), base+".zh.md", at(got, i))
				}
			}
		})
	}
}

// line is what both languages must have at the same place: a heading of a level, a row of a table with its number of columns, a list
// item, or a line of code as it is but for its comment.
type line struct{ form, text string }

func outline(t *testing.T, name string) []line {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []line
	code := false
	for row := range strings.Lines(string(text)) {
		row = strings.TrimRight(row, "\n")
		switch trimmed := strings.TrimSpace(row); {
		case strings.HasPrefix(trimmed, "```"):
			code = !code
			lines = append(lines, line{trimmed, row})
		case code:
			lines = append(lines, line{comment.ReplaceAllString(row, ""), row})
		case strings.HasPrefix(row, "#"):
			level, _, _ := strings.Cut(row, " ")
			lines = append(lines, line{level, row})
		case strings.HasPrefix(trimmed, "|"):
			lines = append(lines, line{strings.Repeat("|", strings.Count(trimmed, "|")), row})
		case strings.HasPrefix(trimmed, "- "):
			lines = append(lines, line{"-", row})
		case len(trimmed) > 3 && trimmed[0] >= '1' && trimmed[0] <= '9' && trimmed[1:3] == ". ":
			lines = append(lines, line{trimmed[:2], row})
		}
	}
	if code {
		t.Errorf("%s: a code block is not closed", name)
	}
	return lines
}

func at(lines []line, i int) string {
	if i >= len(lines) {
		return "(the end)"
	}
	return lines[i].text
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return names
}
