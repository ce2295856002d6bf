package shadow

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Kind says how two answers differ.
type Kind string

// The kinds.
const (
	KindMissing Kind = "missing" // the old answer has the field, the new has not
	KindAdded   Kind = "added"   // the new answer has the field, the old has not
	KindType    Kind = "type"    // number, string and so on
	KindShape   Kind = "shape"   // the same type in another form, such as 2016-7-20 for 2016-07-20
	KindValue   Kind = "value"
)

// Difference is one place in which two answers differ.
type Difference struct {
	// Field is a path such as record_files[].file_size, or http_status, or header:Content-Type.
	Field string `json:"field"`
	Kind  Kind   `json:"kind"`
	// Old and New are values where they are harmless, types else.
	Old string `json:"old"`
	New string `json:"new"`
}

// maxDifferences is how many are told of one exchange.
const maxDifferences = 50

// comparison gathers differences, each place once.
type comparison struct{ found []Difference }

func (c *comparison) add(field string, kind Kind, old, fresh string) {
	known := func(d Difference) bool { return d.Field == field && d.Kind == kind }
	if len(c.found) >= maxDifferences || slices.ContainsFunc(c.found, known) {
		return
	}
	c.found = append(c.found, Difference{field, kind, old, fresh})
}

// objects compares all fields of two objects.
func (c *comparison) objects(prefix string, old, fresh map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if value, found := fresh[name]; found {
			c.values(prefix+short(name), old[name], value)
		} else {
			c.add(prefix+short(name), KindMissing, typeOf(old[name]), "")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fresh)) {
		if _, found := old[name]; !found {
			c.add(prefix+short(name), KindAdded, "", typeOf(fresh[name]))
		}
	}
}

func (c *comparison) values(field string, old, fresh any) {
	if typeOf(old) != typeOf(fresh) {
		c.add(field, KindType, typeOf(old), typeOf(fresh))
		return
	}
	switch value := old.(type) {
	case map[string]any:
		other, _ := fresh.(map[string]any)
		c.objects(field+".", value, other)
	case []any:
		other, _ := fresh.([]any)
		if len(value) != len(other) {
			c.add(field+"[]", KindValue, fmt.Sprintf("%d entries", len(value)), fmt.Sprintf("%d entries", len(other)))
		}
		for i := range min(len(value), len(other)) {
			c.values(field+"[]", value[i], other[i])
		}
	default:
		c.plain(field, fmt.Sprint(old), fmt.Sprint(fresh))
	}
}

// The forms of values that may have others.
var (
	streamAddress = regexp.MustCompile(`^[a-z]+://[^/\s]+/\S+$`)
	digit         = regexp.MustCompile(`[0-9]`)
)

// plain compares two values of one type. Handles and addresses are each server's own, and words on an error are, too. A value stands in the
// report only where it is one of the documented harmless ones: nobody knows what an old server writes elsewhere.
func (c *comparison) plain(field, old, fresh string) {
	last := field[strings.LastIndexByte(field, '.')+1:]
	switch last {
	case "play_handle":
		if _, fits := handleOf(json.Number(old)); !fits {
			c.add(field, KindShape, "no positive number of 32 bits", "")
		}
	case "status_message":
		if (old == okMessage) != (fresh == okMessage) {
			c.add(field, KindValue, okOrNot(old), okOrNot(fresh))
		}
	case "rtmp_url", "flv_url", "hls_url", "webrtc_url":
		if streamAddress.MatchString(old) != streamAddress.MatchString(fresh) || scheme(old) != scheme(fresh) {
			c.add(field, KindShape, scheme(old), scheme(fresh))
		}
	case "start_time", "stop_time":
		if form, other := timeForm(old), timeForm(fresh); form != other {
			c.add(field, KindShape, form, other)
		} else if old != fresh {
			c.add(field, KindValue, short(old), short(fresh))
		}
	case "status_code", "file_name", "file_size":
		if old != fresh {
			c.add(field, KindValue, short(old), short(fresh))
		}
	default:
		if old != fresh {
			c.add(field, KindValue, "", "")
		}
	}
}

// timeForm is a time with 0 for each digit.
func timeForm(text string) string {
	if _, ok := timeOf(text); !ok {
		return "no time"
	}
	return short(digit.ReplaceAllString(text, "0"))
}

// okMessage is the status_message of success.
const okMessage = "OK"

func okOrNot(message string) string {
	if message == okMessage {
		return okMessage
	}
	return "other words"
}

func scheme(address string) string {
	name, _, found := strings.Cut(address, "://")
	if !found || len(name) > 10 {
		return "no address"
	}
	return name + "://"
}

// short bounds what a server made up.
func short(text string) string {
	const most = 100
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func typeOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	default:
		return "object"
	}
}
