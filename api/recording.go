package api

import (
	"context"
	"net/http"
	"time"

	"mediapusher/playback"
	"mediapusher/task"
)

// recording is the answer to a start of a playback, documented fields first.
type recording struct {
	answer
	RTMP   string       `json:"rtmp_url"`
	Handle int32        `json:"play_handle"`
	Start  string       `json:"start_time"`
	Stop   string       `json:"stop_time"`
	Files  []recordFile `json:"record_files"`
	addresses
}

type recordFile struct {
	Name  string `json:"file_name"`
	Size  int64  `json:"file_size"` // bytes
	Start string `json:"start_time"`
	Stop  string `json:"stop_time"`
}

func recordFiles(files []playback.File) []recordFile {
	list := make([]recordFile, 0, len(files)) // no files are [], not null
	for _, f := range files {
		list = append(list, recordFile{f.Name, f.Size, playback.FormatTime(f.Start), playback.FormatTime(f.End)})
	}
	return list
}

// backStream is POST /BACK_STREAM. It answers when the search has ended, too, which may take search_timeout.
func (s *server) backStream(w http.ResponseWriter, r *http.Request) reply {
	f, err := readFields(w, r)
	if err != nil {
		return refused(err)
	}
	source, err := liveRequest(f)
	if err != nil {
		return refused(err)
	}
	asked, err := recordedRange(f)
	if err != nil {
		return refused(err)
	}
	request := task.PlaybackRequest{Target: source.Target, Channel: source.Channel, Range: asked}
	begun, err := s.startPlayback(r.Context(), request)
	if err != nil {
		return s.startFailed("playback start failed", source, codePlayBack, err)
	}
	a := s.answerTo(r, begun.Started)
	return reply{
		status: http.StatusOK,
		body: recording{
			a.answer, a.RTMP, a.Handle, playback.FormatTime(begun.Range.Start), playback.FormatTime(begun.Range.End),
			recordFiles(begun.Files), a.addresses,
		},
		sent: s.handover(r, begun.Started),
	}
}

// startPlayback is startLive for recordings.
func (s *server) startPlayback(ctx context.Context, request task.PlaybackRequest) (task.Recording, error) {
	if err := s.cfg.Allow(ctx, request.Target); err != nil {
		return task.Recording{}, err
	}
	begun, err := s.tasks.StartPlayback(ctx, request)
	if err == nil && ctx.Err() != nil {
		s.settle(ctx, begun.Handle, ctx.Err())
		return task.Recording{}, ctx.Err()
	}
	return begun, err
}

// recordedRange reads the range of BACK_STREAM. The error is a *paramError.
func recordedRange(f fields) (playback.Range, error) {
	start, err := clock(f, "startTime")
	if err != nil {
		return playback.Range{}, err
	}
	end, err := clock(f, "endTime")
	if err != nil {
		return playback.Range{}, err
	}
	asked, err := playback.NewRange(start, end)
	if err != nil {
		return asked, &paramError{"startTime", "must be before endTime"}
	}
	return asked, nil
}

// clock reads a time of the device's wall clock. Seconds since 1970 are taken in the service's zone.
func clock(f fields, name string) (time.Time, error) {
	text, err := f.text(name)
	if err != nil {
		return time.Time{}, err
	}
	t, err := playback.ParseTime(text, time.Local)
	if err != nil {
		return time.Time{}, &paramError{name, err.Error()}
	}
	return t, nil
}
