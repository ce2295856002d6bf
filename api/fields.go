package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// fields are the parameters of one request, the query string behind the body. Values are what encoding/json makes, numbers as
// json.Number; unknown ones are ignored.
type fields struct{ body, query map[string]any }

// lookup finds a field by its documented name, or by another spelling of the same name. null and a text of blanks are absent.
func (f fields) lookup(name string) (value any, found bool) {
	for _, values := range []map[string]any{f.body, f.query} {
		if value := values[name]; present(value) {
			return value, true
		}
		for _, other := range slices.Sorted(maps.Keys(values)) {
			if sameName(other, name) && present(values[other]) {
				return values[other], true
			}
		}
	}
	return nil, false
}

func present(value any) bool {
	text, isText := value.(string)
	return value != nil && (!isText || strings.TrimSpace(text) != "")
}

// sameName compares start_time, startTime, StartTime and starttime as equal.
func sameName(a, b string) bool { return bareName(a) == bareName(b) }

func bareName(name string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(name), "_", ""))
}

// text returns a field that must be there. A number is the text of its digits.
func (f fields) text(name string) (string, error) {
	value, found := f.lookup(name)
	if !found {
		return "", &paramError{name, "is missing"}
	}
	switch v := value.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	default:
		return "", &paramError{name, "must be a string"}
	}
}

// number returns a field that must be there, from low to high. A text of digits is a number, 1.0 is 1.
func (f fields) number(name string, low, high int) (int, error) {
	value, found := f.lookup(name)
	if !found {
		return 0, &paramError{name, "is missing"}
	}
	problem := &paramError{name, fmt.Sprintf("must be a number from %d to %d", low, high)}
	var text string
	switch v := value.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	default:
		return 0, problem
	}
	n, ok := whole(text)
	if !ok || n < low || n > high {
		return 0, problem
	}
	return n, nil
}

// optionalNumber is number for a field that may be absent.
func (f fields) optionalNumber(name string, low, high, otherwise int) (int, error) {
	if _, found := f.lookup(name); !found {
		return otherwise, nil
	}
	return f.number(name, low, high)
}

// decimal returns a number that must be there, from low to high, with a fraction or without.
func (f fields) decimal(name string, low, high float64) (float64, error) {
	text, err := f.text(name)
	if err != nil {
		return 0, err
	}
	text = strings.TrimSpace(text)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, decimalSigns) != "" || n < low || n > high {
		return 0, &paramError{name, fmt.Sprintf("must be a number from %g to %g", low, high)}
	}
	return n, nil
}

// decimalSigns leave out what ParseFloat takes beside decimal numbers: hexadecimal, Infinity, NaN, underscores.
const decimalSigns = "+-.0123456789eE"

// whole reads a whole number in decimal, also one with a point or an exponent.
func whole(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if n, err := strconv.Atoi(text); err == nil {
		return n, true
	}
	if strings.Trim(text, decimalSigns) != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		return 0, false
	}
	return int(f), true
}
