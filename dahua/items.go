package dahua

import (
	"cmp"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mediapusher/playback"
)

// maxItems is the ceiling for the items of one answer. The device is asked for pageSize; some firmware may give more.
const maxItems = 4096

// item is one recording as a search answers it, by CGI or by RPC2. Any field may be missing and is "" then.
type item struct {
	channel, start, end, path, length, duration, kind, stream string
}

// newItem reads an item field by field.
func newItem(field func(name string) string) item {
	return item{
		channel: field("Channel"), start: field("StartTime"), end: field("EndTime"), path: field("FilePath"),
		length: field("Length"), duration: field("Duration"), kind: field("Type"), stream: field("VideoStream"),
	}
}

// items reads "items[0].Field=value" lines in whatever order they come, and sorts them by their index. "found" is not relied on.
func items(v values) []item {
	var indices []int
	seen := map[int]bool{}
	for key := range v {
		index, _, ok := strings.Cut(strings.TrimPrefix(key, "items["), "].")
		if !ok || !strings.HasPrefix(key, "items[") {
			continue
		}
		i, err := strconv.Atoi(index)
		if err == nil && i >= 0 && i < maxItems && !seen[i] && strconv.Itoa(i) == index {
			seen[i] = true
			indices = append(indices, i)
		}
	}
	slices.Sort(indices)
	all := make([]item, 0, len(indices))
	for _, i := range indices {
		prefix := "items[" + strconv.Itoa(i) + "]."
		all = append(all, newItem(func(name string) string { return v[prefix+name] }))
	}
	return all
}

// infos reads the objects of an RPC2 answer, of which there may be none (null).
func infos(raw json.RawMessage) []item {
	var objects []map[string]json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &objects) != nil {
		return nil
	}
	objects = objects[:min(len(objects), maxItems)]
	all := make([]item, 0, len(objects))
	for _, object := range objects {
		all = append(all, newItem(func(name string) string { return scalar(object[name]) }))
	}
	return all
}

// scalar returns a JSON text or number as text, "" for everything else.
func scalar(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}

// Recorders put the channel, counted from 0, between the date and "dav". A camera's card has a constant "001" there, which a leading zero
// tells.
var channelInPath = regexp.MustCompile(`/\d{4}-\d{2}-\d{2}/(0|[1-9]\d{0,3})/dav/`)

// where tells which channel, counted from 0, an item belongs to, after a query for the number asked. It is -1 where the item does not tell.
// The path wins where it names one of the two channels that the number can mean, because the paths of all recorders count from 0, while
// some firmware may count Channel as the query does.
func (i item) where(asked int) int {
	if m := channelInPath.FindStringSubmatch(i.path); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && (n == asked || n == asked-1) {
			return n
		}
	}
	if n, err := strconv.Atoi(i.channel); err == nil && n >= 0 {
		return n
	}
	return -1
}

// extra tells a recording of a sub stream (Extra1 to Extra3).
func (i item) extra() bool { return strings.HasPrefix(strings.ToLower(i.stream), "extra") }

// file makes a recording of an item; ok is false where it is none, as a picture is, or where it has no length in time.
func (i item) file() (file playback.File, ok bool) {
	kind := cmp.Or(strings.ToLower(i.kind), strings.ToLower(strings.TrimPrefix(path.Ext(i.path), ".")))
	if kind != "" && kind != "dav" && kind != "mp4" {
		return playback.File{}, false
	}
	start, err := playback.ParseTime(i.start, time.UTC)
	if err != nil {
		return playback.File{}, false
	}
	end, err := playback.ParseTime(i.end, time.UTC)
	if err != nil { // recorders leave out Duration, and cameras may leave out EndTime
		seconds, err := strconv.ParseFloat(i.duration, 64)
		if err != nil || !(seconds >= 1 && seconds <= maxDuration.Seconds()) {
			return playback.File{}, false
		}
		end = start.Add(time.Duration(seconds) * time.Second)
	}
	span, err := playback.NewRange(start, end)
	if err != nil {
		return playback.File{}, false
	}
	return playback.File{Name: i.path, Size: size(i.length), Range: span}, true
}

// maxDuration is the ceiling for the duration that a device tells for one file.
const maxDuration = 31 * 24 * time.Hour

// size reads a number of bytes, which some JSON writers give a fraction; 0 where there is none.
func size(text string) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return max(n, 0)
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && f > 0 && f < 1<<62 {
		return int64(f)
	}
	return 0
}
