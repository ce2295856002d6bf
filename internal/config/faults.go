package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// maxFaults is how many wrong entries of a file are told at once.
const maxFaults = 20

// faults is what is wrong with a file, and in which sections.
type faults struct {
	errs     []error
	sections []string
}

// decodeAll reads what can be read of the text of a file into c, and tells of each entry that cannot be.
func (c *Config) decodeAll(text []byte) faults {
	var found faults
	lines := strings.Split(string(text), "\n")
	for len(found.errs) < maxFaults {
		line, err := c.decode([]byte(strings.Join(lines, "\n")))
		if err == nil {
			break
		}
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && len(found.errs) > 0 {
			break // an entry was taken out that others lean on
		}
		var shown yaml.Error
		if errors.As(err, &shown) {
			err = withoutValues(err)
		}
		found.errs = append(found.errs, err)
		if syntax != nil || line < 1 || line > len(lines) {
			return faults{found.errs, []string{""}} // nothing of the file is known
		}
		found.sections = append(found.sections, section(lines, line-1))
		takeOut(lines, line-1)
	}
	return found
}

// decode reads a whole file, or nothing of it. line is where the error stands, from 1, 0 where that is not known.
func (c *Config) decode(text []byte) (line int, err error) {
	decoded := *c
	err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict(),
		yaml.CustomUnmarshaler(plainSecret), yaml.CustomUnmarshaler(plainDuration)).Decode(&decoded)
	var (
		duration *durationError
		placed   *placedError
		known    yaml.Error
	)
	if kind := ofKind(text, err); kind != nil {
		return kind.line, kind
	}
	switch {
	case errors.Is(err, io.EOF), reflect.ValueOf(decoded).IsZero(): // nothing but comments
		return 0, nil
	case err == nil:
		*c = decoded
		return 0, nil
	case errors.As(err, &duration):
		err = duration.locate(text)
		if errors.As(err, &placed) {
			return placed.line, err
		}
		return 0, err
	case errors.As(err, &placed):
		return placed.line, placed
	case errors.As(err, &known) && known.GetToken() != nil:
		return known.GetToken().Position.Line, err
	default:
		return 0, withoutValues(err)
	}
}

// quoted is what the YAML library quotes of a file in its errors: keys, told by the word before, and values.
var quoted = regexp.MustCompile(`(\b(?:field|key) )?"(?:[^"\\]|\\.)*"`)

// withoutValues is an error of the YAML library without the lines around the place and without the values that it quotes: of *word it
// says that there is no such alias, and that word may be a token whose quotes were forgotten.
func withoutValues(err error) error {
	return errors.New(quoted.ReplaceAllStringFunc(yaml.FormatError(err, false, false), func(found string) string {
		if strings.HasPrefix(found, `"`) {
			return `"` + redacted + `"`
		}
		return found
	}))
}

// section is the key without indentation above or on a line.
func section(lines []string, n int) string {
	for ; n >= 0; n-- {
		if name, _, found := strings.Cut(lines[n], ":"); found && name != "" && !strings.ContainsAny(name[:1], " \t#-") {
			return name
		}
	}
	return ""
}

// takeOut empties a line and what is indented below it, so that the numbers of the others stay. The dash of an entry of a list stays, too,
// where more keys of the entry follow.
func takeOut(lines []string, n int) {
	own := indentation(lines[n])
	lines[n] = lines[n][:own]
	for n++; n < len(lines) && (strings.TrimSpace(lines[n]) == "" || indentation(lines[n]) > own); n++ {
		lines[n] = ""
	}
}

// indentation is the column, from 0, at which a key of a block begins: behind the dash of its entry.
func indentation(line string) int {
	rest := strings.TrimLeft(line, " ")
	if entry := strings.TrimLeft(strings.TrimPrefix(rest, "- "), " "); !strings.HasPrefix(entry, "{") {
		rest = entry
	}
	return len(line) - len(rest)
}

// problem is a value that the file or the environment may hold in form, but not in meaning.
type problem struct {
	key  string
	text string
}

func (p *problem) Error() string { return p.key + ": " + p.text }

// of tells which entries of the sections are wrong, and which of the whole have an error that names its place: the variable that the value
// came from, or the line in text, the file at path.
func (p problems) located(path string, text []byte, variables map[string]string, without []string) []error {
	var list []error
	for _, wrong := range p {
		top, _, _ := strings.Cut(wrong.key, ".")
		top, _, _ = strings.Cut(top, "[")
		if slices.Contains(without, top) || slices.Contains(without, "") {
			continue // what was left out of it may be what is missed
		}
		name := variable(wrong.key)
		if _, set := variables[name]; set {
			list = append(list, fmt.Errorf("environment: %s: %w", name, wrong))
			continue
		}
		if line, column, found := place(text, wrong.key); found {
			list = append(list, fmt.Errorf("%s: [%d:%d] %w", path, line, column, wrong))
			continue
		}
		list = append(list, fmt.Errorf("configuration: %w", wrong))
	}
	return list
}

// variable is the environment's name of a key.
func variable(key string) string {
	key, _, _ = strings.Cut(key, "[")
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// place finds a key such as devices[2].ways in a file, or what is nearest above it.
func place(text []byte, key string) (line, column int, found bool) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return 0, 0, false
	}
	for key != "" {
		path, err := yaml.PathString("$." + key)
		if err != nil {
			return 0, 0, false
		}
		if node, err := path.FilterFile(file); err == nil && node != nil && node.GetToken() != nil {
			at := node.GetToken().Position
			return at.Line, at.Column, true
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return 0, 0, false
}
