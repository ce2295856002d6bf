package shadow

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mediapusher/internal/device"
	"mediapusher/playback"
	"mediapusher/task"
)

// saying is what the old server has said to the request that is answered now.
type saying struct {
	code   int // status_code, 0 where there is none
	fields map[string]any
}

// failure is what a recorder or the RTMP server must have done for the old server to answer so; nil where they have done nothing wrong,
// also where the old server did not like the request or has no such session: that is for the new side to judge.
func (s saying) failure(target device.Target, op device.Operation) error {
	failed := func(op device.Operation, kind device.Kind) error {
		return &device.Error{
			Vendor: target.Vendor, Address: target.Address(), Op: op, Kind: kind,
			Meaning: "as the old server answered, " + strconv.Itoa(s.code),
		}
	}
	switch s.code {
	case 601:
		return task.ErrNoPicture
	case 602:
		return task.ErrPublish
	case 603, 604, 608, 609:
		return failed(op, device.KindNoData)
	case 606:
		return failed(device.OpLogin, device.KindUnreachable)
	case 607:
		return task.ErrNoRecording
	default:
		return nil
	}
}

// handleOf reads a play_handle that our clients could be given, too.
func handleOf(value any) (int32, bool) {
	text := ""
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = strings.TrimSpace(v)
	}
	handle, err := strconv.ParseInt(text, 10, 32)
	if err != nil || handle <= 0 {
		return 0, false
	}
	return int32(handle), true
}

// streamOf is the name of a stream, the last part of its address.
func streamOf(value any) string {
	address, _ := value.(string)
	address, _, _ = strings.Cut(address, "?")
	name := address[strings.LastIndexByte(address, '/')+1:]
	name, _, _ = strings.Cut(name, ".")
	if name == "" {
		return "stream"
	}
	return name
}

func timeOf(value any) (time.Time, bool) {
	text, _ := value.(string)
	t, err := playback.ParseTime(text, time.Local)
	return t, err == nil
}

func filesOf(value any) []playback.File {
	list, _ := value.([]any)
	files := make([]playback.File, 0, len(list))
	for _, entry := range list {
		fields, _ := entry.(map[string]any)
		var file playback.File
		file.Name, _ = fields["file_name"].(string)
		if size, ok := fields["file_size"].(json.Number); ok {
			file.Size, _ = size.Int64()
		}
		file.Start, _ = timeOf(fields["start_time"])
		file.End, _ = timeOf(fields["stop_time"])
		files = append(files, file)
	}
	return files
}
